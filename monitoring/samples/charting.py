"""Values over time in buckets that a chart can show: their mean, and beside it the lowest and the highest, so that one
bad value in a month is seen."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeAlias

from django.db.models import Avg, Count, DateTimeField, F, FloatField, Func, Max, Min, Sum, Value
from django.db.models.functions import Cast

from monitoring.models import Check, Rollup, Sample

MOST_BUCKETS = 400
MINUTE, HOUR, DAY = 60, 3600, 86_400
# Seconds of a bucket, of which people can say how long it is.
WIDTHS = (
    *(1, 5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY),
)
ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)
# When it begins, the mean, the lowest and the highest, and how many values.
_Bucket: TypeAlias = tuple[datetime, float, float, float, int]


class Point(NamedTuple):
    """One bucket: when it begins, and the mean, the lowest and the highest of what was measured in it; None of all
    three where nothing was."""

    at: datetime
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """The points of a chart. ``width`` is the seconds of a bucket, 0 where each point is a single value."""

    points: list[Point]
    width: int


def read_series(check: Check, metric: str, start: datetime, end: datetime) -> Series:
    """The values of one metric in ``[start, end)``, in at most some hundred buckets, the first of them whole.

    From raw values for up to a day, else from the rollup that fits, so that the cost does not grow with history.
    """
    span, width = end - start, _width(end - start)
    since = start - (start - ORIGIN) % timedelta(seconds=width)
    read = _of_samples if span <= timedelta(days=1) else _of_rollups
    rows = list(read(check.id, metric, since, end, width))
    step = timedelta(seconds=max(width, check.interval_seconds))
    points = [Point(at, value, low, high) for at, value, low, high, _count in rows]
    return Series(_with_gaps(points, step), 0 if all(row[4] == 1 for row in rows) else width)


def first_and_last(check_id: uuid.UUID, metric: str) -> tuple[datetime, datetime] | None:
    """The first and the last day on which there is a value; None where none was counted yet."""
    rows = Rollup.objects.filter(check_id=check_id, metric=metric, seconds=DAY)
    found = rows.aggregate(first=Min("bucket"), last=Max("bucket"))
    return (found["first"], found["last"]) if found["first"] else None


def _width(span: timedelta) -> int:
    seconds = int(span.total_seconds())
    return next(
        (width for width in WIDTHS if seconds <= width * MOST_BUCKETS), DAY * -(-seconds // DAY // MOST_BUCKETS)
    )


def _of_samples(check_id: uuid.UUID, metric: str, start: datetime, end: datetime, width: int) -> Iterable[_Bucket]:
    rows = Sample.objects.filter(check_id=check_id, metric=metric, slot__gte=start, slot__lt=end)
    found = rows.annotate(bin=_bin("slot", width)).values("bin")
    # A value that stands alone keeps its own time.
    found = found.annotate(begins=Min("slot"), mean=Avg("value"), low=Min("value"), high=Max("value"), many=Count("*"))
    return found.order_by("begins").values_list("begins", "mean", "low", "high", "many")


def _of_rollups(check_id: uuid.UUID, metric: str, start: datetime, end: datetime, width: int) -> Iterable[_Bucket]:
    seconds = 300 if width < HOUR else HOUR if width < DAY else DAY
    rows = Rollup.objects.filter(check_id=check_id, metric=metric, seconds=seconds, bucket__gte=start, bucket__lt=end)
    found = rows.annotate(bin=_bin("bucket", width)).values("bin")
    found = found.annotate(many=Sum("count"), low=Min("minimum"), high=Max("maximum"))
    found = found.annotate(mean=Sum("total") / Cast(Sum("count"), FloatField()))
    return found.order_by("bin").values_list("bin", "mean", "low", "high", "many")


def _bin(field: str, width: int) -> Func:
    return Func(
        Value(timedelta(seconds=width)), F(field), Value(ORIGIN), function="date_bin", output_field=DateTimeField()
    )


def _with_gaps(points: list[Point], step: timedelta) -> list[Point]:
    """A missing stretch is a gap, never a bridge."""
    found: list[Point] = []
    usual = max(step, (points[-1].at - points[0].at) / max(1, len(points) - 1)) if points else step
    for point in points:
        if found and point.at - found[-1].at > 2.5 * usual:
            found.append(Point(found[-1].at + usual, None))
        found.append(point)
    return found
