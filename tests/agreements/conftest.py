"""A house with its catalogue."""

from __future__ import annotations

import pytest

from tests.agreements.desk import Desk


@pytest.fixture
def desk(standing_desk: Desk) -> Desk:
    """The first agency, with the seven plans and the three policies."""
    return standing_desk
