"""States, warnings, breaches, ends and reopenings."""

from __future__ import annotations

import dataclasses

import pytest

from slas.engine import (
    CalendarSpec,
    Event,
    EventError,
    Terms,
    Warn,
    at_risk_threshold,
    default_warnings,
    judge,
    validate_events,
)
from tests.slas.engine.support import HOUR, at, log, office, started, utc

FOUR_HOURS = Terms(office(), 4 * HOUR)
START = ("2026-06-01 10:00", "start")


def test_v13_a_warning_is_counted_in_open_time() -> None:
    found = started("2026-06-05 15:00", 4 * HOUR, warn=(Warn(percent=80), Warn(seconds_before=HOUR)))
    assert found.due_at == utc("2026-06-08 09:00")
    assert [w.at for w in found.warnings] == [utc("2026-06-08 08:12"), utc("2026-06-08 08:00")]
    assert found.next_at == utc("2026-06-08 08:00")


def test_the_state_follows_the_day() -> None:
    def state(now: str) -> str:
        return judge(Terms(office(), 10 * HOUR), log(START), at(now)).state

    assert state("2026-06-01 09:59") == "not_started"
    assert state("2026-06-01 10:00") == "running"
    assert state("2026-06-01 17:00") == "outside_hours"
    assert state("2026-06-02 09:00") == "running"
    assert state("2026-06-02 09:30") == "at_risk"
    assert state("2026-06-02 12:00") == "at_risk"
    assert state("2026-06-02 12:01") == "breached"


def test_a_clock_that_has_not_started_promises_nothing_yet() -> None:
    found = judge(FOUR_HOURS, [], at("2026-06-01 10:00"))
    assert (found.state, found.due_at, found.remaining_seconds, found.next_at) == ("not_started", None, 4 * HOUR, None)


def test_whoever_looks_before_the_start_looks_again_at_it() -> None:
    """A clock that was set back says that a promise has not begun. Nobody would look again where nothing said when."""
    began = at("2026-06-01 10:00")
    found = judge(FOUR_HOURS, [Event(at=began, kind="start")], began - 60)
    assert (found.state, found.next_at) == ("not_started", began)


def test_s08_no_clock_is_missed_at_its_start() -> None:
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin"):
        for hour in range(24):
            when = at(f"2026-06-01 {hour:02d}:00")
            for target in (0, 1, HOUR):
                terms = Terms(office(zone=zone), target, warn=(Warn(seconds_before=1800),))
                assert judge(terms, [Event(when, "start")], when).state != "breached"
    zero = Terms(office(), 0)
    assert judge(zero, log(START), at("2026-06-01 10:00")).due_at == at("2026-06-01 10:00")
    assert judge(zero, log(START), at("2026-06-01 10:00") + 1).state == "breached"


def test_the_breach_is_the_deadline_whenever_it_is_noticed() -> None:
    for now, overrun in (("2026-06-01 14:01", 60), ("2026-06-01 17:00", 3 * HOUR), ("2026-06-02 10:00", 4 * HOUR)):
        found = judge(FOUR_HOURS, log(START), at(now))
        assert (found.breached_at, found.due_at) == (at("2026-06-01 14:00"), at("2026-06-01 14:00"))
        assert (found.overrun_seconds, found.remaining_seconds) == (overrun, 0)
        assert found.consumed_seconds == 4 * HOUR + overrun
        assert found.next_at is None


def test_24_hours_of_outage_are_judged_as_if_there_had_been_none() -> None:
    terms = Terms(office(), 4 * HOUR, warn=(Warn(percent=50),))
    found = judge(terms, log(START), at("2026-06-02 14:00"))
    assert found.warnings[0] == (Warn(percent=50), at("2026-06-01 12:00"), True)
    assert found.breached_at == at("2026-06-01 14:00")


def test_satisfied_in_the_very_second_of_the_deadline_is_met() -> None:
    met = judge(FOUR_HOURS, log(START, ("2026-06-01 14:00", "satisfy")), at("2026-06-01 16:00"))
    assert (met.state, met.remaining_seconds, met.breached_at) == ("met", 0, None)
    assert judge(FOUR_HOURS, log(START), at("2026-06-01 14:00")).state == "at_risk"
    late = judge(FOUR_HOURS, [*log(START), Event(at("2026-06-01 14:00") + 1, "satisfy", seq=1)], at("2026-06-01 16:00"))
    assert (late.state, late.breached_at, late.overrun_seconds) == ("breached", at("2026-06-01 14:00"), 1)
    assert late.satisfied_at == at("2026-06-01 14:00") + 1


