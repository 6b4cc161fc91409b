"""Checks, their limits and states: what is watched, how it stands, and whether it is asked at all."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.aggregates import BitXor
from django.db.models import (
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Max,
    Min,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat
from django.db.models.lookups import LessThan
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import NotFound
from monitoring import addresses
from monitoring.models import Check, Threshold
from monitoring.polling.evaluate import UNKNOWN_AFTER
from monitoring.samples.charting import Series, read_series
from monitoring.values import as_written, limit_text, metric_label
from monitoring.words import Health

# Worst first: the state of a system is the worst of what is measured on its production.

# Worst first: the state of a system is the worst of what is measured on its production.
WORST = (Health.DOWN, Health.DEGRADED, Health.UNKNOWN, Health.MAINTENANCE, Health.HEALTHY, Health.PAUSED)


# Limits that are broken, or whose value has gone.
_TELLING = Q(health=Health.DEGRADED) | Q(health=Health.UNKNOWN, missing_streak__gte=UNKNOWN_AFTER)


@dataclass(frozen=True, slots=True)
class HealthView:
    """Where a system stands. ``note`` says how old that is where it is old."""

    state: str
    note: str
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class MetricView:
    """One measured value of a system with its agreed limit."""

    key: str
    check_id: uuid.UUID
    check_id_text: str
    name: str
    label: str
    value: float | None
    last_text: str
    unit_text: str
    threshold_text: str
    tone: str


def checks(system_id: uuid.UUID | None = None) -> QuerySet[Check]:
    """The checks of the agency or of one system, by name."""
    rows = Check.objects.order_by("name")
    return rows.filter(system_id=system_id) if system_id else rows


def watched_systems(system_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the systems that have an enabled check of their production."""
    rows = Check.objects.filter(system_id__in=list(system_ids), enabled=True, environment__kind="production")
    return set(rows.order_by().values_list("system_id", flat=True).distinct())


def check(check_id: uuid.UUID | str) -> Check:
    """One check; NotFound otherwise."""
    row = Check.objects.find(id=check_id)
    if row is None:
        raise NotFound(_("There is no such check."), field="check")
    return row


def thresholds() -> QuerySet[Threshold]:
    """Every agreed limit."""
    return Threshold.objects.select_related("source_check").order_by("-id")


def thresholds_of(check_id: uuid.UUID) -> QuerySet[Threshold]:
    """The agreed limits of one check."""
    return Threshold.objects.filter(source_check_id=check_id).order_by("metric", "comparison")


def threshold(threshold_id: uuid.UUID) -> Threshold:
    """One limit; NotFound otherwise."""
    row = Threshold.objects.find(id=threshold_id)
    if row is None:
        raise NotFound(_("There is no such threshold."))
    return row


def system_health(system_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, HealthView]:
    """Where each system stands: the worst of its enabled production checks and their limits. Two queries for all."""
    ids = list(system_ids)
    rows = list(
        Check.objects.filter(system_id__in=ids, enabled=True, environment__kind="production").select_related("system")
    )
    limits = _telling_limits([row.id for row in rows])
    grouped: dict[uuid.UUID, list[Check]] = {}
    for row in rows:
        grouped.setdefault(row.system_id, []).append(row)
    return {system_id: _health(grouped.get(system_id, []), limits) for system_id in ids}


def system_states() -> dict[uuid.UUID, str]:
    """Where every watched system stands, as ``system_health`` says it, at the cost of a row a system."""
    quiet = F("interval_seconds") * Value(timedelta(seconds=3)) + Value(timedelta(seconds=15))
    watched = Check.objects.filter(enabled=True, environment__kind="production")
    # As an expression of its own, so that the sum of a time and a stretch is one for the database too.
    silent = Q(last_finished_at__lt=Value(now()) - ExpressionWrapper(quiet, DurationField()))
    rows = watched.values_list("system_id", "system__paused_at").annotate(
        silent=Count("id", filter=silent), worst=Min(_place_of("health"))
    )
    told = Threshold.objects.filter(
        _TELLING, source_check__enabled=True, source_check__environment__kind="production"
    ).values_list("source_check__system_id")
    limits = dict(told.annotate(worst=Min(_place_of("health"))))
    return {
        system_id: Health.PAUSED
        if paused
        else Health.UNKNOWN
        if silent_count
        else WORST[min(worst, limits.get(system_id, worst))]
        for system_id, paused, silent_count, worst in rows
    }


def _place_of(column: str) -> Case:
    """The place of a state among the worst, which the database finds without sorting words."""
    return Case(*(When(**{column: state}, then=place) for place, state in enumerate(WORST)))


def check_states(rows: Iterable[Check]) -> dict[uuid.UUID, str]:
    """Where each check stands together with its limits: answering with a bad value is not healthy. One query."""
    found = list(rows)
    limits = _telling_limits([row.id for row in found])
    states = {row.id: [row.health, *limits.get(row.id, [])] for row in found}
    return {row.id: Health.PAUSED if not row.enabled else min(states[row.id], key=WORST.index) for row in found}


