"""Samples and rollups, as SQL on arrays, a batch at a time.

``INSERT … SELECT unnest`` with ``ON CONFLICT`` because COPY is refused under row-level security and could not drop the
second copy of a redelivered result.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

import structlog
from django.db import DatabaseError, connection, transaction

from core.tenancy.bulk import array
from monitoring.models import Check
from monitoring.samples.partitions import make_partitions

RESOLUTIONS = (300, 3600, 86_400)

log = structlog.get_logger(__name__)


class Value(NamedTuple):
    """One sample."""

    agency_id: uuid.UUID
    client_id: uuid.UUID
    check_id: uuid.UUID
    metric: str
    slot: datetime
    value: float


def insert(values: Sequence[Value]) -> int:
    """Stores samples and returns how many were new; one that is there already stays as it is."""
    if not values:
        return 0
    make_days({value.slot.date() for value in values})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO monitoring_sample (agency_id, client_id, check_id, metric, slot, value)"
            " SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[], %s::float8[])"
            " ON CONFLICT DO NOTHING",
            [
                array(value.agency_id for value in values),
                array(value.client_id for value in values),
                array(value.check_id for value in values),
                array(value.metric for value in values),
                array(value.slot for value in values),
                array(value.value for value in values),
            ],
        )
        return int(cursor.rowcount)


def make_days(days: Iterable[date]) -> None:
    """Makes the partitions of these days where they are missing; one that is there costs a look.

    A day that cannot be made now goes to the default partition, which the auditor watches, and keeps no value and no
    other day from being stored.
    """
    for day in sorted(days):
        try:
            with transaction.atomic():
                make_partitions(first=day, days=1)
        except DatabaseError as error:
            log.error("a day has no partition of its own", day=str(day), error=type(error).__name__)


def write_samples(check: Check, metric: str, points: Iterable[tuple[datetime, float]]) -> None:
    """Samples of one metric of one check, for history that is brought in."""
    insert([Value(check.agency_id, check.client_id, check.id, metric, at, value) for at, value in points])


def write_rollups(
    check: Check,
    metric: str,
    seconds: int,
    buckets: Sequence[tuple[datetime, float]],
    *,
    count: int,
    ends: Sequence[tuple[float, float]] = (),
) -> None:
    """Rollups of one metric of one check, for history that is brought in; each bucket with its mean, and with its
    lowest and highest value where they are known."""
    known = ends or [(mean, mean) for _at, mean in buckets]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO monitoring_rollup (agency_id, client_id, check_id, metric, seconds, bucket, count, total,"
            " minimum, maximum) SELECT %s, %s, %s, %s, %s, at, %s, mean * %s, low, high"
            " FROM unnest(%s::timestamptz[], %s::float8[], %s::float8[], %s::float8[]) AS given(at, mean, low, high)"
            " ON CONFLICT DO NOTHING",
            [
                check.agency_id,
                check.client_id,
                check.id,
                metric,
                seconds,
                count,
                count,
                [at for at, _mean in buckets],
                [mean for _at, mean in buckets],
                [low for low, _high in known],
                [high for _low, high in known],
            ],
        )


def roll_up(*, seconds: int, start: datetime, end: datetime) -> int:
    """Recomputes the buckets of one resolution in ``[start, end)``; the same again gives the same. Returns rows."""
    source = (
        "SELECT agency_id, client_id, check_id, metric, slot AS at, 1 AS count, value AS total, value AS minimum,"
        " value AS maximum FROM monitoring_sample WHERE slot >= %s AND slot < %s"
        if seconds == RESOLUTIONS[0]
        else "SELECT agency_id, client_id, check_id, metric, bucket AS at, count, total, minimum, maximum"
        f" FROM monitoring_rollup WHERE seconds = {RESOLUTIONS[RESOLUTIONS.index(seconds) - 1]}"
        " AND bucket >= %s AND bucket < %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO monitoring_rollup (agency_id, client_id, check_id, metric, seconds, bucket, count, total,"
            " minimum, maximum) SELECT agency_id, client_id, check_id, metric, %s,"
            " date_bin(make_interval(secs => %s), at, '2000-01-01Z'),"
            " sum(count), sum(total), min(minimum), max(maximum)"
            f" FROM ({source}) AS source GROUP BY 1, 2, 3, 4, 6"
            " ON CONFLICT (check_id, metric, seconds, bucket) DO UPDATE SET count = excluded.count,"
            " total = excluded.total, minimum = excluded.minimum, maximum = excluded.maximum",
            [seconds, seconds, start, end],
        )
        return int(cursor.rowcount)
