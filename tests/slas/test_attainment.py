"""How well promises were kept: the denominator, the percentiles, the suggestion, and who the time was with."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slas import services
from slas.clocks import attainment, replay, responsibility
from slas.models import Clock
from tests.cast import Cast
from tests.slas.scenario import HOUR, OFFICE, SlaScenario, sweep, utc

MAY, JUNE, JULY = utc("2026-05-01 00:00"), utc("2026-06-01 00:00"), utc("2026-07-01 00:00")


@pytest.fixture
def desk(cast: Cast) -> SlaScenario:
    return SlaScenario(cast.north, {"resolution": 4 * HOUR})


def of(desk: SlaScenario, start: Any = JUNE, end: Any = JULY) -> attainment.Attainment:
    with desk.at("2026-08-01 00:00"):
        clocks = list(attainment.decided_between(start, end))
    return attainment.grouped(clocks, lambda clock: "").get("", attainment.Attainment())


def test_a_promise_counts_once_it_is_decided_and_where_it_was(desk: SlaScenario) -> None:
    kept = desk.start("2026-06-01 08:00")
    desk.record(kept, "satisfy", "2026-06-01 09:00")
    desk.start("2026-06-30 14:30")
    assert (of(desk).kept, of(desk).decided) == (1, 1)
    # It began in June and is missed in July, which is where it counts.
    sweep("2026-07-02 08:00")
    assert (of(desk).missed, of(desk, JULY, utc("2026-08-01 00:00")).missed) == (0, 1)
    assert of(desk, MAY, JUNE).decided == 0


def test_what_was_cancelled_stands_beside_and_in_no_denominator(desk: SlaScenario) -> None:
    done, dropped = desk.start("2026-06-01 08:00"), desk.start("2026-06-02 08:00")
    desk.record(done, "satisfy", "2026-06-01 09:00")
    desk.record(dropped, "cancel", "2026-06-02 09:00", reason="no longer owed")
    found = of(desk)
    assert (found.kept, found.decided, found.cancelled, found.share) == (1, 1, 1, 1.0)


def test_a_miss_stays_one_although_the_work_was_done_or_cancelled_later(desk: SlaScenario) -> None:
    late, dropped = desk.start("2026-06-01 07:00"), desk.start("2026-06-02 07:00")
    desk.record(late, "satisfy", "2026-06-01 13:00")
    desk.record(dropped, "cancel", "2026-06-02 13:00", reason="resolved")
    found = of(desk)
    assert (found.kept, found.missed, found.cancelled) == (0, 2, 0)
    # Only what was done says how long it takes: six hours of the office.
    assert found.times == [6 * HOUR]


def test_none_of_none_is_no_share(desk: SlaScenario) -> None:
    assert of(desk).share is None
    assert of(desk).median is None


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_single_miss_never_reads_as_everything_kept(kept: int, missed: int) -> None:
    share = attainment.Attainment(kept=kept, missed=missed).share
    if kept + missed == 0:
        assert share is None
    else:
        assert share is not None
        assert (share == 1) == (missed == 0)
        assert 0 <= kept / (kept + missed) - share < 0.001


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60), st.integers(1, 100))
def test_a_percentile_is_one_of_the_values_and_the_smallest_that_so_many_do_not_exceed(
    values: list[int], percent: int
) -> None:
    found = attainment.nearest_rank(values, percent)
    assert found in values
    needed = math.ceil(len(values) * percent / 100)
    assert sum(value <= found for value in values) >= needed
    smaller = [value for value in values if value < found]
    assert len(smaller) < needed


@settings(max_examples=300)
@given(st.integers(0, 400 * HOUR))
def test_a_suggested_target_is_never_shorter_and_a_number_that_people_write(seconds: int) -> None:
    found = attainment.rounded_up(seconds)
    assert found >= max(seconds, 300)
    assert found % (300 if found <= HOUR else 900 if found <= 4 * HOUR else 1800 if found <= 8 * HOUR else HOUR) == 0
    assert found - seconds <= HOUR


def test_too_few_times_suggest_nothing() -> None:
    assert attainment.Attainment(times=[60] * 4).suggested is None
    assert attainment.Attainment(times=[60] * 5).suggested == 300


def test_the_target_is_named_where_it_was_one(desk: SlaScenario) -> None:
    first = desk.start("2026-06-01 08:00")
    desk.record(first, "satisfy", "2026-06-01 09:00")
    assert of(desk).target == 4 * HOUR
    with desk.at("2026-06-02 08:00"):
        other = desk.new_policy({"resolution": 8 * HOUR})
    second = desk.start("2026-06-02 08:00", policy_version_id=other.id)
    desk.record(second, "satisfy", "2026-06-02 09:00")
    assert of(desk).target is None


def test_the_ledger_adds_up_to_the_time_from_start_to_end(desk: SlaScenario) -> None:
    """Mon 10:00 to Tue 11:00 in Berlin: an hour of ours, three of the client's, and so on to the second."""
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "pause", "2026-06-01 09:00", party="client", reason="A question")
    desk.record(subject, "resume", "2026-06-01 12:00", party="client")
    desk.record(subject, "satisfy", "2026-06-02 09:00")
    with desk.at("2026-06-03 08:00"):
        found = responsibility.time_by_side([desk.clock(subject)], utc("2026-06-03 08:00"))
    assert sum(found.values()) == 25 * HOUR
    # Ten to eleven, fourteen to seventeen, nine to eleven; from eleven to two it was the client's.
    assert found == {"us": 6 * HOUR, "client": 3 * HOUR, "closed": 16 * HOUR}


