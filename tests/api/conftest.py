"""A world of each agency, committed once a module; each test takes back what it did."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.support import World, world
from tests.cast import Cast


@pytest.fixture(scope="module")
def worlds(standing_cast: Cast, django_db_blocker: Any) -> tuple[World, World]:
    with django_db_blocker.unblock():
        return world(standing_cast.north), world(standing_cast.south)


@pytest.fixture
def cast(standing_cast: Cast, db: None) -> Cast:
    """The two agencies that the worlds are made of."""
    return standing_cast


@pytest.fixture
def north(worlds: tuple[World, World], db: None) -> World:
    """The first agency with a row of every noun."""
    return worlds[0]


@pytest.fixture
def south(worlds: tuple[World, World], db: None) -> World:
    """The second agency with a row of every noun."""
    return worlds[1]


@pytest.fixture(autouse=True)
def a_whole_module_calls_with_one_token(settings: Any) -> None:
    """More calls than any client makes in a minute."""
    settings.API_RATE_PER_MINUTE = settings.AGENCY_CALLS_PER_MINUTE = settings.AGENCY_SAMPLES_PER_MINUTE = 1_000_000
