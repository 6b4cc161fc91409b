"""A lab and its targets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cast import Cast
from tests.monitoring.lab import Lab, Target


@pytest.fixture
def lab(cast: Cast) -> Lab:
    """The first agency's lab."""
    return Lab(cast.north)


@pytest.fixture
def target() -> Iterator[Target]:
    """A target that answers."""
    server = Target()
    yield server
    server.close()


@pytest.fixture
def other_target() -> Iterator[Target]:
    """A second one."""
    server = Target()
    yield server
    server.close()