def replayed(desk: SlaScenario, version: Any) -> list[replay.Replayed]:
    with desk.at("2026-08-01 00:00"):
        return replay.replay(list(Clock.objects.order_by("started_at")), version.id, utc("2026-08-01 00:00"))


def test_the_same_events_under_another_target_are_met_or_missed_one_by_one(desk: SlaScenario) -> None:
    for moment, done in (("2026-06-01 08:00", "2026-06-01 09:30"), ("2026-06-02 07:00", "2026-06-02 13:00")):
        desk.record(desk.start(moment), "satisfy", done)
    with desk.at("2026-07-01 08:00"):
        tighter, looser = desk.new_policy({"resolution": HOUR}), desk.new_policy({"resolution": 6 * HOUR})
        before = list(Clock.objects.order_by("id").values())
    assert [(row.before, row.after) for row in replayed(desk, tighter)] == [("met", "missed"), ("missed", "missed")]
    assert [(row.before, row.after) for row in replayed(desk, looser)] == [("met", "met"), ("missed", "met")]
    assert [row.differs for row in replayed(desk, looser)] == [False, True]
    with desk.at("2026-07-01 08:00"):
        assert list(Clock.objects.order_by("id").values()) == before


def test_a_replay_keeps_the_pauses_and_takes_the_proposed_hours(desk: SlaScenario) -> None:
    """V17: four hours from Friday 15:00, paused until Monday 10:00, are due on Monday 13:00."""
    subject = desk.start("2026-06-05 13:00")
    desk.record(subject, "pause", "2026-06-05 14:00", party="client", reason="A question")
    desk.record(subject, "resume", "2026-06-08 08:00", party="client")
    desk.record(subject, "satisfy", "2026-06-08 10:30")
    with desk.at("2026-07-01 08:00"):
        office = desk.new_policy({"resolution": 4 * HOUR})
        desk.calendar = services.create_calendar(name="Night", spec=OFFICE | {"weekly": {"sat": [["10:00", "18:00"]]}})
        saturdays = desk.new_policy({"resolution": 4 * HOUR})
    (same,) = replayed(desk, office)
    assert (same.after, same.due_at) == ("met", utc("2026-06-08 11:00"))
    (other,) = replayed(desk, saturdays)
    # The whole Saturday lay in the pause, so the four hours end a week later.
    assert (other.after, other.due_at) == ("met", utc("2026-06-13 12:00"))


def test_what_a_version_does_not_promise_is_said_so(desk: SlaScenario) -> None:
    desk.record(desk.start("2026-06-01 08:00"), "satisfy", "2026-06-01 09:30")
    with desk.at("2026-07-01 08:00"):
        other = desk.new_policy({"first_response": HOUR})
    assert [row.after for row in replayed(desk, other)] == ["not_promised"]


def test_what_is_open_under_both_is_decided_by_neither(desk: SlaScenario) -> None:
    desk.start("2026-07-31 14:30")
    with desk.at("2026-07-31 14:31"):
        longer = desk.new_policy({"resolution": 40 * HOUR})
    assert [(row.before, row.after) for row in replayed(desk, longer)] == [("open", "open")]


def test_what_was_dropped_after_a_miss_would_not_have_been_owed(desk: SlaScenario) -> None:
    """Resolved before the next update was due under the longer promise, it is in no denominator."""
    desk.record(desk.start("2026-06-01 07:00"), "cancel", "2026-06-01 13:00", reason="resolved")
    with desk.at("2026-07-01 08:00"):
        longer = desk.new_policy({"resolution": 40 * HOUR})
    assert [(row.before, row.after) for row in replayed(desk, longer)] == [("missed", "dropped")]
