"""A house under contract."""

from __future__ import annotations

import pytest

from tests.incidents.scenario import IncidentScenario


@pytest.fixture
def ward(standing_ward: IncidentScenario) -> IncidentScenario:
    """The first agency, its system covered by the Priority policy."""
    return standing_ward
