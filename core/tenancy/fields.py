"""The foreign key between two tenants' tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A foreign key whose constraint is composite, ``(agency_id, x_id)``.

    PostgreSQL checks foreign keys past row-level security, so a plain one would accept a row of another agency.
    The constraint itself and its index are made by ``core.tenancy.operations.SecureTable``.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        kwargs["db_index"] = False
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[object], dict[str, object]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        kwargs.pop("db_index", None)
        return name, path, args, kwargs
