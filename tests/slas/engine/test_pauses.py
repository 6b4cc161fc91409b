"""Pauses are open time, union, belong to somebody, and never take a breach back."""

from __future__ import annotations

from typing import Any

from slas.engine import Event, Judgement, Terms, Warn, judge
from tests.slas.engine.support import HOUR, at, log, office, utc

FOUR_HOURS = Terms(office(), 4 * HOUR)


def judged(now: str, *rows: tuple[Any, ...], terms: Terms = FOUR_HOURS) -> Judgement:
    return judge(terms, log(*rows), at(now))


def test_v11_a_pause_over_a_night_is_only_its_open_time() -> None:
    found = judged(
        "2026-06-02 11:00",
        ("2026-06-01 10:00", "start"),
        ("2026-06-01 11:00", "pause", "client"),
        ("2026-06-02 11:00", "resume", "client"),
    )
    assert found.due_at == utc("2026-06-02 12:00")


def test_v17_s14_a_pause_over_a_weekend_does_not_push_the_deadline_outside_hours() -> None:
    rows = (
        ("2026-06-05 15:00", "start"),
        ("2026-06-05 16:00", "pause", "client"),
        ("2026-06-08 10:00", "resume", "client"),
    )
    assert judged("2026-06-08 10:00", *rows).due_at == utc("2026-06-08 11:00")
    found = judged("2026-06-08 13:00", *rows)
    assert [(s.kind, s.seconds, s.party) for s in found.segments] == [
        ("open", HOUR, None),
        ("paused", 66 * HOUR, "client"),
        ("open", 3 * HOUR, None),
    ]
    assert found.segments[1].open_seconds == 2 * HOUR


def test_s15_while_paused_nothing_ticks() -> None:
    rows = (("2026-06-01 10:00", "start"), ("2026-06-01 11:00", "pause", "client"))
    for now in ("2026-06-01 11:00", "2026-06-01 16:00", "2026-09-01 12:00"):
        found = judged(now, *rows)
        assert (found.state, found.consumed_seconds, found.remaining_seconds) == ("paused", HOUR, 3 * HOUR)
        assert found.next_at is None
        assert found.waiting_on == "client"


def test_while_paused_the_deadline_is_as_if_resumed_now() -> None:
    rows = (("2026-06-01 10:00", "start"), ("2026-06-01 11:00", "pause", "client"))
    assert judged("2026-06-01 12:00", *rows).due_at == at("2026-06-01 15:00")
    assert judged("2026-06-01 20:00", *rows).due_at == at("2026-06-02 12:00")


def test_s18_a_pause_never_moves_an_agreed_date() -> None:
    agreed = at("2026-06-02 12:00")
    terms = Terms(office(), None, agreed, (Warn(seconds_before=HOUR),))
    rows = (("2026-06-01 10:00", "start"), ("2026-06-01 11:00", "pause", "client"))
    found = judged("2026-06-02 10:00", *rows, terms=terms)
    assert (found.state, found.due_at, found.remaining_seconds) == ("paused", agreed, 2 * HOUR)
    assert found.warnings[0].at == found.next_at == at("2026-06-02 11:00")
    late = judged("2026-06-02 15:00", *rows, terms=terms)
    assert (late.state, late.breached_at, late.next_at) == ("breached", agreed, None)


def test_s18_whoever_reopens_after_an_agreed_date_and_waits_in_that_second_has_missed_it() -> None:
    """No second has passed since the reopening, in which the clock would have run or waited."""
    agreed = at("2026-06-02 12:00")
    terms = Terms(office(), None, agreed)
    ended = (("2026-06-01 10:00", "start"), ("2026-06-02 11:00", "satisfy"))
    again = (*ended, ("2026-06-02 15:00", "reopen"), ("2026-06-02 15:00", "pause", "client"))
    for moment in ("2026-06-02 15:00", "2026-06-02 15:01"):
        found = judged(moment, *again, terms=terms)
        assert (found.state, found.breached_at, found.next_at) == ("breached", agreed, None)
    assert judged("2026-06-02 14:59", *again, terms=terms).state == "met"


def test_s18_a_date_that_is_agreed_behind_the_present_is_missed_also_while_somebody_is_waited_on() -> None:
    agreed = at("2026-06-01 11:00")
    rows = (("2026-06-01 10:00", "start"), ("2026-06-01 10:00", "pause", "client"))
    change = Event(at=at("2026-06-01 12:00"), kind="retarget", terms=Terms(office(), None, agreed), seq=9)
    found = judge(FOUR_HOURS, [*log(*rows), change], change.at)
    assert (found.state, found.breached_at, found.next_at) == ("breached", agreed, None)


