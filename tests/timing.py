"""Where the time of a run went: by folder, and the twenty tests that took longest, with what their fixtures took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

SLOWEST = 20


@dataclass
class Took:
    """Seconds of a test or of a folder, and how many of them its fixtures took."""

    tests: int = 0
    seconds: float = 0.0
    setup: float = 0.0

    def add(self, other: Took) -> None:
        """Counts another one in."""
        self.tests += other.tests
        self.seconds += other.seconds
        self.setup += other.setup

    def __str__(self) -> str:
        return f"{self.seconds:8.1f} s  {self.setup:7.1f} s in set-up"


class Timing:
    """Adds up what each test took. Under xdist it sits where the workers report to."""

    def __init__(self) -> None:
        self.of_tests: defaultdict[str, Took] = defaultdict(Took)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Counts set-up, call and teardown alike: a fixture that is slow is as slow as a test that is."""
        is_setup = report.when == "setup"
        self.of_tests[report.nodeid].add(Took(int(is_setup), report.duration, report.duration if is_setup else 0.0))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Says it at the end. Of a few tests that somebody picked there is nothing to say."""
        if len(self.of_tests) <= SLOWEST:
            return
        terminalreporter.section("time by folder")
        for folder, took in longest(self.of_folders()):
            terminalreporter.write_line(f"{took}  {took.tests:5d} tests  {folder}")
        terminalreporter.section(f"the {SLOWEST} slowest tests")
        for test, took in longest(self.of_tests)[:SLOWEST]:
            terminalreporter.write_line(f"{took}  {test}")

    def of_folders(self) -> dict[str, Took]:
        """The tests' times added up by folder."""
        folders: defaultdict[str, Took] = defaultdict(Took)
        for test, took in self.of_tests.items():
            folders[folder_of(test)].add(took)
        return folders


def longest(taken: Mapping[str, Took]) -> list[tuple[str, Took]]:
    """The longest first."""
    return sorted(taken.items(), key=lambda pair: -pair[1].seconds)


def folder_of(test: str) -> str:
    """``walls`` of ``tests/walls/test_routes.py::test_…``; the folder of a file in none is ``tests``."""
    parts = test.partition("::")[0].split("/")
    return parts[1] if len(parts) > 2 else parts[0]
