"""What happens to a clock is judged as it is written, and each promise is kept by its own event alone."""

from __future__ import annotations

import pytest

from core.errors import Conflict, DomainError
from slas import services
from slas.models import Clock, ClockEvent
from tests.cast import Cast, random_id
from tests.slas.scenario import ALWAYS, HOUR, SUBJECT, SlaScenario, utc

BOTH = {"first_response": HOUR, "resolution": 4 * HOUR}


def test_s15_a_clock_that_is_shown_paused_does_not_tick(cast: Cast) -> None:
    """Paused for a day of open time, it has used what it had used, and no deadline wakes the sweep."""
    desk = SlaScenario(cast.north, BOTH)
    subject = desk.start("2026-06-01 08:00")
    desk.record(
        subject, "pause", "2026-06-01 09:00", metrics=["resolution"], party="client", reason="Waiting for a log"
    )
    paused = desk.clock(subject)
    assert (paused.state, paused.next_fire_at, paused.consumed_seconds) == ("paused", None, HOUR)
    desk.record(subject, "resume", "2026-06-02 09:00", metrics=["resolution"])
    resumed = desk.clock(subject)
    assert (resumed.state, resumed.consumed_seconds, resumed.due_at) == ("running", HOUR, utc("2026-06-02 12:00"))


def test_s15_a_promise_that_may_not_pause_is_never_shown_paused(cast: Cast) -> None:
    """Where the agreement knows no pause the clock says that it runs, because it does."""
    desk = SlaScenario(cast.north, {"resolution": 4 * HOUR}, pausable=False)
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "pause", "2026-06-01 09:00", party="client")
    assert desk.clock(subject).state == "running"
    assert desk.clock(subject).due_at == utc("2026-06-01 12:00")


def test_s15_the_next_cycle_of_a_paused_subject_is_paused_from_its_start(cast: Cast) -> None:
    desk = SlaScenario(cast.north, {"periodic_update": HOUR, "resolution": 4 * HOUR}, ALWAYS)
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "pause", "2026-06-01 08:10", party="vendor")
    with desk.at("2026-06-01 08:20"):
        following = services.next_cycle(
            subject_type=SUBJECT, subject_id=subject, metric="periodic_update", at=utc("2026-06-01 08:20")
        )
    assert following is not None
    assert (following.cycle, following.state) == (2, "paused")
    desk.record(subject, "resume", "2026-06-01 09:00", party="vendor")
    assert desk.clock(subject, "periodic_update", cycle=2).due_at == utc("2026-06-01 10:00")


def test_s21_the_first_response_does_not_keep_the_resolution(cast: Cast) -> None:
    desk = SlaScenario(cast.north, BOTH)
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "satisfy", "2026-06-01 08:30", metrics=["first_response"])
    assert desk.clock(subject, "first_response").state == "met"
    assert desk.clock(subject, "resolution").state == "running"
    assert desk.clock(subject, "resolution").ended_at is None


def test_s26_a_clock_that_starts_in_the_past_counts_from_there_and_misses_nothing_yet(cast: Cast) -> None:
    """An incident that somebody reports for a client began earlier; its response is still in time."""
    desk = SlaScenario(cast.north, BOTH)
    subject = desk.start("2026-06-01 08:30", started_at=utc("2026-06-01 08:00"))
    response = desk.clock(subject, "first_response")
    assert (response.state, response.breached_at, response.due_at) == ("at_risk", None, utc("2026-06-01 09:00"))
    assert "breach" not in desk.told(subject)


def test_s26_a_clock_cannot_start_in_the_future(cast: Cast) -> None:
    desk = SlaScenario(cast.north, BOTH)
    with pytest.raises(DomainError) as refused:
        desk.start("2026-06-01 08:00", started_at=utc("2026-06-01 08:01"))
    assert refused.value.field == "started_at"


def test_s26_nothing_is_satisfied_before_it_started_or_ahead_of_now(cast: Cast) -> None:
    desk = SlaScenario(cast.north, BOTH)
    subject = desk.start("2026-06-01 08:00")
    for moment in ("2026-06-01 07:59", "2026-06-01 09:01"):
        with pytest.raises(DomainError) as refused:
            desk.record(subject, "satisfy", moment, now="2026-06-01 09:00")
        assert refused.value.field == "at"
    assert desk.clock(subject).satisfied_at is None


def test_s30_a_subject_without_clocks_gets_none_from_what_happens_to_it(cast: Cast) -> None:
    """An imported incident starts no clock; its later events tell nobody anything."""
    desk = SlaScenario(cast.north, BOTH)
    subject = random_id()
    for kind in ("pause", "resume", "satisfy", "cancel", "reopen"):
        assert desk.record(subject, kind, "2026-06-01 08:00") == []
    with desk.at("2026-06-01 08:00"):
        assert (
            services.next_cycle(
                subject_type=SUBJECT, subject_id=subject, metric="periodic_update", at=utc("2026-06-01 08:00")
            )
            is None
        )
        assert not Clock.objects.exists()
        assert not ClockEvent.objects.exists()
    assert desk.told(subject) == []


def test_starting_twice_makes_no_second_clock(cast: Cast) -> None:
    desk = SlaScenario(cast.north, BOTH)
    subject = desk.start("2026-06-01 08:00")
    desk.start("2026-06-01 08:10", subject)
    assert desk.events(subject) == ["start", "start"]
    assert desk.clock(subject).started_at == utc("2026-06-01 08:00")


