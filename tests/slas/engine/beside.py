"""A clock of the strategies as the engine takes it, and the engine beside the oracle."""

from __future__ import annotations

from typing import Any

from slas.engine import CalendarSpec, Event, Terms, Warn, judge
from tests.slas.engine import oracle


def terms_of(clock: dict[str, Any], target: int) -> Terms:
    warn = tuple(Warn.from_json(item) for item in clock["warn"])
    return Terms(CalendarSpec.from_json(clock["calendar"]), target, None, warn, pausing=tuple(clock["pausing"]))


def events_of(clock: dict[str, Any]) -> list[Event]:
    events = []
    for event in clock["events"]:
        fields = {name: value for name, value in event.items() if name != "target"}
        if "target" in event:
            fields["terms"] = terms_of(clock, event["target"])
        events.append(Event(**fields))
    return events


def assert_equal_to_the_oracle(clock: dict[str, Any]) -> None:
    """Everything that the engine says of the clock is what counting its seconds one by one gives."""
    names = ("calendar", "target", "warn", "events", "now", "pausing")
    expected = oracle.judge(*(clock[name] for name in names))
    found = judge(terms_of(clock, clock["target"]), events_of(clock), clock["now"])
    assert found.state == expected.state
    assert found.due_at == expected.due
    assert found.breached_at == expected.breached_at
    assert found.consumed_seconds == expected.consumed
    assert found.overrun_seconds == expected.overrun
    assert found.remaining_seconds == expected.remaining
    if not any("target" in event for event in clock["events"]):
        assert found.used_seconds == expected.consumed
    assert [(w.at, w.passed) for w in found.warnings] == expected.warnings
    assert [(s.from_, s.to, s.kind, s.party) for s in found.segments] == expected.segments
