"""Which rows of the mission work today: runs the tests here, prints every row, and writes ``.run/mission.json``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.mission.registry import as_data, judged, report

WRITTEN = Path(".run/mission.json")


class Outcomes:
    """Whether each test passed, from its setting up to its clearing away."""

    def __init__(self) -> None:
        self.passed: dict[str, bool] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Hears of each part of each test; one that is skipped has shown nothing."""
        self.passed[report.nodeid] = self.passed.get(report.nodeid, True) and report.passed


def main(arguments: list[str]) -> int:
    """Runs them; fails where one of them does."""
    outcomes = Outcomes()
    code = pytest.main(["tests/mission", "-q", *arguments], plugins=[outcomes])
    rows = judged(outcomes.passed)
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(json.dumps(as_data(rows), indent=2, ensure_ascii=False) + "\n")
    print(f"\n{report(rows)} Written to {WRITTEN}.")
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
