"""The approvals' own cast."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.clients.approvals.scenario import ApprovalScenario


@pytest.fixture
def asking(cast: Cast) -> ApprovalScenario:
    """The north, about to ask."""
    return ApprovalScenario(cast.north)
