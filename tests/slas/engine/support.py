"""Short words for tests of the engine: Berlin office hours, local times, events in the order given."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slas.engine import CalendarSpec, Event, Judgement, Terms, Warn, judge

HOUR = 3600
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")


def office(
    *rows: list[str], zone: str = "Europe/Berlin", dates: dict[str, Any] | None = None, days: tuple[str, ...] = WORKDAYS
) -> CalendarSpec:
    """Monday to Friday 09:00 to 17:00 unless other windows are given."""
    hours = list(rows) or [["09:00", "17:00"]]
    return CalendarSpec.from_json({"zone": zone, "weekly": dict.fromkeys(days, hours), "dates": dates or {}})


def at(text: str, zone: str = "Europe/Berlin", fold: int = 0) -> int:
    """Epoch seconds of a local wall time such as `2026-06-05 15:00`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp())


def utc(text: str) -> int:
    return at(text, "UTC")


def log(*rows: tuple[Any, ...]) -> list[Event]:
    """Events from (local time, kind) or (local time, kind, party), numbered in the order given."""
    return [
        Event(at(row[0]), row[1], party=row[2] if len(row) > 2 else None, seq=number) for number, row in enumerate(rows)
    ]


def started(when: str, target: int, calendar: CalendarSpec | None = None, warn: tuple[Warn, ...] = ()) -> Judgement:
    """A clock judged in the second in which it starts."""
    terms = Terms(calendar or office(), target, warn=warn)
    return judge(terms, log((when, "start")), at(when))
