"""What a check keeps of its earlier intervals is bounded, and its uptime is counted right by it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.errors import DomainError
from monitoring.checks import services
from monitoring.models import Check
from monitoring.uptime.intervals import BUCKET, MOST_CHANGES, Past, floor, with_change
from tests.cast import AgencyFixture, Cast
from tests.monitoring.test_uptime import DAY, check_of, measure, uptime


def change(
    house: AgencyFixture, check: Check, seconds: int, at: datetime, *, asked_at: datetime | None = None
) -> Check:
    """A PATCH of the interval; ``asked_at`` is the slot of the last answer before it."""
    with clock.at(at), house.scope():
        if asked_at:
            Check.objects.filter(id=check.id).update(last_slot=asked_at)
        return services.update_check(check_id=check.id, interval_seconds=seconds)


def test_a_hundred_changes_within_five_minutes_leave_one_trace_at_most(cast: Cast) -> None:
    check = check_of(cast.north)
    for number in range(100):
        at = DAY + timedelta(hours=6, seconds=30 + 2 * number)
        check = change(cast.north, check, (60, 300)[number % 2], at, asked_at=at)
    assert check.interval_seconds == 300
    assert len(check.past_intervals) <= 2


def test_a_change_that_is_taken_back_at_once_leaves_none(cast: Cast) -> None:
    check = check_of(cast.north)
    change(cast.north, check, 900, DAY + timedelta(hours=6, seconds=30))
    assert change(cast.north, check, 60, DAY + timedelta(hours=6, seconds=50)).past_intervals == []


def test_an_interval_that_was_never_asked_at_leaves_none(cast: Cast) -> None:
    """Changed every hour while nobody asked: nothing is to be counted by any of it."""
    check = check_of(cast.north)
    check = change(cast.north, check, 300, DAY + timedelta(hours=1), asked_at=DAY)
    for hour in range(2, 12):
        check = change(cast.north, check, 300 + hour * 60, DAY + timedelta(hours=hour))
    assert len(check.past_intervals) == 1
    assert check.past_intervals[0][1] == 60


def test_beyond_the_most_it_is_refused_and_nothing_is_changed(cast: Cast) -> None:
    check = check_of(cast.north)
    for number in range(MOST_CHANGES):
        at = DAY + timedelta(minutes=10 * (number + 1))
        check = change(cast.north, check, (300, 60)[number % 2], at, asked_at=at - timedelta(minutes=1))
    kept, interval = check.past_intervals, check.interval_seconds
    assert len(kept) == MOST_CHANGES
    with pytest.raises(DomainError) as refused:
        change(cast.north, check, 900, DAY + timedelta(days=9), asked_at=DAY + timedelta(days=8))
    assert refused.value.field == "interval_seconds"
    with cast.north.scope():
        check.refresh_from_db()
    assert (check.past_intervals, check.interval_seconds) == (kept, interval)
    with clock.at(DAY + timedelta(days=9)), cast.north.scope():
        assert services.update_check(check_id=check.id, name="Another name").name == "Another name"


def test_what_piled_up_before_shrinks_with_the_next_change(cast: Cast) -> None:
    check = check_of(cast.north)
    piled = [[(DAY + timedelta(hours=6, milliseconds=n)).isoformat(), 60 + n % 2] for n in range(1000)]
    with cast.north.scope():
        Check.objects.filter(id=check.id).update(past_intervals=piled, interval_seconds=300)
    check = change(cast.north, check, 900, DAY + timedelta(hours=8), asked_at=DAY + timedelta(hours=7))
    assert [every for _until, every in check.past_intervals] == [60, 300]


@pytest.mark.parametrize("seconds", [30, 270])
def test_uptime_counts_no_slot_for_more_time_than_passed(cast: Cast, seconds: int) -> None:
    """Every minute until six, then once in 20 days: the minutes of that bucket are minutes still."""
    check = check_of(cast.north)
    measure(cast.north, check, range(0, 365))
    change(cast.north, check, 1_728_000, DAY + timedelta(hours=6, seconds=seconds), asked_at=DAY + timedelta(hours=6))
    (row,) = uptime(cast.north)
    assert row.up == 365 * 60


def test_uptime_stays_right_over_several_changes_with_some_of_no_account(cast: Cast) -> None:
    """Each minute, from two on every five, from six on every hour; at two it was two other things, never asked."""
    check = check_of(cast.north)
    measure(cast.north, check, range(0, 120))
    at = DAY + timedelta(hours=2)
    change(cast.north, check, 900, at, asked_at=at - timedelta(minutes=1))
    change(cast.north, check, 30, at + timedelta(seconds=1))
    change(cast.north, check, 300, at + timedelta(seconds=2))
    measure(cast.north, check, range(120, 360, 5))
    at = DAY + timedelta(hours=6)
    check = change(cast.north, check, 3600, at, asked_at=at - timedelta(minutes=5))
    measure(cast.north, check, range(360, 720, 60))
    assert [every for _until, every in check.past_intervals] == [60, 300]
    (row,) = uptime(cast.north)
    assert (row.up, row.down, row.unmeasured) == (12 * 3600, 0, 0)


CHANGES = st.lists(
    st.tuples(st.integers(1, 2000), st.sampled_from([5, 60, 300, 900, 3600]), st.booleans()), min_size=1, max_size=40
)


@given(CHANGES)
def test_it_keeps_little_in_order_and_what_was_asked_between_two_changes(
    changes: list[tuple[int, int, bool]],
) -> None:
    past: Past = []
    present, at, slot = 60, DAY, DAY
    whole: list[tuple[datetime, datetime, int]] = []
    for wait, new, asked in changes:
        since, at = at, at + timedelta(seconds=wait)
        if new == present:
            continue
        if asked:
            slot = at
            whole.append((floor(since) + BUCKET, floor(at), present))
        past = with_change(past, present, new, at, asked=not past or slot >= past[-1][0])
        present = new
    borders = [until for until, _every in past]
    assert all(floor(until) == until for until in borders)
    assert all(a < b for a, b in pairwise(borders))
    assert all(one[1] != two[1] for one, two in pairwise([*past, (at, present)]))
    for since, until, every in whole:
        # Each whole bucket in which something was asked counts for the interval that it was asked at.
        if since < until:
            assert next((kept for border, kept in past if since < border), present) == every
            assert next((kept for border, kept in past if until - BUCKET < border), present) == every


@pytest.mark.parametrize("seconds", [-1, 4, 2_678_401, 2**31, 10**30])
def test_an_interval_that_nobody_keeps_is_refused_before_anything_is_counted_by_it(cast: Cast, seconds: int) -> None:
    check, system = check_of(cast.north), cast.north.system.id
    with cast.north.scope():
        metrics = [{"name": "rate", "path": "rate"}]
        with pytest.raises(DomainError, match="every 31 days"):
            services.update_check(check_id=check.id, interval_seconds=seconds)
        with pytest.raises(DomainError, match="every 31 days"):
            services.create_check(system_id=system, name="Sent", kind="push", metrics=metrics, interval_seconds=seconds)
