"""No cell of an export is a formula, in whatever spreadsheet of whatever country it is opened."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from core.web.exports import cell_of, csv_text
from tests.walls.test_ways_around import sources

SIGNS = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫"]
BLANKS = ["", " ", "  ", "\u00a0", "\u3000", '"', "'", '" "', "\ufeff", "\u200b", "\u200e", "\x00"]
SEPARATORS = [";", "\t", "\r", "\n", "\r\n", "\v", "\u2028"]


def cells(line: str, separator: str) -> list[str]:
    """How a spreadsheet of another country splits a line of ours."""
    return next(csv.reader([line], delimiter=separator))


def runs(cell: str) -> bool:
    return cell.lstrip(' \u00a0\u3000"\ufeff\u200b\u200e\x00\t\r\n').startswith(tuple(SIGNS))


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("blank", BLANKS)
def test_a_cell_that_begins_like_a_formula_is_text(sign: str, blank: str) -> None:
    text = f"{blank}{sign}cmd|' /C calc'!A0"
    assert cell_of(text) == f"'{text}"


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("blank", ["", " ", '"', '";'])
def test_a_cell_that_begins_like_one_behind_a_separator_is_text(sign: str, separator: str, blank: str) -> None:
    text = f"Slow answers{separator}{blank}{sign}HYPERLINK(1)"
    assert f"'{blank[-1:] if blank != chr(34) + ';' else ''}{sign}HYPERLINK(1)" in cell_of(text)


@pytest.mark.parametrize("first", ["\t", "\r", "\n"])
def test_a_cell_that_begins_with_a_break_is_text(first: str) -> None:
    assert cell_of(f"{first}x").startswith("'")


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("blank", ["", " ", '"'])
@pytest.mark.parametrize("sign", SIGNS)
def test_whoever_splits_our_lines_at_their_own_separator_finds_no_formula(
    separator: str, blank: str, sign: str
) -> None:
    text, _count = csv_text(["name", "note"], [["North", f'Hello, "you"{separator}{blank}{sign}1+1{separator}end']])
    line = text.splitlines()[1]
    assert len(cells(line, separator)) > 1
    assert not [cell for cell in cells(line, separator) if runs(cell)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-5, "-5"),
        (-0.5, "-0.5"),
        (Decimal("-1.20"), "-1.20"),
        ("-7", "-7"),
        ("+3.5", "+3.5"),
        (None, ""),
        (True, "True"),
        ("71.5 %", "71.5 %"),
    ],
)
def test_a_number_stays_a_number(value: Any, text: str) -> None:
    assert cell_of(value) == text


@pytest.mark.parametrize(
    "text", ["", "North Client", "a-b", "Follow-up; later", "1; 2", "x = y", "a@b.example", "3,-5"]
)
def test_words_stay_as_they_are(text: str) -> None:
    assert cell_of(text) == text
    row, count = csv_text(["a", "b"], [[text, "z"]])
    assert (list(csv.reader(io.StringIO(row)))[1], count) == ([text, "z"], 1)


def test_every_export_is_written_by_the_one_function() -> None:
    writers = {
        path for path, text in sources() if "csv.writer" in text or "csv.DictWriter" in text or "text/csv" in text
    }
    assert writers == {"core/web/exports.py"}
