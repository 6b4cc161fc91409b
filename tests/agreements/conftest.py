"""A house with its catalogue."""

from __future__ import annotations

import pytest

from tests.agreements.scenario import AgreementScenario


@pytest.fixture
def desk(standing_desk: AgreementScenario) -> AgreementScenario:
    """The first agency, with the seven plans and the three policies."""
    return standing_desk
