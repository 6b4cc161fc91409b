"""Who the time was with: the wall time of promises split into us, whoever was waited on, and closed hours."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from slas.clocks.judgement import Happened, history, judge_clock
from slas.clocks.models import Clock
from slas.words import Metric, Party

US, CLOSED = "us", "closed"
# In the order of the charts; "unnamed" is a pause that names nobody.
SIDES = (US, *Party.values, "unnamed", CLOSED)


def resolutions(clocks: Iterable[Clock]) -> list[Clock]:
    """Those that run over the whole of their subject."""
    return [clock for clock in clocks if clock.metric == Metric.RESOLUTION]


def time_by_side(clocks: Sequence[Clock], at: datetime) -> Counter[str]:
    """Seconds by side, which add up to the wall time of the clocks from start to end (or to ``at``) but what stood
    still between an end and a reopening."""
    rows = history(clocks)
    return sum((_sides(clock, rows[clock.id], at) for clock in clocks), Counter[str]())


def _sides(clock: Clock, rows: Iterable[Happened], at: datetime) -> Counter[str]:
    found: Counter[str] = Counter()
    for segment in judge_clock(clock, rows, at).segments:
        if segment.kind == "paused":
            found[segment.party if segment.party in SIDES else "unnamed"] += segment.seconds
        elif segment.kind != "stopped":
            found[US if segment.kind == "open" else CLOSED] += segment.seconds
    return found


def pauses_of(clocks: Sequence[Clock], at: datetime) -> dict[uuid.UUID, list[tuple[str, int, str]]]:
    """By clock: each side that had its time, with the seconds and the reason that was given first, us in front.

    Closed hours are nobody's and left out.
    """
    rows, found = history(clocks), dict[uuid.UUID, list[tuple[str, int, str]]]()
    for clock in clocks:
        reasons: dict[str, str] = {}
        for row in rows[clock.id]:
            if row.kind == "pause":
                reasons.setdefault(row.party, row.reason)
        sides = _sides(clock, rows[clock.id], at)
        known = [side for side in SIDES if sides[side] and side != CLOSED]
        found[clock.id] = [(side, sides[side], reasons.get(side, "")) for side in known]
    return found