def test_satisfied_in_the_very_second_of_an_agreed_date_is_met() -> None:
    terms = Terms(office(), None, at("2026-06-01 14:00"))
    rows = log(START, ("2026-06-01 14:00", "satisfy"))
    assert judge(terms, rows, at("2026-06-01 16:00")).state == "met"
    assert judge(terms, log(START), at("2026-06-01 14:00")).state == "at_risk"
    assert judge(terms, log(START), at("2026-06-01 14:00") + 1).state == "breached"


def test_the_next_instant_always_lies_ahead() -> None:
    """A sweep that comes exactly on time moves on to what follows, and at last to the second after the deadline."""
    terms = Terms(office(), 4 * HOUR, warn=(Warn(percent=50), Warn(percent=100)))
    for now, then in (("10:00", "12:00"), ("12:00", "13:00"), ("13:00", "14:00")):
        assert judge(terms, log(START), at(f"2026-06-01 {now}")).next_at == at(f"2026-06-01 {then}")
    assert judge(terms, log(START), at("2026-06-01 14:00")).next_at == at("2026-06-01 14:00") + 1


def test_a_deadline_at_close_is_missed_after_close_and_not_the_next_morning() -> None:
    terms = Terms(office(), 7 * HOUR)
    assert judge(terms, log(START), at("2026-06-01 17:00")).state == "at_risk"
    found = judge(terms, log(START), at("2026-06-01 17:00") + 1)
    assert (found.state, found.breached_at, found.overrun_seconds) == ("breached", at("2026-06-01 17:00"), 0)


def test_what_comes_after_the_end_is_not_looked_at() -> None:
    rows = (START, ("2026-06-01 12:00", "satisfy"))
    plain = judge(FOUR_HOURS, log(*rows), at("2026-06-03 12:00"))
    more = log(
        *rows, ("2026-06-01 13:00", "pause", "client"), ("2026-06-01 15:00", "satisfy"), ("2026-06-02 10:00", "cancel")
    )
    assert judge(FOUR_HOURS, more, at("2026-06-03 12:00")) == plain
    assert plain.state == "met"
    assert plain.next_at is None


def test_events_after_now_do_not_count_yet() -> None:
    rows = log(START, ("2026-06-01 11:00", "pause", "client"))
    assert judge(FOUR_HOURS, rows, at("2026-06-01 10:59")).state == "running"
    assert judge(FOUR_HOURS, rows, at("2026-06-01 11:00")).state == "paused"


def test_events_before_the_start_do_not_count() -> None:
    rows = log(("2026-06-01 09:30", "pause", "client"), ("2026-06-01 09:45", "satisfy"), START)
    assert judge(FOUR_HOURS, rows, at("2026-06-01 11:00")).state == "running"


def test_satisfied_in_the_second_of_the_start_is_met() -> None:
    rows = log(START, ("2026-06-01 10:00", "satisfy"))
    found = judge(FOUR_HOURS, rows, at("2026-06-01 12:00"))
    assert (found.state, found.consumed_seconds, found.segments) == ("met", 0, ())


def test_in_one_second_the_end_comes_before_the_pause_and_before_new_terms() -> None:
    shorter = Event(at("2026-06-01 12:00"), "retarget", mode="retroactive", terms=Terms(office(), 60), seq=1)
    pause = Event(at("2026-06-01 12:00"), "pause", party="client", seq=2)
    satisfy = Event(at("2026-06-01 12:00"), "satisfy", seq=3)
    found = judge(FOUR_HOURS, [*log(START), shorter, pause, satisfy], at("2026-06-01 13:00"))
    assert (found.state, found.terms) == ("met", FOUR_HOURS)


def test_cancel_then_reopen_resumes_what_was_left() -> None:
    rows = (START, ("2026-06-01 12:00", "cancel"))
    cancelled = judge(FOUR_HOURS, log(*rows), at("2026-06-01 15:00"))
    assert (cancelled.state, cancelled.cancelled_at) == ("cancelled", at("2026-06-01 12:00"))
    found = judge(FOUR_HOURS, log(*rows, ("2026-06-01 15:00", "reopen")), at("2026-06-01 16:00"))
    assert (found.state, found.consumed_seconds, found.cancelled_at) == ("at_risk", 3 * HOUR, None)
    assert found.due_at == at("2026-06-01 17:00")
    assert [(s.kind, s.seconds) for s in found.segments] == [("open", 2 * HOUR), ("stopped", 3 * HOUR), ("open", HOUR)]


