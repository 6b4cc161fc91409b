"""What the engine refuses, to the word: people read these sentences on forms, and programs find the field by them."""

from __future__ import annotations

from typing import Any

import pytest

from slas.engine import ALWAYS, CalendarSpec, Event, EventError, Terms, TermsError, Warn, judge, validate_events
from tests.slas.engine.support import HOUR

CALENDAR = CalendarSpec.from_json(ALWAYS)
TERMS = Terms(CALENDAR, HOUR)
T0 = 1_780_000_000
NOW = T0 + 10 * HOUR
START = Event(at=T0, kind="start", seq=1)


def event(kind: Any, at: int = T0 + HOUR, seq: int = 2, **more: Any) -> Event:
    return Event(at=at, kind=kind, seq=seq, **more)


def agreed(at: int) -> Terms:
    return Terms(CALENDAR, agreed_at=at)


KINDS = "start, pause, resume, satisfy, cancel, reopen, retarget, correct"
MODES = "carry_elapsed, retroactive, fresh, carry_fraction"
REFUSED: dict[str, tuple[Terms, list[Event], int, str]] = {
    "no start": (TERMS, [], 0, "A clock starts exactly once."),
    "two starts": (TERMS, [START, event("start", T0, 7)], 7, "A clock starts exactly once."),
    "an agreed date before the start": (
        agreed(T0 - 1),
        [START],
        1,
        "An agreed date cannot lie before the start of the clock.",
    ),
    "an unknown kind": (TERMS, [START, event("nap")], 2, f'"nap" is not a kind of event ({KINDS}).'),
    "the future": (TERMS, [START, event("pause", NOW + 1)], 2, "A pause cannot lie in the future."),
    "before the start": (
        TERMS,
        [START, event("satisfy", T0 - 1)],
        2,
        "A satisfy cannot lie before the start of the clock.",
    ),
    "a correction of nothing": (TERMS, [START, event("correct")], 2, "A correction names an earlier event."),
    "a correction of itself": (TERMS, [START, event("correct", corrects=2)], 2, "A correction names an earlier event."),
    "a change without terms": (TERMS, [START, event("retarget")], 2, "A change of terms needs the new terms."),
    "an unknown way": (
        TERMS,
        [START, event("retarget", terms=TERMS, mode="sideways")],
        2,
        f'"sideways" is not a way to change terms ({MODES}).',
    ),
    "a date before it was agreed": (
        TERMS,
        [START, event("retarget", terms=agreed(T0 + HOUR - 1))],
        2,
        "An agreed date cannot lie before it was agreed.",
    ),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_an_event_that_cannot_be_recorded_is_named(case: tuple[Terms, list[Event], int, str]) -> None:
    terms, events, seq, message = case
    with pytest.raises(EventError) as refused:
        validate_events(terms, events, NOW)
    assert (refused.value.seq, refused.value.message) == (seq, message)
    assert str(refused.value) == message


ACCEPTED: dict[str, tuple[Terms, list[Event]]] = {
    "agreed for the second of the start": (agreed(T0), [START]),
    "in the second of now": (TERMS, [START, event("pause", NOW)]),
    "in the second of the start": (TERMS, [START, event("satisfy", T0)]),
    "a correction of the event before": (TERMS, [START, event("pause"), event("correct", seq=3, corrects=2)]),
    "a date agreed for the very second": (TERMS, [START, event("retarget", terms=agreed(T0 + HOUR))]),
}


@pytest.mark.parametrize("case", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_lies_just_inside_is_accepted(case: tuple[Terms, list[Event]]) -> None:
    validate_events(case[0], case[1], NOW)


WRONG: dict[str, tuple[Any, str, str]] = {
    "neither per cent nor seconds": (lambda: Warn(), "warn", "give either percent or seconds_before"),
    "both": (lambda: Warn(1, 1), "warn", "give either percent or seconds_before"),
    "no per cent": (lambda: Warn(percent=0), "warn.percent", "must be a whole number from 1 to 100"),
    "more than all": (lambda: Warn(percent=101), "warn.percent", "must be a whole number from 1 to 100"),
    "a yes": (lambda: Warn(percent=True), "warn.percent", "must be a whole number from 1 to 100"),
    "less than no seconds": (
        lambda: Warn(seconds_before=-1),
        "warn.seconds_before",
        "must be a whole number of seconds and not negative",
    ),
    "half a second": (
        lambda: Warn(seconds_before=0.5),  # type: ignore[arg-type]
        "warn.seconds_before",
        "must be a whole number of seconds and not negative",
    ),
    "a warning that is a text": (
        lambda: Warn.from_json("soon"),
        "warn",
        'must be {"percent": n} or {"seconds_before": n}',
    ),
    "a warning with more": (
        lambda: Warn.from_json({"percent": 1, "loud": True}),
        "warn",
        'must be {"percent": n} or {"seconds_before": n}',
    ),
    "no promise": (lambda: Terms(CALENDAR), "target_seconds", "give either a target or an agreed date"),
    "two promises": (lambda: Terms(CALENDAR, 1, 1), "target_seconds", "give either a target or an agreed date"),
    "half a target": (
        lambda: Terms(CALENDAR, 0.5),  # type: ignore[arg-type]
        "target_seconds",
        "must be a whole number of seconds",
    ),
    "a negative target": (lambda: Terms(CALENDAR, -1), "target_seconds", "must not be negative"),
    "half a date": (
        lambda: Terms(CALENDAR, agreed_at=0.5),  # type: ignore[arg-type]
        "agreed_at",
        "must be a whole epoch second",
    ),
    "terms that are a list": (lambda: Terms.from_json([]), "terms", "must be an object"),
    "warnings that are none": (
        lambda: Terms.from_json({"calendar": ALWAYS, "target_seconds": 1, "warn": "soon"}),
        "warn",
        "must be a list",
    ),
    "a guarantee that is a word": (
        lambda: Terms.from_json({"calendar": ALWAYS, "target_seconds": 1, "guarantee": "yes"}),
        "guarantee",
        "must be true or false",
    ),
    "pausable that is a number": (
        lambda: Terms.from_json({"calendar": ALWAYS, "target_seconds": 1, "pausable": 1}),
        "pausable",
        "must be true or false",
    ),
    "one party that is no list": (
        lambda: Terms.from_json({"calendar": ALWAYS, "target_seconds": 1, "pausing": "client"}),
        "pausing",
        "must be a list of parties",
    ),
    "a party without a name": (
        lambda: Terms.from_json({"calendar": ALWAYS, "target_seconds": 1, "pausing": ["client", ""]}),
        "pausing",
        "must be a list of parties",
    ),
    "a party that is a number": (
        lambda: Terms.from_json({"calendar": ALWAYS, "target_seconds": 1, "pausing": [1]}),
        "pausing",
        "must be a list of parties",
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG.keys())
def test_terms_that_make_no_promise_are_refused_by_field(case: tuple[Any, str, str]) -> None:
    make, field, message = case
    with pytest.raises(TermsError) as refused:
        make()
    assert (refused.value.field, refused.value.message) == (field, message)
    assert str(refused.value) == f"{field}: {message}"


def test_the_least_and_the_most_of_a_warning_are_taken() -> None:
    assert [Warn(percent=1).percent, Warn(percent=100).percent, Warn(seconds_before=0).seconds_before] == [1, 100, 0]
    assert Warn(seconds_before=0).threshold(HOUR) == HOUR
    assert Warn(seconds_before=2 * HOUR).threshold(HOUR) == 0


def test_what_terms_leave_out_is_a_target_that_can_be_paused() -> None:
    terms = Terms.from_json({"calendar": ALWAYS, "target_seconds": 0})
    assert (terms.warn, terms.guarantee, terms.pausable, terms.target_seconds) == ((), False, True, 0)
    full = Terms(CALENDAR, 60, warn=(Warn(percent=50), Warn(seconds_before=9)), guarantee=True, pausable=False)
    assert Terms.from_json(full.to_json()) == full
    names = ["calendar", "target_seconds", "agreed_at", "warn", "guarantee", "pausable"]
    assert list(full.to_json()) == names
    narrow = Terms(CALENDAR, 60, pausing=("client", "vendor"))
    assert Terms.from_json(narrow.to_json()) == narrow
    assert list(narrow.to_json()) == [*names, "pausing"]


def test_a_clock_that_has_not_started_says_what_it_promises() -> None:
    found = judge(TERMS, [], NOW)
    assert (found.state, found.target_seconds, found.remaining_seconds) == ("not_started", HOUR, HOUR)
    date = judge(agreed(NOW), [], NOW)
    assert (date.target_seconds, date.remaining_seconds) == (0, 0)


def test_a_stretch_says_how_much_of_it_was_open() -> None:
    """Also where it was waited in, or where the clock stood still between an end and a reopening."""
    office = CalendarSpec.from_json({"zone": "UTC", "weekly": {"thu": [["20:00", "22:00"]]}})
    # 28 May 2026 20:26:40 UTC is a Thursday.
    events = [
        START,
        event("satisfy", T0 + 600, 2),
        event("reopen", T0 + 1200, 3),
        event("pause", T0 + 1800, 4, party="client"),
    ]
    found = judge(Terms(office, 20 * HOUR), events, T0 + 4 * HOUR)
    assert [(s.kind, s.seconds, s.open_seconds) for s in found.segments] == [
        ("open", 600, 600),
        ("stopped", 600, 600),
        ("open", 600, 600),
        ("paused", 4 * HOUR - 1800, 5600 - 1800),
    ]
