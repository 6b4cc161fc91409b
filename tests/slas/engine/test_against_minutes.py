"""A third opinion: a clock that is walked minute by minute, as somebody with a calendar on the wall would."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, assume, given, settings

from slas.engine import judge
from tests.slas.engine.beside import events_of, terms_of
from tests.slas.engine.strategies import NAMES, clocks

MINUTE = 60


def is_open(calendar: dict[str, Any], wall: datetime) -> bool:
    """Whether a wall time lies in a window of its own date, or in one of the evening before that runs over midnight."""
    return any(_covers(rows, wall, days) for days, rows in enumerate(_windows(calendar, wall.date())))


def _windows(calendar: dict[str, Any], day: date) -> list[list[list[str]]]:
    found = []
    for date_ in (day, day - timedelta(days=1)):
        own = calendar["dates"].get(date_.isoformat())
        found.append(calendar["weekly"].get(NAMES[date_.weekday()], []) if own is None else own)
    return found


def _covers(rows: list[list[str]], wall: datetime, days: int) -> bool:
    minute = wall.hour * 60 + wall.minute + days * 1440
    for opens, closes in rows:
        a, b = (int(text[:2]) * 60 + int(text[3:]) for text in (opens, closes))
        if a <= minute < (b if b > a else b + 1440):
            return True
    return False


def waits_at(events: list[dict[str, Any]], instant: int, pausing: list[str]) -> bool:
    """Whether somebody is waited on for whom it stops: each resume ends the oldest wait of its party, or of all."""
    order = {"pause": 0, "resume": 1}
    waits: list[str | None] = []
    for event in sorted(events, key=lambda one: (one["at"], order[one["kind"]], one["seq"])):
        if event["at"] > instant:
            break
        if event["kind"] == "pause":
            waits.append(event["party"])
        else:
            fits = [place for place, party in enumerate(waits) if event["party"] in (None, party)]
            waits = [party for place, party in enumerate(waits) if place not in fits[:1]]
    return any(not pausing or party in pausing for party in waits)


def walk(clock: dict[str, Any]) -> tuple[int, int, bool]:
    """Seconds used, when it is or was due, and whether that was missed."""
    zone, start = ZoneInfo(clock["calendar"]["zone"]), clock["events"][0]["at"]
    ends = [one["at"] for one in clock["events"] if one["kind"] in ("satisfy", "cancel") and one["at"] <= clock["now"]]
    waits = [one for one in clock["events"] if one["kind"] in ("pause", "resume")]
    end, used, missed = min([*ends, clock["now"]]), 0, None
    for minute in range(start, end, MINUTE):
        if waits_at(waits, minute, clock["pausing"]):
            continue
        if used == clock["target"] and missed is None:
            missed = minute
        used += MINUTE if is_open(clock["calendar"], datetime.fromtimestamp(minute, zone)) else 0
    due, left = end, clock["target"] - used
    while missed is None and left > 0:
        left -= MINUTE if is_open(clock["calendar"], datetime.fromtimestamp(due, zone)) else 0
        due += MINUTE
    return used, due if missed is None else missed, missed is not None


@settings(
    max_examples=200,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
@given(clocks())
def test_a_walk_minute_by_minute_comes_to_the_same(clock: dict[str, Any]) -> None:
    clock["events"] = [one for one in clock["events"] if one["kind"] not in ("reopen", "retarget")]
    instants = [one["at"] for one in clock["events"]]
    assume(clock["target"] > 0)
    assume(all(instant % MINUTE == 0 for instant in (clock["target"], clock["now"], *instants)))
    found = judge(terms_of(clock, clock["target"]), events_of(clock), clock["now"])
    assert (found.consumed_seconds, found.due_at, found.breached_at is not None) == walk(clock)


def test_the_walker_keeps_office_hours() -> None:
    """V1, walked: sixty minutes from a Friday 16:30 over the change to summer time end on Monday at 09:30."""
    hours = {name: [["09:00", "17:00"]] for name in NAMES[:5]}
    friday = int(datetime.combine(date(2026, 3, 27), time(16, 30), ZoneInfo("Europe/Berlin")).timestamp())
    calendar = {"zone": "Europe/Berlin", "weekly": hours, "dates": {}}
    start = {"at": friday, "kind": "start", "seq": 0}
    used, due, missed = walk({"calendar": calendar, "target": 3600, "events": [start], "now": friday, "pausing": []})
    assert (used, missed) == (0, False)
    assert datetime.fromtimestamp(due, ZoneInfo("UTC")).isoformat() == "2026-03-30T07:30:00+00:00"
