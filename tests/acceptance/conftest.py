"""These tests need an environment of their own beside ours, so they run only where they are asked for."""

from __future__ import annotations

import os

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves them out of every run but ``make acceptance``, which sets RETAINER_ACCEPTANCE."""
    if os.environ.get("RETAINER_ACCEPTANCE") == "1":
        return
    for item in items:
        if item.get_closest_marker("acceptance"):
            item.add_marker(pytest.mark.skip(reason="run by make acceptance"))
