"""The default manager of every tenant's table: it raises where no scope is active, on every way in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

from core.tenancy.bulk import Value, goes_in_arrays, insert_columns, insert_rows, update_rows
from core.tenancy.context import require_scope
from core.tenancy.fields import TenantForeignKey
from core.tenancy.rows import find_row

if TYPE_CHECKING:
    from django.db.backends.utils import _ExecuteQuery

M = TypeVar("M", bound=models.Model, covariant=True)


class TenantQuery(Query):
    """Refuses to compile outside a scope, which covers each read: iterate, get, count, exists, explain, async."""

    def get_compiler(
        self, using: str | None = None, connection: BaseDatabaseWrapper | None = None, elide_empty: bool = True
    ) -> SQLCompiler:
        require_scope()
        compiler: SQLCompiler = super().get_compiler(using, connection, elide_empty)
        return compiler


class TenantQuerySet(models.QuerySet[M]):
    """A queryset that is bound to the scope it was made in, and useless outside any."""

    def __init__(
        self,
        model: type[models.Model] | None = None,
        query: Query | None = None,
        using: str | None = None,
        hints: dict[str, models.Model] | None = None,
    ) -> None:
        super().__init__(model, query or (TenantQuery(model) if model is not None else None), using, hints)

    # The writes compile other query classes than the reads do, so each asks for itself.
    def update(self, **columns: Value | Combinable | models.Model) -> int:
        require_scope()
        return super().update(**columns)

    def delete(self) -> tuple[int, dict[str, int]]:
        require_scope()
        return super().delete()

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        scope = require_scope()
        rows = list(objs)
        for row in rows:
            # ``save`` is not called for bulk rows, so the stamp of the scope is put on here.
            if scope.agency_id and getattr(row, "agency_id", scope.agency_id) is None:
                row.agency_id = scope.agency_id
        if args or set(kwargs) - {"ignore_conflicts"} or not goes_in_arrays(self.model):
            return super().bulk_create(rows, *args, **kwargs)
        insert_rows(rows, **kwargs)
        return rows

    def insert_columns(
        self, columns: Mapping[str, Sequence[Value]], ignore_conflicts: bool = False, **same: Value
    ) -> int:
        """Many rows of which nobody needs objects: ``columns`` by row, ``same`` for all; how many were new."""
        scope = require_scope()
        if scope.agency_id and "agency_id" not in columns:
            same.setdefault("agency_id", scope.agency_id)
        return insert_columns(self.model, columns, same, ignore_conflicts=ignore_conflicts)

    def bulk_update(self, objs: Iterable[object], fields: Iterable[str], batch_size: int | None = None) -> int:
        require_scope()
        return update_rows(self.model, list(objs), fields)

    def update_columns(self, objs: Iterable[object], fields: Iterable[str]) -> int:
        """Writes these fields of rows that need not be objects of the model, only have its names."""
        return self.bulk_update(objs, fields)

    def raw(
        self,
        raw_query: _ExecuteQuery,
        params: Sequence[Value] | Mapping[str, Value] = (),
        translations: dict[str, str] | None = None,
        using: str | None = None,
    ) -> models.query.RawQuerySet[M]:
        require_scope()
        return super().raw(raw_query, params, translations, using)

    def _update(self, *args: Any, **kwargs: Any) -> Any:
        require_scope()
        return super()._update(*args, **kwargs)  # type: ignore[misc]

    def _insert(self, *args: Any, **kwargs: Any) -> Any:
        require_scope()
        return super()._insert(*args, **kwargs)  # type: ignore[misc]

    def _raw_delete(self, using: str | None) -> int:
        require_scope()
        deleted: int = super()._raw_delete(using)
        return deleted


class TenantManager(models.Manager[M]):
    """Filters by the scope's agency as well, so that the planner has a constant to work with."""

    def get_queryset(self) -> TenantQuerySet[M]:
        scope = require_scope()
        queryset: TenantQuerySet[M] = TenantQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]
        if scope.agency_id is None:
            return queryset
        queryset = queryset.filter(**{self._agency_column(): scope.agency_id})
        return queryset.filter(client_id=scope.client_id) if scope.client_id and self._is_client_owned() else queryset

    def insert_columns(
        self, columns: Mapping[str, Sequence[Value]], ignore_conflicts: bool = False, **same: Value
    ) -> int:
        """The queryset's, which needs no filter."""
        return TenantQuerySet(self.model).insert_columns(columns, ignore_conflicts, **same)

    def update_columns(self, objs: Iterable[object], fields: Iterable[str]) -> int:
        """The queryset's, for rows that were found in this scope."""
        return TenantQuerySet(self.model).update_columns(objs, fields)

    def find(self, **columns: Value) -> M | None:
        """The scope's row with these values in these columns, which name at most one, or None."""
        scope = require_scope()
        if scope.agency_id:
            columns["agency_id"] = scope.agency_id
        if scope.client_id and self._is_client_owned():
            columns.setdefault("client_id", scope.client_id)
            if columns["client_id"] != scope.client_id:
                return None
        return find_row(self.model, columns)

    def _is_client_owned(self) -> bool:
        field = getattr(self.model, "client", None)
        return isinstance(getattr(field, "field", None), TenantForeignKey)

    def _agency_column(self) -> str:
        # The agency's own table has no agency_id: its primary key is the tenant.
        return "agency_id" if hasattr(self.model, "agency_id") else "pk"
