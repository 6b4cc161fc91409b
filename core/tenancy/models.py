"""Abstract bases of every tenant's table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self, TypedDict, Unpack

from django.db import models
from django.db.models.base import ModelBase

from core.clock import now
from core.ids import uuid7
from core.tenancy.context import require_agency, require_scope
from core.tenancy.fields import TenantForeignKey
from core.tenancy.managers import TenantManager


class SaveOptions(TypedDict, total=False):
    """What Django's own ``save`` may be told."""

    force_insert: bool | tuple[ModelBase, ...]
    force_update: bool
    using: str | None
    update_fields: Iterable[str] | None


class TenantModel(models.Model):
    """A row of one agency. ``agency_id`` comes from the scope and from nowhere else."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(
        "core.Agency", on_delete=models.PROTECT, db_index=False, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(default=now, editable=False)

    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, **how: Unpack[SaveOptions]) -> None:
        """Stamps the scope's agency on a new row; a row that names another agency is refused."""
        if self.agency_id is None:
            self.agency_id = require_agency()
        require_scope()
        super().save(**how)

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        """Deletes the row; refused outside a scope."""
        require_scope()
        return super().delete(using=using, keep_parents=keep_parents)


class ClientOwnedModel(TenantModel):
    """A row of one client of one agency: the portal's policies require both."""

    client = TenantForeignKey("clients.Client", models.PROTECT, related_name="+")

    class Meta(TenantModel.Meta):
        abstract = True
