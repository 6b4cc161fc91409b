"""Clocks as people see them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import NotFound
from slas.clocks.judgement import history, judge_clock
from slas.clocks.models import Clock, ClockNotice
from slas.engine import Judgement, countdown_text, explain, from_instant, to_instant
from slas.events import BREACH
from slas.policies.selectors import metric_label
from slas.states import ClockState
from slas.words import Metric

# How long a deadline may have passed before the auditor calls it forgotten. A sweep comes every half second.
FORGOTTEN_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class SegmentView:
    """One stretch of a clock's time: open (counted), closed, paused or stopped. The lengths add up exactly."""

    kind: str
    starts_at: datetime
    ends_at: datetime
    seconds: int
    waiting_on: str


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock at one moment, the same on dashboard, portal and API. Seconds are open time of its calendar.

    ``due_at`` of a paused clock is as if it were resumed now. ``overrun_seconds`` is None where nothing was missed;
    ``warn_percent`` is where on the bar its first warning stands.
    """

    id: uuid.UUID
    subject_type: str
    subject_id: uuid.UUID
    client_id: uuid.UUID
    metric: str
    label: str
    severity: str
    state: str
    state_label: str
    started_at: datetime
    due_at: datetime | None
    remaining_seconds: int
    consumed_seconds: int
    target_seconds: int
    used_percent: int
    warn_percent: int | None
    breached_at: datetime | None
    satisfied_at: datetime | None
    ended_at: datetime | None
    overrun_seconds: int | None
    waiting_on: str
    is_guarantee: bool
    zone: str
    sentence: str
    segments: tuple[SegmentView, ...]


def clocks() -> QuerySet[Clock]:
    """All clocks, newest first."""
    return Clock.objects.order_by("-created_at", "-id")


def clock(clock_id: uuid.UUID) -> Clock:
    """One clock; NotFound otherwise."""
    row: Clock | None = Clock.objects.find(id=clock_id)
    if row is None:
        raise NotFound(_("There is no such clock."))
    return row


def clocks_of(subject_type: str, subject_id: uuid.UUID | str) -> list[Clock]:
    """The clocks of one subject in the order of its promises, a repeating one by cycle."""
    rows = Clock.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return sorted(rows, key=lambda row: (Metric.values.index(row.metric), row.cycle))


def current(clocks: Sequence[Clock]) -> list[Clock]:
    """The newest cycle of each promise, in the given order: what a person wants to see of a promise that repeats."""
    newest: dict[str, int] = {}
    for row in clocks:
        newest[row.metric] = max(newest.get(row.metric, 0), row.cycle)
    return [row for row in clocks if row.cycle == newest[row.metric]]


def open_clocks() -> QuerySet[Clock]:
    """The clocks that still run or wait, the one that is due first in front."""
    return Clock.objects.filter(ended_at=None).order_by("due_at", "id")


def open_clocks_of(subject_type: str, subject_ids: Iterable[uuid.UUID]) -> list[Clock]:
    """The open clocks of several subjects, the one that is due first in front."""
    return list(open_clocks().filter(subject_type=subject_type, subject_id__in=list(subject_ids)))


def nearest_due(subject_type: str) -> Subquery:
    """For a query over subjects: when the open clock of each that is due first is due."""
    rows = open_clocks().filter(subject_type=subject_type, subject_id=OuterRef("id"), due_at__isnull=False)
    return Subquery(rows.order_by("due_at").values("due_at")[:1])


def clock_views(clocks: Sequence[Clock], now: datetime, zone: ZoneInfo | str) -> list[ClockView]:
    """The clocks, in the order given, as they stand at ``now``, worded for a reader in ``zone``. One query for all."""
    if not clocks:
        return []
    rows = history(clocks)
    return [_view(clock, judge_clock(clock, rows[clock.id], now), now, str(zone)) for clock in clocks]


def forgotten_clocks() -> int:
    """How many clocks should have been judged and were not: past their next step, or past their deadline without a
    breach that was announced. For the auditor, which so notices a sweep that runs and tells nobody."""
    late = now() - FORGOTTEN_AFTER
    announced = ClockNotice.objects.filter(agency_id=OuterRef("agency_id"), clock_id=OuterRef("id"), threshold=BREACH)
    unjudged = Q(breached_at=None) & ~Q(state=ClockState.PAUSED, next_fire_at=None)
    silent = Q(breached_at__isnull=False) & ~Exists(announced)
    overdue = Q(ended_at=None, due_at__lt=late) & (unjudged | silent)
    return Clock.objects.filter(overdue | Q(next_fire_at__lt=late)).count()


def _view(clock: Clock, judgement: Judgement, moment: datetime, zone: str) -> ClockView:
    target = judgement.target_seconds
    missed = judgement.breached_at is not None
    ended = judgement.cancelled_at if judgement.satisfied_at is None else judgement.satisfied_at
    return ClockView(
        id=clock.id,
        subject_type=clock.subject_type,
        subject_id=clock.subject_id,
        client_id=clock.client_id,
        metric=clock.metric,
        label=metric_label(clock.metric),
        severity=clock.severity,
        state=judgement.state,
        state_label=str(ClockState(judgement.state).label),
        started_at=clock.started_at,
        due_at=_moment(judgement.due_at),
        remaining_seconds=judgement.remaining_seconds,
        consumed_seconds=judgement.consumed_seconds,
        target_seconds=target,
        used_percent=100 if missed or not target else min(100, 100 * judgement.used_seconds // target),
        warn_percent=_warn_percent(judgement),
        breached_at=_moment(judgement.breached_at),
        satisfied_at=_moment(judgement.satisfied_at),
        ended_at=_moment(ended),
        overrun_seconds=judgement.overrun_seconds if missed else None,
        waiting_on=judgement.waiting_on or "",
        is_guarantee=judgement.terms.guarantee,
        zone=judgement.terms.calendar.zone,
        sentence=countdown_text(explain(judgement, to_instant(moment), zone), _),
        segments=tuple(
            SegmentView(s.kind, from_instant(s.from_), from_instant(s.to), s.seconds, s.party or "")
            for s in judgement.segments
        ),
    )


def _warn_percent(judgement: Judgement) -> int | None:
    target = judgement.target_seconds
    if not judgement.warnings or not target:
        return None
    return min(100 * warning.warn.threshold(target) // target for warning in judgement.warnings)


def _moment(instant: int | None) -> datetime | None:
    return None if instant is None else from_instant(instant)