def test_a_late_finish_between_two_sweeps_still_records_the_breach(cast: Cast) -> None:
    """The miss is dated at the deadline, whenever and by whomever it was seen."""
    desk = SlaScenario(cast.north, {"resolution": HOUR})
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "satisfy", "2026-06-01 09:30")
    late = desk.clock(subject)
    assert (late.state, late.breached_at) == ("breached", utc("2026-06-01 09:00"))
    assert late.satisfied_at == late.ended_at == utc("2026-06-01 09:30")
    assert late.next_fire_at is None
    assert desk.events(subject) == ["start", "satisfy", "breach"]
    assert desk.told(subject) == ["breach"]


def test_work_done_in_the_very_second_of_the_deadline_is_in_time(cast: Cast) -> None:
    desk = SlaScenario(cast.north, {"resolution": HOUR})
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "satisfy", "2026-06-01 09:00")
    assert desk.clock(subject).state == "met"
    assert desk.told(subject) == []


def test_v17_a_pause_over_the_weekend_moves_the_deadline_by_open_time(cast: Cast) -> None:
    """Fri 15:00, 4 h, paused Fri 16:00 to Mon 10:00: due Mon 13:00 in Berlin."""
    desk = SlaScenario(cast.north, {"resolution": 4 * HOUR})
    subject = desk.start("2026-06-05 13:00")
    desk.record(subject, "pause", "2026-06-05 14:00", party="client")
    desk.record(subject, "resume", "2026-06-08 08:00", party="client")
    assert desk.clock(subject).due_at == utc("2026-06-08 11:00")


def test_v1_a_deadline_over_the_change_to_summer_time_keeps_the_wall_clock(cast: Cast) -> None:
    """S04: Fri 16:30 plus 60 minutes is Mon 09:30, at 07:30 UTC now instead of 08:30."""
    desk = SlaScenario(cast.north, {"resolution": HOUR})
    subject = desk.start("2026-03-27 15:30")
    assert desk.clock(subject).due_at == utc("2026-03-30 07:30")


def test_a_client_reply_ends_the_pause_at_its_own_time(cast: Cast) -> None:
    """The mail came in late; the wait ended when it was written."""
    desk = SlaScenario(cast.north, {"resolution": 4 * HOUR}, ALWAYS)
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "pause", "2026-06-01 09:00", party="client")
    desk.record(subject, "resume", "2026-06-01 10:00", now="2026-06-01 10:40", party="client")
    assert desk.clock(subject).due_at == utc("2026-06-01 13:00")


def test_a_pause_entered_late_never_undoes_a_miss(cast: Cast) -> None:
    """Nobody can pause the past until the promise was kept, swept or not."""
    desk = SlaScenario(cast.north, {"resolution": HOUR}, ALWAYS)
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "pause", "2026-06-01 08:30", now="2026-06-01 10:00", party="client")
    assert desk.clock(subject).breached_at == utc("2026-06-01 09:00")
    assert desk.told(subject) == ["breach"]


def test_a_finish_dated_before_a_recorded_miss_is_refused(cast: Cast) -> None:
    desk = SlaScenario(cast.north, {"resolution": HOUR}, ALWAYS)
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "pause", "2026-06-01 09:30", party="client")
    with pytest.raises(Conflict):
        desk.record(subject, "satisfy", "2026-06-01 08:50", now="2026-06-01 10:00")
    assert desk.clock(subject).satisfied_at is None
    assert "satisfy" not in desk.events(subject)


def test_reopening_owes_the_resolution_again_and_not_the_first_response(cast: Cast) -> None:
    desk = SlaScenario(cast.north, BOTH, ALWAYS)
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "satisfy", "2026-06-01 08:30")
    desk.record(subject, "reopen", "2026-06-01 20:00")
    assert desk.clock(subject, "first_response").state == "met"
    again = desk.clock(subject)
    assert (again.state, again.satisfied_at, again.due_at) == ("running", None, utc("2026-06-01 23:30"))


def test_s33_what_was_called_off_is_neither_met_nor_missed(cast: Cast) -> None:
    desk = SlaScenario(cast.north, BOTH)
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "cancel", "2026-06-01 08:30", reason="False alarm")
    ended = desk.clock(subject)
    assert (ended.state, ended.next_fire_at, ended.satisfied_at) == ("cancelled", None, None)


def test_a_target_for_one_kind_of_request_goes_before_the_one_for_any(cast: Cast) -> None:
    desk = SlaScenario(cast.north, BOTH)
    with desk.at("2026-05-01 00:00"):
        targets = [
            {"severity": "high", "metric": "resolution", "seconds": seconds, "calendar_version_id": desk.calendar.id}
            | {"request_kind": kind}
            for kind, seconds in (("", 4 * HOUR), ("performance", 2 * HOUR))
        ]
        desk.policy = services.create_policy(name="Kinds", targets=targets)
    fast = desk.start("2026-06-01 08:00", request_kind="performance")
    other = desk.start("2026-06-01 08:00", request_kind="question")
    assert desk.clock(fast).due_at == utc("2026-06-01 10:00")
    assert desk.clock(other).due_at == utc("2026-06-01 12:00")
