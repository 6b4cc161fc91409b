"""The engine beside an oracle that counts seconds one by one and shares no code with it (S04, S05, S10)."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slas.engine import CalendarSpec, Event, Terms, compile_calendar, judge
from tests.slas.engine import oracle
from tests.slas.engine.beside import assert_equal_to_the_oracle, events_of, terms_of
from tests.slas.engine.strategies import EXAMPLES, calendars, clocks
from tests.slas.engine.support import HOUR, at

thorough = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@thorough
@given(clocks())
def test_due_consumed_warnings_and_segments_equal_those_counted_second_by_second(clock: dict[str, Any]) -> None:
    assert_equal_to_the_oracle(clock)


def test_engine_and_oracle_attribute_two_pauses_of_one_second_to_the_one_recorded_first() -> None:
    """Also if the one that names nobody was recorded first, and whichever ends first."""
    begun = at("2026-06-01 10:00")
    calendar = {"zone": "Europe/Berlin", "weekly": {"mon": [["09:00", "17:00"]]}, "dates": {}}
    for first, second in ((None, "client"), ("client", None), ("vendor", "client")):
        for ends in ([], [None], [first], [second], [None, None], [second, first]):
            rows = [("start", 0, None), ("pause", HOUR, first), ("pause", HOUR, second)]
            rows += [("resume", (2 + n) * HOUR, party) for n, party in enumerate(ends)]
            events = [{"at": begun + t, "kind": k, "seq": n, "party": p} for n, (k, t, p) in enumerate(rows)]
            clock = {"calendar": calendar, "target": 4 * HOUR, "warn": [], "events": events, "pausing": []}
            now = begun + 5 * HOUR
            expected = oracle.judge(calendar, 4 * HOUR, [], events, now, []).segments
            found = judge(terms_of(clock, 4 * HOUR), events_of(clock), now).segments
            assert [(s.from_, s.to, s.kind, s.party) for s in found] == expected
            assert found[1].kind == "paused"
            assert found[1].party == first


@thorough
@given(clocks())
def test_segments_add_up_to_the_elapsed_time_and_open_ones_to_the_consumed_time(clock: dict[str, Any]) -> None:
    found = judge(terms_of(clock, clock["target"]), events_of(clock), clock["now"])
    end = found.satisfied_at or found.cancelled_at or clock["now"]
    assert sum(s.seconds for s in found.segments) == end - (found.started_at or 0)
    assert sum(s.seconds for s in found.segments if s.kind == "open") == found.consumed_seconds
    for one, two in zip(found.segments, found.segments[1:], strict=False):
        assert one.to == two.from_
        assert (one.kind, one.party) != (two.kind, two.party)


@thorough
@given(clocks())
def test_nothing_changes_before_next_at_and_something_at_it(clock: dict[str, Any]) -> None:
    """What the sweep relies on: between events it need not look before `next_at`."""
    terms, events, now = terms_of(clock, clock["target"]), events_of(clock), clock["now"]
    known = [event for event in events if event.at <= now]

    def fired(instant: int) -> tuple[object, ...]:
        found = judge(terms, known, instant)
        end = found.satisfied_at or found.cancelled_at or instant
        at_risk = found.at_risk_at is not None and found.at_risk_at <= end
        return [w.passed for w in found.warnings], at_risk, found.breached_at

    next_at = judge(terms, known, now).next_at
    if next_at is None:
        assert fired(now) == fired(now + 90 * 86_400) or judge(terms, known, now).state == "paused"
    else:
        assert next_at > now
        assert fired(next_at - 1) == fired(now)
        assert fired(next_at) != fired(now)


@thorough
@given(calendars(), st.integers(-20 * 86_400, 20 * 86_400), st.integers(0, 12 * 86_400))
def test_open_time_of_any_stretch_equals_the_count_of_its_open_seconds(
    case: tuple[dict[str, Any], int, int], shift: int, length: int
) -> None:
    calendar, start, _ = case
    start, end = start + shift, start + shift + length
    seconds, compiled = oracle.Seconds(calendar, start), compile_calendar(CalendarSpec.from_json(calendar))
    expected = seconds.count(start, end)
    assert compiled.open_seconds(start, end) == expected
    assert sum(b - a for a, b in compiled.open_intervals(start, end)) == expected
    assert compiled.add_open(start, expected) == (seconds.after(start, expected))
    seconds.upto(end + 1)
    assert compiled.is_open(end) == bool(seconds.open[end - seconds.base])
    opens = compiled.next_open(start)
    assert opens == start if compiled.is_open(start) else compiled.open_seconds(start, opens) == 0
    assert compiled.is_open(opens)


@thorough
@given(clocks(), st.integers(-12 * 3600, 5 * 86_400))
def test_an_agreed_date_stands_whatever_is_paused(clock: dict[str, Any], ahead: int) -> None:
    """S18: only an end before the date keeps the clock from missing it."""
    start, now = clock["events"][0]["at"], clock["now"]
    agreed = max(start, start + ahead)
    terms = Terms(CalendarSpec.from_json(clock["calendar"]), None, agreed, terms_of(clock, 0).warn)
    raw = [event for event in clock["events"] if event["kind"] != "retarget"]
    found = judge(terms, [Event(**event) for event in raw], now)
    seconds, trace = oracle.Seconds(clock["calendar"], start), oracle.Trace(start, raw[1:], now, [])
    total = seconds.count(start, agreed)
    marks = oracle.thresholds(total, clock["warn"])
    # Who goes on at this very moment after the date has missed it, although no second has passed since.
    alive = bool(trace.mode[agreed - start :].strip(b"\xff")) or (trace.ending is None and agreed < now)
    assert found.due_at == agreed
    assert found.breached_at == (agreed if alive else None)
    assert [w.at for w in found.warnings] == [seconds.after(start, mark) for mark in marks[:-1]]
    assert [w.passed for w in found.warnings] == [w.at <= trace.end for w in found.warnings]
    left = 0 if alive or trace.end > agreed else seconds.count(trace.end, agreed)
    assert found.remaining_seconds == left
