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
from typing import Any

from django.db import connection, models

from core.ids import uuid7_texts

_WITH_LITERAL = (
    *(models.ForeignKey, models.UUIDField, models.CharField, models.TextField, models.GenericIPAddressField),
    *(models.IntegerField, models.FloatField, models.BooleanField, models.DateTimeField, models.DateField),
    models.JSONField,
)
_CONFLICT = " ON CONFLICT DO NOTHING"
# Text keeps the column's own length check; a cast to varchar(n) would cut silently.
_AS_TEXT = (models.CharField, models.TextField)


def update_rows(model: type[models.Model], rows: Sequence[Any], fields: Iterable[str]) -> int:
    """Writes these fields of the rows, found by their keys, and returns how many rows there were to write.

    A row is whatever has attributes of these names: one of the model's, or something lighter.
    """
    if not rows:
        return 0
    chosen: list[Any] = [model._meta.pk, *(model._meta.get_field(name) for name in fields)]
    columns = [connection.ops.quote_name(field.column) for field in chosen]
    table, key = connection.ops.quote_name(model._meta.db_table), columns[0]
    setting = ", ".join(f"{column} = fresh.{column}" for column in columns[1:])
    return _run(
        f"UPDATE {table} SET {setting} FROM unnest({_arrays(chosen)}) AS fresh({', '.join(columns)})"
        f" WHERE {table}.{key} = fresh.{key}",
        chosen,
        rows,
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
    insert = f"INSERT INTO {table} ({columns}) SELECT * FROM unnest({_arrays(chosen)}){otherwise}"
    written = _run(insert, chosen, rows)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    return written


def insert_columns(
    model: type[models.Model], columns: Mapping[str, Sequence[Any]], same: Mapping[str, Any], *, ignore_conflicts: bool
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
    constants = "".join(f", ({_array_of(field)})[1]" for field in once)
    names = ", ".join(connection.ops.quote_name(field.column) for field in (*ids, *fields, *once))
    said = [_literals(field, [same.get(field.attname, field.get_default())]) for field in once]
    return _execute(
        f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({names}) SELECT fresh.*{constants}"
        f" FROM unnest({_arrays([*ids, *fields])}) AS fresh{_CONFLICT if ignore_conflicts else ''}",
        [
            *said,
            *("{" + ",".join(uuid7_texts(count)) + "}" for _field in ids),
            *(_literals(field, values) for field, values in zip(fields, columns.values(), strict=True)),
        ],
    )


@cache
def goes_in_arrays(model: type[models.Model]) -> bool:
    """Whether every column of the model has a literal here."""
    return all(isinstance(field, _WITH_LITERAL) for field in model._meta.concrete_fields)


def _run(sql: str, fields: Sequence[Any], rows: Sequence[Any]) -> int:
    return _execute(sql, [_literals(field, map(attrgetter(field.attname), rows)) for field in fields])


def _execute(sql: str, values: Sequence[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def _arrays(fields: Sequence[Any]) -> str:
    return ", ".join(_array_of(field) for field in fields)


def _array_of(field: Any) -> str:
    if isinstance(field, models.JSONField):
        return _JSON_ARRAY
    return f"%s::{_type(field)}[]"


# All values are one JSON text, written at once and escaped by nobody. What is None is no value, not JSON's null.
_JSON_ARRAY = "ARRAY(SELECT nullif(value, 'null') FROM jsonb_array_elements(%s::jsonb) AS value)"


def _literals(field: Any, values: Iterable[Any]) -> str:
    if isinstance(field, models.JSONField):
        return json.dumps(list(values))
    return array(values)


def _type(field: Any) -> str:
    if isinstance(field, _AS_TEXT):
        return "text"
    found: str = field.db_type(connection)
    return found


def array(values: Iterable[Any]) -> str:
    """The values as an array literal of PostgreSQL, which the driver passes on as one text."""
    rows = list(values)
    kinds = set(map(type, rows))
    if len(set(map(id, rows))) == 1:
        # One and the same, such as the owner of all of them: it is written once.
        said = [_LITERALS.get(type(rows[0]), _quoted)(rows[0])] * len(rows)
    elif len(kinds) == 1:
        said = list(map(_LITERALS.get(kinds.pop(), _quoted), rows))
    else:
        said = [_LITERALS.get(type(value), _quoted)(value) for value in rows]
    return "{" + ",".join(said) + "}"


def _quoted(value: Any) -> str:
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
