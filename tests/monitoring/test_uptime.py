"""Uptime: what was measured, what was not, what was planned; and nothing that was not measured counts as up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements import services as agreements
from core import clock
from core.errors import Conflict, DomainError
from core.tenancy import sweeper_scope
from monitoring import selectors
from monitoring.checks import services
from monitoring.maintenance import selectors as windows
from monitoring.maintenance import services as maintenance
from monitoring.models import Check, Sample
from monitoring.samples import store
from monitoring.uptime.months import merged
from retainer.reports.uptime import Month, month_of
from tests.cast import AgencyFixture, Cast
from tests.monitoring.scenario import MonitoringScenario, Target
from tests.rows import signed_retainer

DAY = datetime(2026, 6, 1, tzinfo=UTC)
NOON = DAY + timedelta(hours=12)


def check_of(house: AgencyFixture, *, interval: int = 60, name: str = "Address", **more: Any) -> Check:
    with clock.at(DAY), house.scope():
        values: dict[str, Any] = {"system_id": house.system.id, "name": name, "kind": "http", "url": "https://1.1.1.1/"}
        return services.create_check(interval_seconds=interval, **(values | more))


def measure(house: AgencyFixture, check: Check, up: range, down: range = range(0)) -> None:
    """Slots of the day by their minute."""
    with clock.at(DAY), house.scope():
        for name, minutes in (("latency", up), ("down", down)):
            store.write_samples(check, name, [(DAY + timedelta(minutes=minute), 1.0) for minute in minutes])
    with clock.at(NOON), sweeper_scope():
        for seconds in store.RESOLUTIONS:
            store.roll_up(seconds=seconds, start=DAY, end=DAY + timedelta(days=1))


def uptime(house: AgencyFixture, start: datetime = DAY, end: datetime = NOON) -> Any:
    with clock.at(NOON), house.scope():
        return selectors.uptime_of(house.system.id, start, end)


def planned(house: AgencyFixture, since: int, until: int) -> Any:
    """Maintenance by the hour of the day, announced the day before."""
    with clock.at(DAY - timedelta(days=1)), house.scope():
        return maintenance.plan_maintenance(
            system_id=house.system.id,
            title="New model",
            starts_at=DAY + timedelta(hours=since),
            ends_at=DAY + timedelta(hours=until),
        )


def test_up_down_and_not_measured_add_up(cast: Cast) -> None:
    check = check_of(cast.north)
    measure(cast.north, check, range(0, 540), range(540, 600))
    (row,) = uptime(cast.north)
    assert (row.seconds, row.up, row.down, row.maintenance) == (12 * 3600, 540 * 60, 3600, 0)
    assert row.unmeasured == 2 * 3600
    assert row.up + row.down + row.maintenance + row.unmeasured == row.seconds
    assert row.share(maintenance_counts=False) == 90.0


def test_planned_maintenance_is_told_apart_and_counts_where_the_agreement_says_so(cast: Cast) -> None:
    check = check_of(cast.north)
    measure(cast.north, check, range(0, 540), range(540, 600))
    planned(cast.north, 9, 10)
    (row,) = uptime(cast.north)
    assert (row.up, row.down, row.maintenance, row.maintenance_down) == (540 * 60, 0, 3600, 3600)
    assert row.share(maintenance_counts=False) == 100.0
    assert row.share(maintenance_counts=True) == 90.0


def test_what_is_called_off_is_downtime(cast: Cast) -> None:
    check = check_of(cast.north)
    measure(cast.north, check, range(0, 540), range(540, 600))
    window = planned(cast.north, 9, 10)
    with clock.at(DAY - timedelta(hours=1)), cast.north.scope():
        maintenance.cancel_maintenance(window_id=window.id)
    assert uptime(cast.north)[0].share(maintenance_counts=False) == 90.0


def test_one_bad_slot_never_reads_as_a_hundred(cast: Cast) -> None:
    check = check_of(cast.north, interval=5, timeout_ms=1000)
    measure(cast.north, check, range(0, 719), range(719, 720))
    assert uptime(cast.north)[0].share(maintenance_counts=False) == 99.861


def test_nothing_measured_is_no_uptime_and_not_zero(cast: Cast) -> None:
    check_of(cast.north)
    (row,) = uptime(cast.north)
    assert (row.share(maintenance_counts=False), row.unmeasured) == (None, 12 * 3600)


def test_a_system_is_as_good_as_the_worst_of_its_checks(cast: Cast) -> None:
    good, bad = check_of(cast.north, name="Good"), check_of(cast.north, name="Bad")
    measure(cast.north, good, range(0, 720))
    measure(cast.north, bad, range(0, 360), range(360, 720))
    rows = uptime(cast.north)
    assert [row.name for row in rows] == ["Bad", "Good"]
    with clock.at(NOON), cast.north.scope():
        assert month_of(cast.north.system.id, DAY, NOON).share == 50.0


def test_a_check_that_was_made_later_is_not_blamed_for_the_time_before(cast: Cast) -> None:
    check = check_of(cast.north)
    with cast.north.scope():
        Check.objects.filter(id=check.id).update(created_at=DAY + timedelta(hours=6))
    measure(cast.north, check, range(360, 720))
    (row,) = uptime(cast.north)
    assert (row.seconds, row.unmeasured) == (6 * 3600, 0)


def test_checks_that_wait_for_what_is_sent_and_those_of_preproduction_say_nothing_of_uptime(cast: Cast) -> None:
    check_of(cast.north, kind="push", url="", metrics=[{"name": "rate"}])
    assert uptime(cast.north) == []


@pytest.mark.parametrize("minutes", [(0, 30), (25, 95), (60, 120), (61, 179), (0, 720)])
def test_any_period_adds_up_wherever_it_begins_and_ends(cast: Cast, minutes: tuple[int, int]) -> None:
    check = check_of(cast.north)
    measure(cast.north, check, range(0, 540), range(540, 600))
    start, end = (DAY + timedelta(minutes=minute) for minute in minutes)
    (row,) = uptime(cast.north, start, end)
    assert row.up + row.down + row.maintenance + row.unmeasured == row.seconds
    assert row.seconds == (minutes[1] // 5 - minutes[0] // 5) * 300
    assert row.up == len(set(range(540)) & set(range(minutes[0] // 5 * 5, minutes[1] // 5 * 5))) * 60


def test_slots_count_for_the_interval_that_they_were_asked_at(cast: Cast) -> None:
    """Every minute until six, an hour of it down, and every five minutes after that."""
    check = check_of(cast.north)
    measure(cast.north, check, range(0, 300), range(300, 360))
    with clock.at(DAY + timedelta(hours=6)), cast.north.scope():
        services.update_check(check_id=check.id, interval_seconds=300)
    measure(cast.north, check, range(360, 720, 5))
    (row,) = uptime(cast.north)
    assert (row.up, row.down, row.unmeasured) == (300 * 60 + 72 * 300, 3600, 0)


def test_a_share_exactly_on_target_is_not_missed_and_the_worst_check_decides(cast: Cast) -> None:
    def month(target: str, *shares: float, counts: bool = False) -> Month:
        rows: list[Any] = [FakeUptime(share) for share in shares]
        return Month(DAY, NOON, rows, Decimal(target), counts)

    assert not month("99.990", 99.99, 100.0).is_missed
    assert month("99.991", 99.99, 100.0).is_missed
    assert month("99.9", 100.0, 99.8).share == 99.8


def test_a_month_is_held_against_what_was_signed_then(cast: Cast) -> None:
    def target(start: datetime, end: datetime) -> Decimal | None:
        with clock.at(NOON), cast.north.scope():
            return month_of(cast.north.system.id, start, end).target

    april, may = DAY - timedelta(days=61), DAY - timedelta(days=31)
    with clock.at(NOON), cast.north.scope():
        # From the second of May on.
        retainer = signed_retainer(cast.north)
    assert [target(april, may), target(may, DAY), target(DAY, NOON)] == [None, Decimal("99.9"), Decimal("99.9")]
    with clock.at(DAY - timedelta(days=2)), cast.north.scope():
        agreements.end_retainer(retainer_id=retainer.id, ends_on=DAY.date() - timedelta(days=1))
    # Its last day is the thirtieth of May in Berlin, so the end of the month has no promise any more.
    assert [target(may, DAY - timedelta(days=2)), target(DAY, NOON)] == [Decimal("99.9"), None]


class FakeUptime:
    """A check of which only the share matters."""

    def __init__(self, share: float) -> None:
        self.known = share

    def share(self, *, maintenance_counts: bool) -> float:
        return self.known


def measured(lab: MonitoringScenario) -> dict[str, int]:
    """How many slots of the lab's checks say up, and how many say down."""
    with lab.at():
        names = list(Sample.objects.filter(metric__in=("latency", "down")).values_list("metric", flat=True))
    return {name: names.count(name) for name in set(names)}


