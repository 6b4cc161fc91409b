"""One row by plain columns, for the look-up that every request makes several times.

The statement of a model and its columns is written once. Building and compiling a queryset for it costs four times
what running it costs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias, TypeVar

from django.db import connection, models

from core.tenancy.bulk import Value

M = TypeVar("M", bound=models.Model)
# A column that is only known by its name.
_Field: TypeAlias = "models.Field[object, object]"


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    fields: tuple[_Field, ...]
    names: tuple[str, ...]
    readers: tuple[tuple[int, Callable[..., Any]], ...]


def find_row(model: type[M], wanted: Mapping[str, Value]) -> M | None:
    """The row whose columns hold these values; None where there is none. The columns name at most one row."""
    statement = _statement(model, tuple((name, value is None) for name, value in wanted.items()))
    values = [
        field.get_db_prep_value(value, connection)
        for field, value in zip(statement.fields, wanted.values(), strict=True)
        if value is not None
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, values)
        found = cursor.fetchone()
    if found is None:
        return None
    row = list(found)
    for place, read in statement.readers:
        row[place] = read(row[place], None, connection)
    return model.from_db(connection.alias, statement.names, row)


@cache
def _statement(model: type[models.Model], wanted: tuple[tuple[str, bool], ...]) -> _Statement:
    columns = model._meta.concrete_fields
    table = _quoted(model._meta.db_table)
    conditions = [_condition(model, table, name, "IS NULL" if is_empty else "= %s") for name, is_empty in wanted]
    listed = ", ".join(_quoted(str(column.column)) for column in columns)
    return _Statement(
        sql=f"SELECT {listed} FROM {table} WHERE {' AND '.join(sql for _field, sql in conditions)} LIMIT 1",
        fields=tuple(field for field, _sql in conditions),
        names=tuple(column.attname for column in columns),
        readers=tuple(
            (place, column.from_db_value) for place, column in enumerate(columns) if hasattr(column, "from_db_value")
        ),
    )


def _condition(model: type[models.Model], table: str, name: str, test: str) -> tuple[_Field, str]:
    """The field that a value is for, and its test; ``user__is_active`` is a column of the row behind a foreign key."""
    of_row, _joint, of_other = name.partition("__")
    field: Any = model._meta.get_field(of_row)
    if not of_other:
        return field, f"{table}.{_quoted(field.column)} {test}"
    other = field.related_model
    wanted: Any = other._meta.get_field(of_other)
    behind, key = _quoted(other._meta.db_table), _quoted(other._meta.pk.column)
    joined = f"{behind}.{key} = {table}.{_quoted(field.column)} AND {behind}.{_quoted(wanted.column)} {test}"
    return wanted, f"EXISTS (SELECT FROM {behind} WHERE {joined})"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
