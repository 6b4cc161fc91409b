"""Uptime of a system day by day, for a strip that is read at a glance; the months beside it are counted to the slot."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitoring.models import Check, Rollup
from monitoring.uptime.months import DOWN, HOUR, UP, Stretch
from monitoring.words import CheckKind

# Per cent of a day from which on it was well, and from which on it was not more than troubled; wherever a strip is.
WELL, TROUBLED = 99.9, 99.0


@dataclass(frozen=True, slots=True)
class Day:
    """One day: per cent of the worst check's measured time, None of nothing measured, and whether maintenance was
    planned on it. ``mixed`` where the share counts the planned hours too, and so says nothing bad of such a day."""

    day: date
    share: float | None
    planned: bool
    mixed: bool = False

    @property
    def state(self) -> str:
        """The state word of a system that stands for the day; empty where nothing is known."""
        if self.share is None:
            return "maintenance" if self.planned else ""
        if self.share >= WELL:
            return "healthy"
        if self.planned and self.mixed:
            return "maintenance"
        return "degraded" if self.share >= TROUBLED else "down"


def uptime_days(system_id: uuid.UUID, last: date, count: int, zone: ZoneInfo, windows: Sequence[Stretch]) -> list[Day]:
    """So many days up to ``last``. Hours that lie in ``windows``, in whole or in part, are left out."""
    wanted = [last - timedelta(days=back) for back in range(count - 1, -1, -1)]
    slots = _slots(system_id, _midnight(wanted[0], zone), _midnight(last + timedelta(days=1), zone), zone, windows)
    return [Day(day, _worst(slots.get(day, {})), _is_planned(day, zone, windows)) for day in wanted]


def _slots(
    system_id: uuid.UUID, start: datetime, end: datetime, zone: ZoneInfo, windows: Sequence[Stretch]
) -> dict[date, dict[uuid.UUID, Counter[str]]]:
    """The slots that were up and down, by day and check."""
    checks = Check.objects.filter(system_id=system_id, environment__kind="production").exclude(kind=CheckKind.PUSH)
    rows = Rollup.objects.filter(
        check_id__in=list(checks.values_list("id", flat=True)), metric__in=(UP, DOWN), seconds=HOUR
    ).filter(bucket__gte=start, bucket__lt=end)
    found: dict[date, dict[uuid.UUID, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for check_id, metric, bucket, slots in rows.values_list("check_id", "metric", "bucket", "count"):
        if not _meets(bucket, bucket + timedelta(seconds=HOUR), windows):
            found[bucket.astimezone(zone).date()][check_id][metric] += slots
    return found


def _worst(checks: dict[uuid.UUID, Counter[str]]) -> float | None:
    """Rounded down, so that one bad slot never reads as 100."""
    shares = [slots[UP] * 100_000 // (slots[UP] + slots[DOWN]) / 1000 for slots in checks.values()]
    return min(shares, default=None)


def _is_planned(day: date, zone: ZoneInfo, windows: Sequence[Stretch]) -> bool:
    return _meets(_midnight(day, zone), _midnight(day + timedelta(days=1), zone), windows)


def _meets(start: datetime, end: datetime, windows: Sequence[Stretch]) -> bool:
    return any(since < end and until > start for since, until in windows)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
