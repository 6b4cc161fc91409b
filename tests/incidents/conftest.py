"""A house under contract."""

from __future__ import annotations

import pytest

from tests.incidents.ward import Ward


@pytest.fixture
def ward(standing_ward: Ward) -> Ward:
    """The first agency, its system covered by the Priority policy."""
    return standing_ward
