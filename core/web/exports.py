"""Every CSV of the product: one way to write it, in which no spreadsheet finds a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from django.http import HttpResponse

from core.audit import record

# A moment is a date too.
Cell: TypeAlias = str | int | float | Decimal | date | UUID | None

# What a spreadsheet takes for the beginning of a formula, with the full-width and small signs of East Asian keyboards.
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\u2212\ufe66\ufe62\ufe63\ufe6b"
# It looks for one past blanks and quotes. A cell begins at its beginning, and anew wherever some country's spreadsheet
# separates cells: the quotes around ours say nothing to one that splits at semicolons.
_BEGINNING = r"(^|[;\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029])"
_FORMULA = re.compile(rf"{_BEGINNING}(?=[\s\"'\u200b-\u200f\ufeff\x00]*[{_SIGNS}])|^(?=[\t\r\n])")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?\Z")


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """A CSV download, which the audit trail tells of."""
    text, count = csv_text(header, rows)
    record(action="core.list.exported", object_type="list", object_id=None, changes={"list": name, "rows": count})
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> tuple[str, int]:
    """The lines, and how many of them follow the header. What a spreadsheet would run is made plain text; numbers stay
    numbers."""
    out, count = io.StringIO(), 0
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        writer.writerow([cell_of(value) for value in row])
        count += 1
    return out.getvalue(), count


def cell_of(value: Cell) -> str:
    """The text of one cell, with an apostrophe wherever a formula could begin."""
    text = "" if value is None else str(value)
    if isinstance(value, int | float | Decimal) or _NUMBER.match(text):
        return text
    return _FORMULA.sub(lambda found: f"{found[1] or ''}'", text)
