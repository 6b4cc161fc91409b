"""A world of each agency, which stands before the test; each takes back what it did."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.support import World


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What schemathesis makes up for a route is an item of its own, and stands in the table of times as one."""
    for item in items:
        label = getattr(item, "operation_label", None)
        if label and item.id.params is None:
            # pytest takes the route for no part of the name, so that all of them would have the same.
            item._id = item.id.with_params(label)


@pytest.fixture
def north(worlds: tuple[World, World]) -> World:
    """The first agency with a row of every noun."""
    return worlds[0]


@pytest.fixture
def south(worlds: tuple[World, World]) -> World:
    """The second agency with a row of every noun."""
    return worlds[1]


@pytest.fixture(autouse=True)
def a_whole_module_calls_with_one_token(settings: Any) -> None:
    """More calls than any client makes in a minute."""
    settings.API_RATE_PER_MINUTE = settings.AGENCY_CALLS_PER_MINUTE = settings.AGENCY_SAMPLES_PER_MINUTE = 1_000_000