def test_a_reopened_clock_no_longer_waits_for_whom_it_waited_before_its_end() -> None:
    rows = (
        START,
        ("2026-06-01 11:00", "pause", "client"),
        ("2026-06-01 12:00", "satisfy"),
        ("2026-06-01 13:00", "reopen"),
    )
    found = judge(FOUR_HOURS, log(*rows), at("2026-06-01 14:00"))
    assert (found.state, found.consumed_seconds, found.satisfied_at) == ("running", 2 * HOUR, None)


def test_ending_after_the_deadline_does_not_take_the_breach_back() -> None:
    for kind in ("satisfy", "cancel"):
        found = judge(FOUR_HOURS, log(START, ("2026-06-01 15:00", kind)), at("2026-06-02 12:00"))
        assert (found.state, found.overrun_seconds) == ("breached", HOUR)
        assert at("2026-06-01 15:00") in (found.satisfied_at, found.cancelled_at)
    reopened = log(START, ("2026-06-01 15:00", "satisfy"), ("2026-06-01 15:00", "reopen"))
    assert judge(FOUR_HOURS, reopened, at("2026-06-01 16:00")).state == "breached"


def test_an_agreed_date_that_passed_while_the_clock_stood_is_missed_on_reopening() -> None:
    terms = Terms(office(), None, at("2026-06-01 14:00"))
    rows = (START, ("2026-06-01 12:00", "satisfy"))
    assert judge(terms, log(*rows), at("2026-06-01 16:00")).state == "met"
    found = judge(terms, log(*rows, ("2026-06-01 15:00", "reopen")), at("2026-06-01 16:00"))
    assert (found.state, found.breached_at, found.overrun_seconds) == ("breached", at("2026-06-01 14:00"), HOUR)


def test_a_warning_longer_than_the_target_is_due_at_the_start() -> None:
    found = started("2026-06-01 10:00", 600, warn=(Warn(seconds_before=3600),))
    assert found.warnings[0] == (Warn(seconds_before=3600), at("2026-06-01 10:00"), True)


def test_a_warning_that_was_not_reached_before_the_end_is_not_passed() -> None:
    terms = Terms(office(), 4 * HOUR, warn=(Warn(percent=50), Warn(percent=75)))
    found = judge(terms, log(START, ("2026-06-01 12:30", "satisfy")), at("2026-06-01 16:00"))
    assert [(w.at, w.passed) for w in found.warnings] == [
        (at("2026-06-01 12:00"), True),
        (at("2026-06-01 13:00"), False),
    ]


@pytest.mark.parametrize(
    ("target", "used", "warn"),
    [
        (8 * HOUR, 6 * HOUR, Warn(percent=75)),
        (2 * HOUR, 5400, Warn(seconds_before=1800)),
        (7201, 5401, Warn(percent=75)),
        (5400, 3600, Warn(seconds_before=1800)),
        (HOUR, 1800, Warn(seconds_before=1800)),
        (3599, 1800, Warn(percent=50)),
        (1800, 900, Warn(percent=50)),
        (1, 1, Warn(percent=50)),
    ],
)
def test_at_risk_is_75_per_cent_or_30_minutes_left_but_not_before_half(target: int, used: int, warn: Warn) -> None:
    assert at_risk_threshold(target) == used
    assert default_warnings(target) == (warn,)
    assert warn.threshold(target) == used


def test_a_promise_without_time_has_no_default_warning() -> None:
    assert default_warnings(0) == ()


def test_s21_a_response_ends_the_response_clock_and_not_the_resolution_clock() -> None:
    response, resolution = Terms(office(), HOUR), Terms(office(), 8 * HOUR)
    now = at("2026-06-01 12:00")
    assert judge(response, log(START, ("2026-06-01 10:30", "satisfy")), now).state == "met"
    assert judge(resolution, log(START), now).state == "running"


def test_merging_two_incidents_judges_each_clock_by_its_own_terms() -> None:
    """The merged one is cancelled, the other goes on untouched."""
    gone = judge(Terms(office(), HOUR), log(START, ("2026-06-01 10:30", "cancel")), at("2026-06-01 12:00"))
    stays = judge(FOUR_HOURS, log(START), at("2026-06-01 12:00"))
    assert (gone.state, stays.state, stays.due_at) == ("cancelled", "running", at("2026-06-01 14:00"))


def test_s34_judging_again_says_the_same() -> None:
    rows = log(START, ("2026-06-01 11:00", "pause", "client"), ("2026-06-01 12:00", "resume"))
    first = judge(FOUR_HOURS, rows, at("2026-06-01 16:00"))
    assert judge(FOUR_HOURS, rows, at("2026-06-01 16:00")) == first
    assert judge(FOUR_HOURS, list(reversed(rows)), at("2026-06-01 16:00")) == first