def test_a_pause_before_the_deadline_stops_the_breach() -> None:
    rows = (("2026-06-01 10:00", "start"), ("2026-06-01 13:59", "pause", "client"))
    assert judged("2026-06-01 16:00", *rows).state == "paused"


def test_a_pause_in_the_second_of_the_deadline_is_in_time_and_leaves_nothing() -> None:
    rows = (("2026-06-01 10:00", "start"), ("2026-06-01 14:00", "pause", "client"))
    found = judged("2026-06-01 16:00", *rows)
    assert (found.state, found.remaining_seconds, found.due_at) == ("paused", 0, at("2026-06-01 16:00"))
    resumed = judged("2026-06-01 16:01", *rows, ("2026-06-01 16:00", "resume"))
    assert (resumed.state, resumed.breached_at) == ("breached", at("2026-06-01 16:00"))


def test_a_pause_after_the_deadline_does_not_take_the_breach_back() -> None:
    found = judged("2026-06-01 16:00", ("2026-06-01 10:00", "start"), ("2026-06-01 14:10", "pause", "client"))
    assert (found.state, found.breached_at) == ("breached", at("2026-06-01 14:00"))
    assert found.overrun_seconds == 600


def test_overlapping_pauses_count_once() -> None:
    found = judged(
        "2026-06-01 15:00",
        ("2026-06-01 10:00", "start"),
        ("2026-06-01 11:00", "pause", "client"),
        ("2026-06-01 12:00", "pause", "vendor"),
        ("2026-06-01 13:00", "resume", "client"),
        ("2026-06-01 14:00", "resume", "vendor"),
    )
    assert (found.consumed_seconds, found.due_at) == (2 * HOUR, at("2026-06-01 17:00"))
    assert [(s.kind, s.party, s.seconds) for s in found.segments] == [
        ("open", None, HOUR),
        ("paused", "client", 2 * HOUR),
        ("paused", "vendor", HOUR),
        ("open", None, HOUR),
    ]


def test_of_two_pauses_in_one_second_the_one_recorded_first_is_waited_on() -> None:
    """Even if it names nobody and the other does; when it ends, the other shows."""
    rows = (
        ("2026-06-01 10:00", "start"),
        ("2026-06-01 11:00", "pause"),
        ("2026-06-01 11:00", "pause", "client"),
    )
    for events in (log(*rows), log(*rows)[::-1]):
        found = judge(FOUR_HOURS, events, at("2026-06-01 12:00"))
        assert (found.state, found.waiting_on) == ("paused", None)
        assert [(s.kind, s.party, s.seconds) for s in found.segments] == [
            ("open", None, HOUR),
            ("paused", None, HOUR),
        ]
    found = judged("2026-06-01 13:00", *rows, ("2026-06-01 12:00", "resume"))
    assert found.waiting_on == "client"
    assert [(s.kind, s.party, s.seconds) for s in found.segments] == [
        ("open", None, HOUR),
        ("paused", None, HOUR),
        ("paused", "client", HOUR),
    ]
    swapped = (rows[0], rows[2], rows[1])
    assert judged("2026-06-01 12:00", *swapped).waiting_on == "client"


def test_resuming_one_party_leaves_the_pause_of_the_other() -> None:
    found = judged(
        "2026-06-01 13:00",
        ("2026-06-01 10:00", "start"),
        ("2026-06-01 11:00", "pause", "vendor"),
        ("2026-06-01 11:30", "pause", "client"),
        ("2026-06-01 12:00", "resume", "client"),
    )
    assert (found.state, found.waiting_on, found.consumed_seconds) == ("paused", "vendor", HOUR)


def test_resuming_nobody_in_particular_ends_the_oldest_pause() -> None:
    found = judged(
        "2026-06-01 13:00",
        ("2026-06-01 10:00", "start"),
        ("2026-06-01 11:00", "pause", "vendor"),
        ("2026-06-01 11:30", "pause", "client"),
        ("2026-06-01 12:00", "resume"),
    )
    assert (found.state, found.waiting_on) == ("paused", "client")


def test_a_pause_opened_twice_needs_two_ends() -> None:
    rows = (
        ("2026-06-01 10:00", "start"),
        ("2026-06-01 11:00", "pause", "client"),
        ("2026-06-01 11:30", "pause", "client"),
        ("2026-06-01 12:00", "resume", "client"),
    )
    assert judged("2026-06-01 13:00", *rows).state == "paused"
    found = judged("2026-06-01 14:00", *rows, ("2026-06-01 13:00", "resume", "client"))
    assert (found.state, found.consumed_seconds) == ("running", 2 * HOUR)