def test_an_address_that_fails_is_down_and_one_that_answers_is_up(lab: MonitoringScenario, target: Target) -> None:
    target.says(rate=0.9)
    lab.watch(target)
    lab.round()
    target.fails()
    lab.round()
    lab.round()
    target.says(rate=0.9)
    lab.round()
    assert measured(lab) == {"latency": 2, "down": 2}


def test_what_we_may_not_ask_is_not_measured(lab: MonitoringScenario, target: Target) -> None:
    target.says(rate=0.9)
    lab.watch(target)
    lab.round()
    lab.house.forbid(target.host, target.port)
    lab.round()
    assert measured(lab) == {"latency": 1}


# --- windows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "until", "field"), [(-30, 10, "starts_at"), (10, 9, "ends_at"), (10, 10, "ends_at"), (10, 300, "ends_at")]
)
def test_maintenance_is_announced_before_it_begins_and_has_an_end(
    cast: Cast, since: int, until: int, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        planned(cast.north, since, until)
    assert refused.value.field == field


def test_what_has_begun_is_not_called_off(cast: Cast) -> None:
    window = planned(cast.north, 9, 10)
    with clock.at(DAY + timedelta(hours=9)), cast.north.scope(), pytest.raises(Conflict):
        maintenance.cancel_maintenance(window_id=window.id)


def test_the_client_sees_its_own_maintenance_and_no_other(cast: Cast) -> None:
    planned(cast.north, 9, 10)
    with cast.north.portal():
        assert windows.windows().count() == 1
    with cast.north.portal(cast.north.other_client):
        assert windows.windows().count() == 0


stretches = st.lists(
    st.tuples(st.integers(0, 100), st.integers(0, 100)).map(
        lambda pair: (DAY + timedelta(minutes=pair[0]), DAY + timedelta(minutes=pair[1]))
    ),
    max_size=6,
)


@given(stretches)
def test_windows_that_overlap_count_once(rows: list[tuple[datetime, datetime]]) -> None:
    minutes = {minute for a, b in rows for minute in range(int((a - DAY).seconds / 60), int((b - DAY).seconds / 60))}
    found = merged(rows)
    assert sum((b - a).seconds // 60 for a, b in found) == len(minutes)
    assert all(one[1] < two[0] for one, two in pairwise(found))
