"""Who the time was with: the wall time of promises split into us, whoever was waited on, and closed hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from slas.models import Clock, Metric
from slas.services.judging import history, judge_clock

US, CLOSED = "us", "closed"
# In the order of the charts; "unnamed" is a pause that names nobody.
SIDES = (US, "client", "vendor", "provider", "window", "unnamed", CLOSED)


def resolutions(clocks: Iterable[Clock]) -> list[Clock]:
    """Those that run over the whole of their subject."""
    return [clock for clock in clocks if clock.metric == Metric.RESOLUTION]


def time_by_side(clocks: Sequence[Clock], at: datetime) -> Counter[str]:
    """Seconds by side, which add up to the wall time of the clocks from start to end (or to ``at``) but what stood
    still between an end and a reopening."""
    rows = history(clocks)
    found: Counter[str] = Counter()
    for clock in clocks:
        for segment in judge_clock(clock, rows[clock.id], at).segments:
            if segment.kind == "paused":
                found[segment.party if segment.party in SIDES else "unnamed"] += segment.seconds
            elif segment.kind != "stopped":
                found[US if segment.kind == "open" else CLOSED] += segment.seconds
    return found
