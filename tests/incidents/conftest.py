"""A house under contract."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.incidents.ward import Ward


@pytest.fixture
def ward(cast: Cast) -> Ward:
    """The first agency, its system covered by the Priority policy."""
    return Ward(cast.north)
