"""The demo, filled once for all tests of a worker and only read, or changed in a test that takes back what it did."""

from __future__ import annotations

import pytest

from tests import standing
from tests.portal.demo import Said


@pytest.fixture
def demo(db: None) -> list[Said]:
    """All that its portals say, as it stands after `make demo` has filled it."""
    said: list[Said] = standing.found_standing()
    return said
