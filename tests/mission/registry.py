"""The rows of the mission, and which of them the tests here show to work."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROWS = HERE / "rows.toml"
FILE = re.compile(r"test_f(\d{3})_\w+\.py")
WORKS, ABSENT = "works", "absent"


@dataclass(frozen=True, slots=True)
class Row:
    """One row with how it stands and the tests that say so."""

    row: str
    title: str
    state: str
    tests: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.row:<5} {self.state:<7} {self.title}"


def titles() -> dict[str, str]:
    """The title of every row, in the mission's order."""
    return dict(tomllib.loads(ROWS.read_text()))


def row_of(path: str) -> str:
    """The row whose file this is, such as F42 of ``test_f042_response_time_target.py``; empty of any other."""
    found = FILE.fullmatch(Path(path).name)
    return f"F{int(found[1])}" if found else ""


def files() -> list[Path]:
    """The files that each show a row to work."""
    return sorted(path for path in HERE.glob("test_*.py") if row_of(path.name))


def docstring(path: Path) -> str:
    """What a file says of itself, on one line."""
    return " ".join((ast.get_docstring(ast.parse(path.read_text())) or "").split())


def judged(outcomes: Mapping[str, bool]) -> list[Row]:
    """Every row, from whether each test passed. One test that failed or was left out, and the row does not work."""
    tests: dict[str, list[str]] = {}
    for test in outcomes:
        tests.setdefault(row_of(test.partition("::")[0]), []).append(test)
    return [_row(row, title, tests.get(row, []), outcomes) for row, title in titles().items()]


def _row(row: str, title: str, tests: Sequence[str], outcomes: Mapping[str, bool]) -> Row:
    works = bool(tests) and all(outcomes[test] for test in tests)
    return Row(row, title, WORKS if works else ABSENT, tuple(tests))


def report(rows: Sequence[Row]) -> str:
    """All of them as people read it, with the count."""
    works = sum(row.state == WORKS for row in rows)
    return "\n".join([*map(str, rows), "", f"{works} of {len(rows)} rows work."])


def as_data(rows: Sequence[Row]) -> list[dict[str, object]]:
    """The same as programs read it."""
    return [asdict(row) for row in rows]
