"""A lab and its targets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cast import Cast
from tests.monitoring.scenario import MonitoringScenario, Target


@pytest.fixture
def lab(cast: Cast) -> MonitoringScenario:
    """The first agency's lab."""
    return MonitoringScenario(cast.north)


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