def _telling_limits(check_ids: list[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """The states of limits that say something, by check.

    A limit that has had no value yet says nothing. One that is broken makes a system worse, and one whose value has
    gone makes it unknown.
    """
    rows = Threshold.objects.filter(_TELLING, source_check_id__in=check_ids)
    limits: dict[uuid.UUID, list[str]] = {}
    for check_id, health in rows.values_list("source_check_id", "health"):
        limits.setdefault(check_id, []).append(health)
    return limits


def _health(rows: list[Check], limits: dict[uuid.UUID, list[str]]) -> HealthView:
    if not rows:
        return HealthView(Health.UNKNOWN, _("no check yet"), None)
    if rows[0].system.paused_at:
        return HealthView(Health.PAUSED, "", None)
    states = [row.health for row in rows]
    states += [health for row in rows for health in limits.get(row.id, [])]
    last = max((row.last_finished_at for row in rows if row.last_finished_at), default=None)
    stale = [row for row in rows if row.last_finished_at and row.last_finished_at < now() - _quiet(row)]
    if stale:
        return HealthView(Health.UNKNOWN, _("no data since %(time)s") % {"time": f"{last:%H:%M}"}, last)
    return HealthView(min(states, key=WORST.index), "", last)


def _quiet(row: Check) -> timedelta:
    return timedelta(seconds=3 * row.interval_seconds + 15)


def metrics_of(system_id: uuid.UUID) -> list[MetricView]:
    """What is measured on a system, its production first; of each check those with an agreed limit first."""
    rows = Check.objects.filter(system_id=system_id, enabled=True).select_related("environment")
    rows = rows.order_by("-environment__kind", "name")
    return [view for row in rows for view in metrics_of_check(row)]


def production_metrics(system_id: uuid.UUID) -> list[MetricView]:
    """What is measured on a system's production, of which alone something is promised."""
    rows = Check.objects.filter(system_id=system_id, enabled=True, environment__kind="production")
    return [view for row in rows.select_related("environment").order_by("name") for view in metrics_of_check(row)]


def metrics_of_check(row: Check) -> list[MetricView]:
    """What one check measures, in the same order."""
    limits = {limit.metric: limit for limit in thresholds_of(row.id)}
    units = {item["name"]: item.get("unit", "") for item in row.metrics}
    in_order = sorted(row.measured, key=lambda one: (one == "latency", one not in limits))
    return [_metric(row, name, units.get(name, "s"), limits.get(name)) for name in in_order]


def _metric(row: Check, name: str, unit: str, limit: Threshold | None) -> MetricView:
    value = row.last_values.get(name)
    shown, beside = ("", "" if unit == "ratio" else unit) if value is None else as_written(value, unit)
    return MetricView(
        key=f"metric-{str(row.id)[-6:]}-{name}",
        check_id=row.id,
        check_id_text=str(row.id),
        name=name,
        label=_in_environment(row, metric_label(name)),
        value=value,
        last_text=shown,
        unit_text=beside,
        threshold_text=limit_text(limit, unit) if limit else "",
        tone="bad" if limit and limit.health == Health.DEGRADED else "",
    )


def _in_environment(row: Check, label: str) -> str:
    """The label, with where it was measured unless that is production, of which alone something is promised."""
    kind = row.environment.kind
    return label if kind == "production" else f"{label} · {row.environment.get_kind_display()}"


def freshness(system_id: uuid.UUID) -> str:
    """A mark that changes with every answer of the system."""
    newest = Check.objects.filter(system_id=system_id).aggregate(at=Max("last_finished_at"))["at"]
    return f"{newest.timestamp():.2f}" if newest else "none"


def health_token() -> str:
    """A mark that changes when any check changes its state. A state that turns good by itself is no news to anybody,
    so pages that show health cannot rely on the outbox alone."""
    said = Func(Concat(Cast("id", TextField()), "health"), function="hashtext", output_field=IntegerField())
    return f"{Check.objects.aggregate(mark=BitXor(said))['mark'] or 0:x}"


def version_token() -> str:
    """A mark that changes with every answer of any check that the scope can see."""
    # Read from all of them: an index for it would cost every answer of every check a write.
    latest = Check.objects.aggregate(at=Max("last_finished_at"))["at"]
    return f"{latest.timestamp():.2f}" if latest else "none"


def unpolled_checks() -> int:
    """How many enabled checks have gone unasked for two intervals and more. For the auditor, in its own scope."""
    return Check.objects.filter(is_unpolled(), enabled=True).count()


def is_unpolled() -> Q:
    """Whether an enabled check should have been asked for two intervals and more, and was not."""
    quiet = F("interval_seconds") * Value(timedelta(seconds=2)) + Value(timedelta(seconds=60))
    # As an expression of its own, so that the sum of a time and a stretch is one for the database too.
    asked_before = Value(now()) - ExpressionWrapper(quiet, DurationField())
    last = Coalesce("last_finished_at", "created_at")
    return Q(LessThan(last, asked_before), next_due_at__isnull=False)


def shown_url(url: str) -> str:
    """A check's address without what could be a secret in it."""
    return addresses.shown_url(url)


def series(check_id: uuid.UUID, metric: str, start: datetime, end: datetime) -> Series:
    """What a chart of one metric shows of ``[start, end)``; a gap where nothing was measured."""
    return read_series(check(check_id), metric, start, end)
