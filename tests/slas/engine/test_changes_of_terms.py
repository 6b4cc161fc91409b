"""Changing severity, policy or calendar under a clock that runs: four modes, and what none of them may do (S47)."""

from __future__ import annotations

from typing import Any

from slas.engine import Event, Judgement, RetargetMode, Terms, Warn, judge
from tests.slas.engine.support import HOUR, at, log, office

START = ("2026-06-01 10:00", "start")
LONG = Terms(office(), 6 * HOUR, warn=(Warn(percent=50),))


def changed(
    now: str,
    to: Terms,
    mode: RetargetMode,
    when: str = "2026-06-01 12:00",
    terms: Terms = LONG,
    rows: tuple[Any, ...] = (),
) -> Judgement:
    events = [*log(START, *rows), Event(at(when), "retarget", terms=to, mode=mode, seq=99)]
    return judge(terms, events, at(now))


def test_carry_elapsed_is_the_default_and_counts_what_was_used() -> None:
    assert Event(0, "retarget").mode == "carry_elapsed"
    found = changed("2026-06-01 12:30", Terms(office(), 3 * HOUR), "carry_elapsed")
    assert (found.due_at, found.used_seconds, found.target_seconds) == (at("2026-06-01 13:00"), 9000, 3 * HOUR)


def test_carry_elapsed_beyond_the_new_target_is_due_at_the_change_and_not_before() -> None:
    short = Terms(office(), HOUR)
    assert changed("2026-06-01 12:00", short, "carry_elapsed").state == "at_risk"
    found = changed("2026-06-01 12:30", short, "carry_elapsed")
    assert (found.breached_at, found.overrun_seconds) == (at("2026-06-01 12:00"), 1800)
    assert found.consumed_seconds == 9000


def test_retroactive_counts_from_the_start_and_keeps_the_pauses() -> None:
    rows = (("2026-06-01 10:30", "pause", "client"), ("2026-06-01 11:30", "resume", "client"))
    found = changed("2026-06-01 12:00", Terms(office(), 3 * HOUR), "retroactive", rows=rows)
    assert (found.due_at, found.consumed_seconds) == (at("2026-06-01 14:00"), HOUR)
    missed = changed("2026-06-01 12:00", Terms(office(), 1800 + 60), "retroactive", rows=rows)
    assert (missed.state, missed.breached_at) == ("breached", at("2026-06-01 11:31"))


def test_retroactive_cuts_the_whole_history_by_the_new_calendar() -> None:
    """S44: a change of calendar is applied to an open clock when asked for."""
    noon = office(["12:00", "20:00"])
    found = changed("2026-06-01 14:00", Terms(noon, 6 * HOUR), "retroactive")
    assert [(s.kind, s.seconds) for s in found.segments] == [("closed", 2 * HOUR), ("open", 2 * HOUR)]
    assert (found.consumed_seconds, found.due_at) == (2 * HOUR, at("2026-06-01 18:00"))


def test_carry_elapsed_leaves_the_history_to_the_old_calendar() -> None:
    noon = office(["13:00", "20:00"])
    found = changed("2026-06-01 14:00", Terms(noon, 6 * HOUR), "carry_elapsed")
    assert [(s.kind, s.seconds) for s in found.segments] == [("open", 2 * HOUR), ("closed", HOUR), ("open", HOUR)]
    assert found.due_at == at("2026-06-01 17:00")


def test_fresh_counts_from_the_change_and_still_shows_the_whole_history() -> None:
    found = changed("2026-06-01 13:00", Terms(office(), 3 * HOUR), "fresh")
    assert (found.due_at, found.used_seconds, found.consumed_seconds) == (at("2026-06-01 15:00"), HOUR, 3 * HOUR)


def test_carry_fraction_keeps_the_used_share() -> None:
    found = changed("2026-06-01 12:00", Terms(office(), 3 * HOUR), "carry_fraction")
    assert (found.used_seconds, found.due_at) == (HOUR, at("2026-06-01 14:00"))
    odd = changed("2026-06-01 12:00", Terms(office(), 10), "carry_fraction")
    assert odd.used_seconds == 3
    nothing = changed("2026-06-01 10:00", Terms(office(), 10), "carry_fraction", "2026-06-01 10:00", Terms(office(), 0))
    assert nothing.used_seconds == 10


