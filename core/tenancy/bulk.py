"""Writes many rows in one statement whose cost is that of the rows: ``… FROM unnest(arrays)``.

Django's own ``bulk_update`` writes a CASE with a branch for each row and column; at 200 rows of 16 columns making that
statement takes a hundred times as long as running it. Its ``bulk_create`` prepares and adapts each value by itself.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias

from django.db import connection, models

from core.ids import uuid7_texts
from core.json_values import JsonValue

# What a column may hold. A moment is a date too.
Value: TypeAlias = "JsonValue | uuid.UUID | date"
# A column that is only known by its name.
_Field: TypeAlias = "models.Field[object, object]"

_WITH_LITERAL = (
    *(models.ForeignKey, models.UUIDField, models.CharField, models.TextField, models.GenericIPAddressField),
    *(models.IntegerField, models.FloatField, models.BooleanField, models.DateTimeField, models.DateField),
    models.JSONField,
)
_CONFLICT = " ON CONFLICT DO NOTHING"
# Text keeps the column's own length check; a cast to varchar(n) would cut silently.
_AS_TEXT = (models.CharField, models.TextField)


def update_rows(model: type[models.Model], rows: Sequence[object], fields: Iterable[str]) -> int:
    """Writes these fields of the rows, found by their keys, and returns how many rows there were to write.

    A row is whatever has attributes of these names: one of the model's, or something lighter.
    """
    if not rows:
        return 0
    chosen: list[Any] = [model._meta.pk, *(model._meta.get_field(name) for name in fields)]
    columns = [connection.ops.quote_name(field.column) for field in chosen]
    table, key = connection.ops.quote_name(model._meta.db_table), columns[0]
    setting = ", ".join(f"{column} = fresh.{column}" for column in columns[1:])
    sent = _columns_of(rows, chosen)
    return _execute(
        f"UPDATE {table} SET {setting} FROM unnest({_arrays(sent)}) AS fresh({', '.join(columns)})"
        f" WHERE {table}.{key} = fresh.{key}",
        sent,
    )


def insert_rows(rows: Sequence[models.Model], *, ignore_conflicts: bool = False) -> int:
    """Inserts the rows with all their columns and returns how many were new."""
    if not rows:
        return 0
    model = type(rows[0])
    chosen: list[Any] = list(model._meta.concrete_fields)
    columns = ", ".join(connection.ops.quote_name(field.column) for field in chosen)
    table = connection.ops.quote_name(model._meta.db_table)
    otherwise = _CONFLICT if ignore_conflicts else ""
    sent = _columns_of(rows, chosen)
    written = _execute(f"INSERT INTO {table} ({columns}) SELECT * FROM unnest({_arrays(sent)}){otherwise}", sent)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    return written


def insert_columns(
    model: type[models.Model],
    columns: Mapping[str, Sequence[Value]],
    same: Mapping[str, Value],
    *,
    ignore_conflicts: bool,
) -> int:
    """Inserts rows that nobody needs as objects, and returns how many were new.

    ``columns`` holds a value a row, ``same`` what all rows have; what neither names has its default.
    """
    count = len(next(iter(columns.values())))
    if not count:
        return 0
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    ids = [] if "id" in columns else [model._meta.get_field("id")]
    known = {field.attname for field in (*ids, *fields)}
    once: list[Any] = [field for field in model._meta.concrete_fields if field.attname not in known]
    names = ", ".join(connection.ops.quote_name(field.column) for field in (*ids, *fields, *once))
    constants = [_array(field, [same.get(field.attname, field.get_default())]) for field in once]
    sent = [_Sent("%s::uuid[]", "{" + ",".join(uuid7_texts(count)) + "}") for _field in ids]
    sent += [_array(field, values) for field, values in zip(fields, columns.values(), strict=True)]
    return _execute(
        f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({names})"
        f" SELECT fresh.*{''.join(f', ({one.sql})[1]' for one in constants)}"
        f" FROM unnest({_arrays(sent)}) AS fresh{_CONFLICT if ignore_conflicts else ''}",
        [*constants, *sent],
    )


@cache
def goes_in_arrays(model: type[models.Model]) -> bool:
    """Whether every column of the model has a literal here."""
    return all(isinstance(field, _WITH_LITERAL) for field in model._meta.concrete_fields)


class _Sent(NamedTuple):
    """A column on its way: the expression of its array, and the text that it is made of."""

    sql: str
    text: str


def _columns_of(rows: Sequence[object], fields: Sequence[_Field]) -> list[_Sent]:
    return [_array(field, list(map(attrgetter(field.attname), rows))) for field in fields]


def _execute(sql: str, sent: Sequence[_Sent]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, [one.text for one in sent])
        return int(cursor.rowcount)


def _arrays(sent: Sequence[_Sent]) -> str:
    return ", ".join(one.sql for one in sent)


# All values are one JSON text, written at once and escaped by nobody. What is None is no value, not JSON's null.
_JSON_ARRAY = "ARRAY(SELECT nullif(value, 'null') FROM jsonb_array_elements(%s::jsonb) AS value)"


def _array(field: _Field, values: Sequence[Value]) -> _Sent:
    if len(values) > 1 and _are_one(values):
        # Such as the owner of all of them: it travels once.
        once = _array(field, values[:1])
        return _Sent(f"array_fill(({once.sql})[1], ARRAY[{len(values)}])", once.text)
    if isinstance(field, models.JSONField):
        return _Sent(_JSON_ARRAY, json.dumps(list(values)))
    return _Sent(f"%s::{_type(field)}[]", array(values))


def _are_one(values: Sequence[Value]) -> bool:
    return len(set(map(id, values))) == 1


def _type(field: _Field) -> str:
    if isinstance(field, _AS_TEXT):
        return "text"
    return str(field.db_type(connection))


def array(values: Iterable[Value]) -> str:
    """The values as an array literal of PostgreSQL, which the driver passes on as one text."""
    rows = list(values)
    kinds = set(map(type, rows))
    if rows and _are_one(rows):
        # One and the same: it is written once.
        said = [_LITERALS.get(type(rows[0]), _quoted)(rows[0])] * len(rows)
    elif len(kinds) == 1:
        said = list(map(_LITERALS.get(kinds.pop(), _quoted), rows))
    else:
        said = [_LITERALS.get(type(value), _quoted)(value) for value in rows]
    return "{" + ",".join(said) + "}"


def _quoted(value: Value) -> str:
    text = json.dumps(value) if isinstance(value, (dict, list)) else str(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_LITERALS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _none: "NULL",
    bool: str,
    int: str,
    # The shortest text that reads back as the same number.
    float: repr,
    # Without its dashes, which take longer to write than to leave out.
    uuid.UUID: lambda value: f"{value.int:032x}",
    datetime: datetime.isoformat,
    date: date.isoformat,
}
