"""Uptime of a system from its checks: what was measured, what was not, what was planned, all of it stated.

A slot of a check is up where its answer came and could be read, and down where it failed for the target's own reasons.
A slot without either was not measured: we were not looking, or the trouble was ours. It counts neither way. The
uptime of a system is that of the worst of its production checks, so that no good check hides a bad one.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

from monitoring.models import Check, Rollup
from monitoring.uptime.intervals import read
from monitoring.words import CheckKind

# The metric that says a slot was up, because only an answer has a latency, and the one that says it was down.
UP, DOWN = "latency", "down"
BUCKET, HOUR = 300, 3600

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Uptime:
    """Seconds of one check in a period, by what is known of them. They add up to ``seconds``."""

    check_id: uuid.UUID
    name: str
    seconds: int
    up: int
    down: int
    # Planned maintenance, whatever was measured in it.
    maintenance: int
    maintenance_down: int

    @property
    def unmeasured(self) -> int:
        """Time of which nothing is known."""
        return max(0, self.seconds - self.up - self.down - self.maintenance)

    def share(self, *, maintenance_counts: bool) -> float | None:
        """Per cent of the measured time, rounded down to a thousandth, so that one bad slot never reads as 100; None
        of nothing measured."""
        down = self.down + (self.maintenance_down if maintenance_counts else 0)
        measured = self.up + down
        return (self.up * 100_000 // measured) / 1000 if measured else None


def uptime(system_id: uuid.UUID, start: datetime, end: datetime, windows: Sequence[Stretch]) -> list[Uptime]:
    """Each production check that asks, the worst first. ``windows`` is planned maintenance; it counts by buckets of
    five minutes that begin in it."""
    rows = Check.objects.filter(system_id=system_id, environment__kind="production").exclude(kind=CheckKind.PUSH)
    found = [_of_check(row, start, end, windows) for row in rows.order_by("name")]
    return sorted(
        found, key=lambda one: (one.share(maintenance_counts=False) is None, one.share(maintenance_counts=False) or 0.0)
    )


def _of_check(check: Check, start: datetime, end: datetime, windows: Sequence[Stretch]) -> Uptime:
    # Whole buckets, so that what is known and what is not add up to the period.
    since, until = _floor(max(start, _began(check)), BUCKET), _floor(end, BUCKET)
    planned = merged([(_floor(max(a, since), BUCKET), _floor(min(b, until), BUCKET)) for a, b in windows])
    total, inside = _seconds(check, [(since, until)]), _seconds(check, planned)
    return Uptime(
        check_id=check.id,
        name=check.name,
        seconds=max(0, int((until - since).total_seconds())),
        up=total[UP] - inside[UP],
        down=total[DOWN] - inside[DOWN],
        maintenance=sum(int((b - a).total_seconds()) for a, b in planned),
        maintenance_down=inside[DOWN],
    )


def _seconds(check: Check, stretches: Sequence[Stretch]) -> Counter[str]:
    """How long it was up and down in these stretches: each slot stands for the interval that it was asked at."""
    found: Counter[str] = Counter()
    for a, b, every in _by_interval(check, stretches):
        for metric, slots in _slots(check, a, b).items():
            found[metric] += slots * every
    return found


def _by_interval(check: Check, stretches: Sequence[Stretch]) -> Iterator[tuple[datetime, datetime, int]]:
    """The stretches, cut where the interval was changed."""
    past = read(check.past_intervals)
    for start, end in stretches:
        since = start
        for until, seconds in past:
            if since < until:
                yield since, min(until, end), seconds
                since = min(until, end)
        if since < end:
            yield since, end, check.interval_seconds


def _slots(check: Check, start: datetime, end: datetime) -> Counter[str]:
    """Hours where they are whole, which are twelve times fewer rows, and five minutes at the edges."""
    first, last = _floor(start + timedelta(seconds=HOUR - 1), HOUR), _floor(end, HOUR)
    if first >= last:
        return _counts(check, start, end, BUCKET)
    return _counts(check, start, first, BUCKET) + _counts(check, first, last, HOUR) + _counts(check, last, end, BUCKET)


def _counts(check: Check, start: datetime, end: datetime, seconds: int) -> Counter[str]:
    if start >= end:
        return Counter()
    rows = Rollup.objects.filter(
        check_id=check.id, metric__in=(UP, DOWN), seconds=seconds, bucket__gte=start, bucket__lt=end
    )
    return Counter({row["metric"]: row["slots"] for row in rows.values("metric").annotate(slots=Sum("count"))})


def _floor(moment: datetime, seconds: int) -> datetime:
    """The beginning of the bucket in which the moment lies."""
    return moment - timedelta(seconds=moment.timestamp() % seconds)


def _began(check: Check) -> datetime:
    """When it was made, or the first value of a history that was brought in."""
    first = Rollup.objects.filter(check_id=check.id, metric=UP, seconds=HOUR).order_by("bucket").first()
    return min(check.created_at, first.bucket) if first else check.created_at


def merged(stretches: Sequence[Stretch]) -> list[Stretch]:
    """The same time without overlaps, in order, without what is empty."""
    found: list[Stretch] = []
    for a, b in sorted(stretches):
        if a >= b:
            continue
        if found and a <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], b))
        else:
            found.append((a, b))
    return found