def test_no_mode_takes_a_breach_back() -> None:
    modes: tuple[RetargetMode, ...] = ("carry_elapsed", "retroactive", "fresh", "carry_fraction")
    for mode in modes:
        for to in (Terms(office(), 40 * HOUR), Terms(office(), None, at("2026-06-05 12:00"))):
            found = changed("2026-06-01 16:00", to, mode, "2026-06-01 15:00", Terms(office(), 4 * HOUR))
            assert (found.state, found.breached_at, found.due_at) == (
                "breached",
                at("2026-06-01 14:00"),
                at("2026-06-01 14:00"),
            )
            assert (found.overrun_seconds, found.terms) == (2 * HOUR, to)


def test_after_a_breach_a_new_calendar_cuts_what_follows() -> None:
    to = Terms(office(["08:00", "12:00"]), 4 * HOUR)
    found = changed("2026-06-02 10:00", to, "carry_elapsed", "2026-06-01 15:00", Terms(office(), 4 * HOUR))
    assert (found.consumed_seconds, found.overrun_seconds) == (7 * HOUR, 3 * HOUR)
    assert found.used_seconds == 7 * HOUR


def test_from_a_duration_to_an_agreed_date_and_back() -> None:
    agreed = Terms(office(), None, at("2026-06-02 12:00"), (Warn(seconds_before=HOUR), Warn(percent=10)))
    found = changed("2026-06-01 12:00", agreed, "carry_elapsed")
    assert (found.due_at, found.remaining_seconds, found.target_seconds) == (
        at("2026-06-02 12:00"),
        8 * HOUR,
        10 * HOUR,
    )
    assert [(w.at, w.passed) for w in found.warnings] == [
        (at("2026-06-02 11:00"), False),
        (at("2026-06-01 12:00"), True),
    ]
    events = [
        *log(START),
        Event(at("2026-06-01 12:00"), "retarget", terms=agreed, seq=1),
        Event(at("2026-06-01 13:00"), "retarget", terms=LONG, seq=2),
    ]
    back = judge(LONG, events, at("2026-06-01 13:00"))
    assert (back.due_at, back.used_seconds) == (at("2026-06-01 16:00"), 3 * HOUR)
    fresh = changed("2026-06-01 12:00", agreed, "fresh")
    assert fresh.target_seconds == 8 * HOUR


def test_a_warning_that_was_given_is_not_given_again_by_the_same_terms() -> None:
    before = judge(LONG, log(START), at("2026-06-01 14:00")).warnings
    found = changed("2026-06-01 14:00", LONG, "carry_elapsed", "2026-06-01 14:00")
    assert found.warnings == before
    assert before[0].at == at("2026-06-01 13:00")


def test_a_new_warning_that_is_already_passed_is_given_at_the_change() -> None:
    to = Terms(office(), 6 * HOUR, warn=(Warn(percent=10), Warn(percent=90)))
    found = changed("2026-06-01 12:00", to, "carry_elapsed")
    assert [(w.at, w.passed) for w in found.warnings] == [
        (at("2026-06-01 12:00"), True),
        (at("2026-06-01 15:24"), False),
    ]


def test_an_extended_target_un_warns() -> None:
    found = changed("2026-06-01 14:00", Terms(office(), 20 * HOUR, warn=LONG.warn), "carry_elapsed", "2026-06-01 14:00")
    assert found.warnings[0].passed is False
    assert found.next_at == found.warnings[0].at == at("2026-06-02 12:00")


def test_a_change_while_paused_keeps_the_pause() -> None:
    rows = (("2026-06-01 11:00", "pause", "client"),)
    found = changed("2026-06-01 13:00", Terms(office(), 3 * HOUR), "carry_elapsed", rows=rows)
    assert (found.state, found.remaining_seconds) == ("paused", 2 * HOUR)


def test_a_change_after_the_end_changes_nothing() -> None:
    """A finished clock keeps its terms; history is not judged anew."""
    rows = (("2026-06-01 11:00", "satisfy"),)
    found = changed("2026-06-01 13:00", Terms(office(), 60), "retroactive", rows=rows)
    assert (found.state, found.terms) == ("met", LONG)


def test_an_incident_that_outlives_its_retainer_or_is_upgraded_keeps_the_promise_until_told() -> None:
    plain = judge(LONG, log(START), at("2026-06-01 13:00"))
    upgraded = changed("2026-06-01 13:00", Terms(office(), 3 * HOUR), "carry_elapsed")
    assert (plain.terms, plain.due_at) == (LONG, at("2026-06-01 16:00"))
    assert upgraded.due_at == at("2026-06-01 13:00")
