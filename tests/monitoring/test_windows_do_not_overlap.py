"""Two maintenance windows of one system never overlap: nobody would know which of them a client was told of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from core.clock import now
from core.errors import Conflict
from monitoring.maintenance.services import cancel_maintenance, plan_maintenance
from tests.cast import AgencyFixture, Cast

NOON = (now() + timedelta(days=3)).replace(hour=12, minute=0, second=0, microsecond=0)


def plan(house: AgencyFixture, starts_at: datetime, hours: float = 2, **more: Any) -> Any:
    with house.scope():
        values: dict[str, Any] = {"system_id": house.system.id, "title": "New model"} | more
        return plan_maintenance(**values, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours))


@pytest.mark.parametrize("shift", [-1.5, 0, 0.5, 1.9])
def test_one_that_overlaps_is_refused_and_names_the_other(cast: Cast, shift: float) -> None:
    plan(cast.north, NOON)
    with pytest.raises(Conflict, match="It overlaps “New model”") as refused:
        plan(cast.north, NOON + timedelta(hours=shift), title="Other work")
    assert refused.value.field == "starts_at"


@pytest.mark.parametrize("shift", [-2, 2])
def test_one_may_begin_where_another_ends(cast: Cast, shift: float) -> None:
    plan(cast.north, NOON)
    assert plan(cast.north, NOON + timedelta(hours=shift))


def test_what_was_called_off_or_is_of_another_system_is_in_nobodys_way(cast: Cast) -> None:
    row = plan(cast.north, NOON)
    assert plan(cast.north, NOON, system_id=cast.north.other_system.id)
    with cast.north.scope():
        cancel_maintenance(window_id=row.id)
    assert plan(cast.north, NOON)
