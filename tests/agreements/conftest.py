"""A house with its catalogue."""

from __future__ import annotations

import pytest

from tests.agreements.desk import Desk
from tests.cast import Cast


@pytest.fixture
def desk(cast: Cast) -> Desk:
    """The first agency, with the seven plans and the three policies."""
    return Desk(cast.north)
