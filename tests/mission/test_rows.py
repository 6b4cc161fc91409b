"""The list of rows is the mission's, and every file here belongs to one of them and says so in its words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.mission.__main__ import Outcomes
from tests.mission.registry import ABSENT, WORKS, as_data, docstring, files, judged, report, row_of, titles

FILE = "tests/mission/test_f042_response_time_target.py"


def test_the_rows_are_numbered_from_the_first_to_the_last_and_each_has_a_title() -> None:
    assert list(titles()) == [f"F{number}" for number in range(1, 126)]
    assert all(titles().values())


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_each_file_is_of_a_row_that_exists_and_says_it_in_the_rows_own_words(path: Path) -> None:
    assert row_of(path.name) in titles()
    assert docstring(path).startswith(f"{row_of(path.name)} {titles()[row_of(path.name)]}")


def test_no_row_has_two_files() -> None:
    rows = [row_of(path.name) for path in files()]
    assert len(rows) == len(set(rows))


def test_a_row_works_where_all_of_its_tests_passed() -> None:
    rows = {row.row: row for row in judged({f"{FILE}::test_one": True, f"{FILE}::test_two": True})}
    assert (rows["F42"].state, len(rows["F42"].tests)) == (WORKS, 2)
    assert {row.state for row in rows.values() if row.row != "F42"} == {ABSENT}


@pytest.mark.parametrize("outcomes", [{}, {f"{FILE}::test_one": True, f"{FILE}::test_two": False}])
def test_a_row_is_absent_where_one_of_its_tests_failed_or_there_is_none(outcomes: dict[str, bool]) -> None:
    assert {row.state for row in judged(outcomes)} == {ABSENT}


@pytest.mark.parametrize(
    ("parts", "passed"), [("ppp", True), ("pfp", False), ("pps", False), ("s", False), ("f", False)]
)
def test_a_test_has_passed_where_each_of_its_parts_has(parts: str, passed: bool) -> None:
    outcomes = Outcomes()
    for part in parts:
        outcome = {"p": "passed", "f": "failed", "s": "skipped"}[part]
        outcomes.pytest_runtest_logreport(said(outcome))
    assert outcomes.passed == {f"{FILE}::test_one": passed}


def said(outcome: Any) -> pytest.TestReport:
    return pytest.TestReport(f"{FILE}::test_one", (FILE, 1, "test_one"), {}, outcome, None, "call")


def test_the_report_lists_every_row_and_counts_those_that_work() -> None:
    rows = judged({f"{FILE}::test_one": True})
    said = report(rows)
    assert said.endswith("1 of 125 rows work.")
    assert "F42   works   Response time target" in said
    assert [row["row"] for row in as_data(rows)] == list(titles())
    assert set(as_data(rows)[0]) == {"row", "title", "state", "tests"}
