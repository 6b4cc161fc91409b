"""A world of each agency."""

from __future__ import annotations

import pytest

from tests.api.support import World, world
from tests.cast import Cast


@pytest.fixture
def north(cast: Cast) -> World:
    """The first agency with a row of every noun."""
    return world(cast.north)


@pytest.fixture
def south(cast: Cast) -> World:
    """The second agency with a row of every noun."""
    return world(cast.south)
