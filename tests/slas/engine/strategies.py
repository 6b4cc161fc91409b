"""Random calendars and histories, around the days on which clocks change."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

EXAMPLES = 100 if os.environ.get("RETAINER_TEST_FAST") else 1000
NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
# Zones with the dates (UTC) around which something happens in them: changes of an hour, of half an hour, of a whole
# day, into and out of Ramadan, odd offsets, year ends and leap days.
PLACES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),
    ("Australia/Lord_Howe", date(2026, 10, 3)),
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Africa/Casablanca", date(2026, 3, 22)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Kathmandu", date(2028, 2, 29)),
    ("Asia/Kolkata", date(2026, 12, 31)),
    ("UTC", date(2027, 1, 1)),
]


def text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@st.composite
def windows(draw: st.DrawFn, step: int) -> list[list[str]]:
    """Up to three windows of a day that do not overlap, the last perhaps over midnight; they may touch."""
    points: list[int] = sorted(draw(st.lists(st.integers(0, 1440 // step), max_size=6)))
    pairs = [(a * step, b * step) for a, b in zip(points[::2], points[1::2], strict=False) if a < b]
    overnight: bool = draw(st.booleans())
    if pairs and overnight:
        pairs[-1] = (pairs[-1][0], draw(st.integers(0, pairs[0][0] // step)) * step)
    return [[text(a), text(b)] for a, b in pairs]


@st.composite
def calendars(draw: st.DrawFn) -> tuple[dict[str, Any], int, int]:
    """A calendar in JSON shape, an instant near something odd in it, and the grid its events lie on in seconds."""
    zone, day = draw(st.sampled_from(PLACES))
    step = draw(st.sampled_from([1, 15, 60]))
    weekly = {name: rows for name in NAMES if (rows := draw(windows(step)))}
    # An hour a week in the least, so that no example runs for years.
    weekly.setdefault("wed", [["01:30", "02:30"]])
    around = st.integers(-3, 6).map(lambda days: (day + timedelta(days=days)).isoformat())
    dates = draw(st.dictionaries(around, windows(step), max_size=3))
    noon = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    grid = draw(st.sampled_from([1, 900, 3600]))
    start = noon + draw(st.integers(-2 * 86_400 // grid, 86_400 // grid)) * grid
    return {"zone": zone, "weekly": weekly, "dates": dates}, start, grid


def week_seconds(calendar: dict[str, Any]) -> int:
    total = 0
    for rows in calendar["weekly"].values():
        for a, b in rows:
            length = (int(b[:2]) - int(a[:2])) * 3600 + (int(b[3:]) - int(a[3:])) * 60
            total += length if length > 0 else length + 86_400
    return total


@st.composite
def clocks(draw: st.DrawFn) -> dict[str, Any]:
    """A whole clock: calendar, target, warnings, events in the order in which they were recorded, now."""
    calendar, start, grid = draw(calendars())
    # Windows of neighbouring days can overlap, and then a week holds less than their sum.
    most = min(20 * 3600, week_seconds(calendar))
    targets = st.integers(0, most // min(grid, most)).map(lambda n: n * grid)
    warn = st.one_of(
        st.integers(1, 100).map(lambda n: {"percent": n}),
        st.integers(0, 8).map(lambda n: {"seconds_before": n * 900}),
    )
    span = 8 * 86_400 // grid
    events: list[dict[str, Any]] = [{"at": start, "kind": "start", "seq": 0}]
    kinds = ["pause", "pause", "pause", "resume", "resume", "resume", "satisfy", "cancel", "reopen", "retarget"]
    for offset in sorted(draw(st.lists(st.integers(0, span), max_size=10))):
        kind = draw(st.sampled_from(kinds))
        event = {"at": start + offset * grid, "kind": kind, "seq": len(events), "party": None}
        if kind in ("pause", "resume"):
            event["party"] = draw(st.sampled_from([None, "client", "vendor"]))
        if kind == "retarget":
            event["target"] = draw(targets)
            event["mode"] = draw(st.sampled_from(["carry_elapsed", "retroactive", "fresh", "carry_fraction"]))
        events.append(event)
    return {
        "calendar": calendar,
        "target": draw(targets),
        "warn": draw(st.lists(warn, max_size=3, unique_by=str)),
        "events": events,
        "now": start + draw(st.integers(0, span)) * grid,
        "pausing": draw(st.sampled_from([[], [], ["client"], ["vendor"], ["client", "vendor"], ["provider"]])),
    }
