"""The last day and the last week of many checks at once, for lists: a fixed number of queries, whatever they show."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, DateTimeField, F, Func, Max, Min, Q, Value
from django.utils.translation import gettext as _

from core.clock import now
from monitoring.alerts.readings import agreed_text, is_fresh
from monitoring.alerts.selectors import evidence_metric
from monitoring.checks.selectors import is_unpolled
from monitoring.limits import unit_of
from monitoring.maintenance import selectors as maintenance
from monitoring.models import Alert, Check, Rollup
from monitoring.uptime.days import Day
from monitoring.uptime.months import BUCKET, DOWN, UP
from monitoring.values import metric_label, value_text
from monitoring.words import CheckKind

POINTS, STEP = 48, timedelta(minutes=30)
DAYS, DAY = 7, 86_400

Metric = tuple[uuid.UUID, str]


@dataclass(frozen=True, slots=True)
class Trend:
    """The value behind an alert over the last day: the worst of each half hour, None where there was none; the limit
    that was agreed; and what it shows in words."""

    values: tuple[float | None, ...]
    limit: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Polling:
    """When the last answer came of what is asked, and how many checks should have been asked since and were not."""

    last_at: datetime
    late: int


def alerts_behind(incident_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Alert]:
    """The alert that says most of each incident: one that goes on before one that ended, one of a limit first."""
    rows = Alert.objects.filter(incident_id__in=incident_ids).select_related("threshold", "source_check")
    best = (F("recovered_at").desc(nulls_first=True), F("threshold_id").desc(nulls_last=True))
    found = rows.order_by("incident_id", *best, "fired_at").distinct("incident_id")
    return {row.incident_id: row for row in found if row.incident_id}


def trends(alerts: Iterable[Alert]) -> dict[uuid.UUID, Trend]:
    """The value behind each alert, by the alert's id. One query; limit and check are to be loaded."""
    rows = list(alerts)
    worst = _worst({(row.source_check_id, evidence_metric(row)) for row in rows})
    return {row.id: _trend(row, worst[row.source_check_id, evidence_metric(row)]) for row in rows}


def _worst(wanted: Collection[Metric]) -> Mapping[Metric, dict[int, tuple[float, float]]]:
    """The lowest and the highest value of each half hour, by its place."""
    found: dict[Metric, dict[int, tuple[float, float]]] = defaultdict(dict)
    if not wanted:
        return found
    start, which = _start(), reduce(or_, (Q(check_id=check, metric=metric) for check, metric in wanted))
    half_hour = Func(Value(STEP), F("bucket"), Value(start), function="date_bin", output_field=DateTimeField())
    rows = Rollup.objects.filter(which, seconds=BUCKET, bucket__gte=start).annotate(half_hour=half_hour)
    grouped = rows.values("check_id", "metric", "half_hour").annotate(low=Min("minimum"), high=Max("maximum"))
    for row in grouped:
        place = (row["half_hour"] - start) // STEP
        found[row["check_id"], row["metric"]][place] = (row["low"], row["high"])
    return found


def _start() -> datetime:
    """When the first half hour begins; the last is the one that runs."""
    at, seconds = now(), STEP.total_seconds()
    return at - timedelta(seconds=at.timestamp() % seconds) - (POINTS - 1) * STEP


def _trend(alert: Alert, worst: Mapping[int, tuple[float, float]]) -> Trend:
    limit, check = alert.threshold, alert.source_check
    low_is_bad = limit is not None and limit.comparison == "below"
    side = 0 if low_is_bad else 1
    values = [worst[place][side] if place in worst else None for place in range(POINTS)]
    held = _held(values, check)
    latest = check.last_values.get(evidence_metric(alert)) if is_fresh(check) else None
    if latest is not None:
        held[-1] = latest
    return Trend(tuple(held[:POINTS]), limit.limit if limit else None, _said(alert, latest))


def _held(values: list[float | None], check: Check) -> list[float | None]:
    """A value stands for the interval it was asked at, which may be longer than half an hour; beyond that is a gap."""
    reach, found = -(-check.interval_seconds // int(STEP.total_seconds())), list(values)
    for place, value in enumerate(values):
        if value is not None:
            for later in range(place + 1, min(place + reach, len(values))):
                found[later] = value if values[later] is None else found[later]
    return found


def _said(alert: Alert, latest: float | None) -> str:
    """ "Resolution rate: 71 % now, agreed at least 77 %"."""
    metric, limit = evidence_metric(alert), alert.threshold
    unit = limit.unit if limit else unit_of(alert.source_check, metric)
    words = {
        "label": metric_label(metric),
        "value": _("no value") if latest is None else value_text(latest, unit),
        "agreed": agreed_text(limit) if limit else "",
    }
    said = _("%(label)s: %(value)s now, agreed %(agreed)s") if limit else _("%(label)s: %(value)s now")
    # At the end of a line a round figure is enough.
    return (said % words).replace(".0 %", " %")


def weeks(client_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[Day, ...]]:
    """The last seven days of each client, in UTC, today the last, by what its production checks measured. Three
    queries."""
    today = now().astimezone(UTC).date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    shares, planned = _shares(client_ids, days[0]), _planned(client_ids, days)
    return {
        client_id: tuple(
            Day(day, shares.get((client_id, day)), (client_id, day) in planned, mixed=True) for day in days
        )
        for client_id in client_ids
    }


def _shares(client_ids: Collection[uuid.UUID], first: date) -> dict[tuple[uuid.UUID, date], float]:
    """Per cent of the worst check, by client and day."""
    asked = Check.objects.filter(client_id__in=client_ids, environment__kind="production").exclude(kind=CheckKind.PUSH)
    owners = dict(asked.order_by().values_list("id", "client_id"))
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    rows = Rollup.objects.filter(check_id__in=owners, metric__in=(UP, DOWN), seconds=DAY, bucket__gte=start)
    slots: dict[tuple[uuid.UUID, date], dict[str, int]] = defaultdict(lambda: {UP: 0, DOWN: 0})
    for check_id, metric, bucket, count in rows.values_list("check_id", "metric", "bucket", "count"):
        slots[check_id, bucket.astimezone(UTC).date()][metric] = count
    found: dict[tuple[uuid.UUID, date], float] = {}
    for (check_id, day), counted in slots.items():
        # Rounded down, as uptime is everywhere, so that one bad slot never reads as 100.
        share = counted[UP] * 100_000 // (counted[UP] + counted[DOWN]) / 1000
        found[owners[check_id], day] = min(share, found.get((owners[check_id], day), share))
    return found


def _planned(client_ids: Collection[uuid.UUID], days: list[date]) -> set[tuple[uuid.UUID, date]]:
    """The days on which maintenance was planned, by client."""
    first = datetime(days[0].year, days[0].month, days[0].day, tzinfo=UTC)
    rows = maintenance.windows().filter(client_id__in=client_ids, ends_at__gt=first, starts_at__lt=now())
    return {
        (client_id, day)
        for client_id, starts_at, ends_at in rows.values_list("client_id", "starts_at", "ends_at")
        for day in days
        if starts_at.astimezone(UTC).date() <= day <= ends_at.astimezone(UTC).date()
    }


def polling() -> Polling | None:
    """How asking goes; None where nothing is asked."""
    polled = ~Q(kind=CheckKind.PUSH)
    found = Check.objects.filter(enabled=True).aggregate(
        last_at=Max("last_finished_at", filter=polled), late=Count("id", filter=is_unpolled())
    )
    return Polling(**found) if found["last_at"] else None
