"""A row of a matrix in one test: each of its cases takes back what it did, and all that fail are named together."""

from __future__ import annotations

import copy
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.test import Client as Browser

from core.models import User
from tests.cast import Cast


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever was written is undone, so that the next finds the house as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Matrix:
    """Collects what fails in each case, and fails at its end with all of it."""

    def __init__(self) -> None:
        self.failures: list[str] = []

    @contextmanager
    def case(self, name: object) -> Iterator[None]:
        """One case. What it raises is noted under its name, and the next is tried all the same."""
        try:
            with taken_back():
                yield
        except Exception as error:
            self.failures.append(f"{name}: {_told(error)}")

    def __enter__(self) -> Matrix:
        return self

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _at: object) -> None:
        if error is None and self.failures:
            pytest.fail("\n\n".join([f"{len(self.failures)} cases failed", *self.failures]), pytrace=False)


def _told(error: Exception) -> str:
    """The error, and the lines of the tests in which it arose."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/tests/" in frame.filename]
    lines = [f"{frame.filename.rpartition('/tests/')[2]}:{frame.lineno}: {frame.line}" for frame in frames]
    return "\n    ".join([f"{type(error).__name__}: {error}", *lines])


def browser_of(cast: Cast, person: User, **more: Any) -> Browser:
    """A browser in which this person of a furnished house is signed in already."""
    browser = Browser(raise_request_exception=True, **more)
    browser.cookies = copy.deepcopy(cast.extras["cookies"][person.pk])
    return browser