def test_a_resume_without_a_pause_changes_nothing() -> None:
    plain = judged("2026-06-01 12:00", ("2026-06-01 10:00", "start"))
    odd = judged("2026-06-01 12:00", ("2026-06-01 10:00", "start"), ("2026-06-01 11:00", "resume", "client"))
    assert odd == plain
    other = judged(
        "2026-06-01 12:00",
        ("2026-06-01 10:00", "start"),
        ("2026-06-01 11:00", "pause", "vendor"),
        ("2026-06-01 11:30", "resume", "client"),
    )
    assert other.state == "paused"


def test_satisfied_while_paused_is_met() -> None:
    found = judged(
        "2026-06-03 12:00",
        ("2026-06-01 10:00", "start"),
        ("2026-06-01 11:00", "pause", "client"),
        ("2026-06-02 11:00", "satisfy"),
    )
    assert (found.state, found.satisfied_at) == ("met", at("2026-06-02 11:00"))
    assert (found.consumed_seconds, found.remaining_seconds, found.waiting_on) == (HOUR, 3 * HOUR, None)
    assert found.due_at == at("2026-06-02 14:00")
    assert found.segments[-1].to == at("2026-06-02 11:00")


def test_a_pause_at_the_start_counts_from_the_start() -> None:
    found = judged("2026-06-01 12:00", ("2026-06-01 10:00", "pause", "client"), ("2026-06-01 10:00", "start"))
    assert (found.state, found.consumed_seconds) == ("paused", 0)


def test_a_promise_that_does_not_pause_runs_on() -> None:
    terms = Terms(office(), 4 * HOUR, pausable=False)
    found = judged(
        "2026-06-01 12:00", ("2026-06-01 10:00", "start"), ("2026-06-01 11:00", "pause", "client"), terms=terms
    )
    assert (found.state, found.consumed_seconds, found.waiting_on) == ("running", 2 * HOUR, None)
    assert [s.kind for s in found.segments] == ["open"]
    assert found.due_at == at("2026-06-01 14:00")


def test_in_one_second_a_pause_comes_before_a_resume() -> None:
    """So a wait that ends in the second in which it begins is no wait."""
    found = judged(
        "2026-06-01 12:00",
        ("2026-06-01 10:00", "start"),
        ("2026-06-01 11:00", "resume", "client"),
        ("2026-06-01 11:00", "pause", "client"),
    )
    assert (found.state, found.consumed_seconds) == ("running", 2 * HOUR)


CLIENT_ONLY = Terms(office(), 4 * HOUR, pausing=("client",))


def test_a_promise_that_stops_for_the_client_alone_runs_on_while_a_vendor_is_waited_on() -> None:
    rows = (("2026-06-01 09:00", "start"), ("2026-06-01 10:00", "pause", "vendor"))
    found = judged("2026-06-01 11:00", *rows, terms=CLIENT_ONLY)
    assert (found.state, found.waiting_on, found.consumed_seconds) == ("running", None, 2 * HOUR)
    assert found.due_at == at("2026-06-01 13:00")
    assert found.next_at is not None


def test_of_two_that_are_waited_on_the_one_it_stops_for_is_named() -> None:
    """And the wait of the other ends on its own: it neither stops the clock nor lets it run."""
    rows = (
        ("2026-06-01 09:00", "start"),
        ("2026-06-01 10:00", "pause", "vendor"),
        ("2026-06-01 11:00", "pause", "client"),
        ("2026-06-01 12:00", "resume", "vendor"),
    )
    found = judged("2026-06-01 13:00", *rows, terms=CLIENT_ONLY)
    assert (found.state, found.waiting_on, found.next_at) == ("paused", "client", None)
    assert [(s.kind, s.seconds, s.party) for s in found.segments] == [
        ("open", 2 * HOUR, None),
        ("paused", 2 * HOUR, "client"),
    ]


def test_a_wait_for_nobody_in_particular_does_not_stop_a_promise_that_names_whom_it_stops_for() -> None:
    rows = (("2026-06-01 09:00", "start"), ("2026-06-01 10:00", "pause"))
    assert judged("2026-06-01 11:00", *rows, terms=CLIENT_ONLY).state == "running"
    assert judged("2026-06-01 11:00", *rows).state == "paused"


def test_a_promise_that_never_stops_names_nobody() -> None:
    never = Terms(office(), 4 * HOUR, pausable=False, pausing=("client",))
    rows = (("2026-06-01 09:00", "start"), ("2026-06-01 10:00", "pause", "client"))
    assert judged("2026-06-01 11:00", *rows, terms=never).state == "running"