def test_s34_after_a_breach_time_alone_changes_nothing_more() -> None:
    for now in ("2026-06-01 14:01", "2026-06-03 10:00", "2027-06-01 10:00"):
        assert judge(FOUR_HOURS, log(START), at(now)).next_at is None


def test_a_clock_that_jumps_back_does_not_change_what_happened() -> None:
    rows = log(START)
    later = judge(FOUR_HOURS, rows, at("2026-06-01 15:00"))
    judge(FOUR_HOURS, rows, at("2026-06-01 13:00"))
    assert judge(FOUR_HOURS, rows, at("2026-06-01 15:00")) == later


def test_a_correction_strikes_an_event_out_from_then_on() -> None:
    wrong = log(START, ("2026-06-01 11:00", "satisfy"))
    fix = Event(at("2026-06-01 13:00"), "correct", reason="not solved", corrects=1, seq=2)
    back = Event(at("2026-06-01 13:30"), "correct", reason="solved after all", corrects=2, seq=3)
    assert judge(FOUR_HOURS, [*wrong, fix], at("2026-06-01 12:59")).state == "met"
    found = judge(FOUR_HOURS, [*wrong, fix], at("2026-06-01 13:10"))
    assert (found.state, found.consumed_seconds) == ("at_risk", 3 * HOUR + 600)
    assert judge(FOUR_HOURS, [*wrong, fix, back], at("2026-06-01 15:00")).state == "met"
    note = dataclasses.replace(fix, corrects=None)
    assert judge(FOUR_HOURS, [*wrong, note], at("2026-06-01 15:00")).state == "met"


NOON = at("2026-06-01 12:00")


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([], "starts exactly once"),
        (log(START, ("2026-06-01 11:00", "start")), "starts exactly once"),
        (log(START, ("2026-06-01 12:01", "satisfy")), "A satisfy cannot lie in the future."),
        (log(START, ("2026-06-01 09:59", "pause")), "A pause cannot lie before the start"),
        ([*log(START), Event(NOON, "retarget", seq=1)], "needs the new terms"),
        ([*log(START), Event(NOON, "retarget", terms=FOUR_HOURS, mode="soft", seq=1)], '"soft" is not a way'),  # type: ignore[arg-type]
        (
            [*log(START), Event(NOON, "retarget", terms=Terms(office(), None, NOON - 1), seq=1)],
            "cannot lie before it was agreed",
        ),
        ([*log(START), Event(NOON, "correct", seq=1)], "names an earlier event"),
        ([*log(START), Event(NOON, "correct", corrects=1, seq=1)], "names an earlier event"),
        ([*log(START), Event(NOON, "snooze", seq=1)], '"snooze" is not a kind of event'),  # type: ignore[arg-type]
    ],
)
def test_an_event_that_cannot_be_is_refused_with_a_reason(events: list[Event], message: str) -> None:
    with pytest.raises(EventError, match=message) as caught:
        validate_events(FOUR_HOURS, events, NOON)
    assert caught.value.seq == (events[-1].seq if events else 0)


def test_events_that_can_be_are_accepted_up_to_this_second() -> None:
    change = Event(NOON, "retarget", terms=Terms(office(), None, NOON), seq=2)
    validate_events(FOUR_HOURS, [*log(START, ("2026-06-01 10:00", "pause")), change], NOON)


def test_an_agreed_date_before_the_start_is_refused() -> None:
    terms = Terms(office(), None, at("2026-06-01 09:59"))
    with pytest.raises(EventError, match="before the start of the clock"):
        validate_events(terms, log(START), NOON)


def test_a_thousand_events_are_judged_as_one_by_one() -> None:
    """What it costs is measured by ``make bench``; here, that five hundred pauses of an hour and a half add up."""
    start = at("2026-06-01 10:00")
    events = [Event(start, "start")]
    events += [Event(start + 900 * n, "resume" if n % 2 else "pause", party="client", seq=n) for n in range(1, 1001)]
    found = judge(Terms(CalendarSpec.from_json("24x7"), 400 * HOUR), events, start + 900 * 1000)
    # The first resume ends nothing; then it waits and runs in turns of a quarter of an hour, and waits at the end.
    assert found.consumed_seconds == 900 * 2 + 900 * 499
    assert found.state == "paused"
    assert sum(segment.seconds for segment in found.segments) == 900 * 1000


def test_around_the_clock_is_never_outside_hours() -> None:
    always = CalendarSpec.from_json("24x7")
    assert judge(Terms(always, 48 * HOUR), log(START), at("2026-06-02 03:00")).state == "running"
