"""Starts clocks and records what happens to them. Events are appended, never changed; each is judged as it is written.

A subject is whatever the promise is about, such as an incident: its type, its id and its client.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import Conflict, DomainError, NotFound
from slas.calendars.selectors import in_force
from slas.clocks.event_log import (
    NewEvent,
    after_any_miss,
    append,
    emit,
    inherit_pauses,
    latest,
    lock,
    open_pauses,
    past,
    was_dropped,
)
from slas.clocks.judgement import Happened, history, judge_clock, terms_in
from slas.clocks.models import Clock
from slas.engine import Terms
from slas.policies.models import PolicyVersion, Target
from slas.policies.share_locks import offered_policies
from slas.states import ClockState
from slas.words import Metric, Severity

EventName = Literal["pause", "resume", "satisfy", "cancel", "reopen"]
EVENT_NAMES: tuple[EventName, ...] = ("pause", "resume", "satisfy", "cancel", "reopen")
# A next response is promised from a client's message on, not from the start.
AT_START = frozenset(Metric.values) - {Metric.NEXT_RESPONSE}
# What a reopened subject owes again. Its first response was given once and for all.
AFTER_REOPENING = (Metric.MITIGATION, Metric.RESOLUTION)


def start_clocks(
    *,
    subject_type: str,
    subject_id: uuid.UUID,
    client_id: uuid.UUID,
    severity: str,
    policy_version_id: uuid.UUID,
    started_at: datetime,
    request_kind: str = "",
    metrics: Collection[str] | None = None,
) -> list[Clock]:
    """A clock for each promise that the policy makes for this severity and kind; those that exist are left alone.

    The terms are frozen now: the target, and the hours of its calendar in force at ``started_at``, which may lie in
    the past but not in the future. ``metrics`` narrows the promises; by default all that run from the start.
    """
    at = past(started_at, "started_at")
    with transaction.atomic():
        targets = promised_by(policy_version_id, severity, request_kind, metrics or AT_START)
        known = {clock.metric: clock for clock in lock(subject_type, subject_id) if clock.cycle == 1}
        made = [
            new_clock(subject_type, subject_id, client_id, target, at)
            for metric, target in targets.items()
            if metric not in known
        ]
        if not _insert(made):
            return _all(subject_type, subject_id, targets)
        data = {"severity": severity, "policy_version_id": str(policy_version_id), "request_kind": request_kind}
        append(made, {clock.id: NewEvent("start", at, data=data) for clock in made})
        emit("started", subject_type, subject_id, made, at)
        return [known.get(metric) or next(c for c in made if c.metric == metric) for metric in targets]


def record_event(
    *,
    subject_type: str,
    subject_id: uuid.UUID,
    kind: EventName,
    at: datetime,
    metrics: Collection[str] | None = None,
    party: str = "",
    reason: str = "",
    evidence: str = "",
) -> list[Clock]:
    """Appends the event to the subject's open clocks, judges them, and returns them.

    A reopening goes to the newest ended clock of each metric, by default to mitigation, resolution and whatever was
    cancelled with its subject. ``at`` is when it happened, at most now. A clock that started later takes the event at
    its start, unless all did: then it is refused. A miss that happened before stays a miss: a pause begins after it,
    anything else that would undo it is a Conflict.
    """
    if kind not in EVENT_NAMES:
        raise DomainError(_("“%(kind)s” is not something that happens to a clock.") % {"kind": kind}, field="kind")
    moment = past(at, "at")
    with transaction.atomic():
        clocks = _affected(lock(subject_type, subject_id), kind, metrics)
        rows = history(clocks)
        if kind == "reopen" and metrics is None:
            # What a change of severity no longer promised is not owed again either.
            clocks = [clock for clock in clocks if not was_dropped(rows[clock.id])]
        if not clocks:
            return []
        if moment < min(clock.started_at for clock in clocks):
            raise DomainError(_("This cannot have happened before the clock started."), field="at")
        facts = {
            clock.id: NewEvent(kind, _effective(clock, kind, rows[clock.id], moment), party, reason, evidence)
            for clock in clocks
        }
        append(clocks, facts, rows)
        emit(kind, subject_type, subject_id, clocks, moment)
        return clocks


def next_cycle(*, subject_type: str, subject_id: uuid.UUID, metric: str, at: datetime) -> Clock | None:
    """Starts the next instance of a promise that repeats, on the same terms; None where it is not promised.

    The running instance, if there is one, counts as kept at ``at``. Pauses that are open go on in the new one.
    """
    moment = past(at, "at")
    with transaction.atomic():
        clocks = lock(subject_type, subject_id)
        cycles = [clock for clock in clocks if clock.metric == metric]
        if not cycles:
            return None
        last = max(cycles, key=lambda clock: clock.cycle)
        if moment < last.started_at:
            raise DomainError(_("This cannot have happened before the clock started."), field="at")
        if last.ended_at is not None and last.satisfied_at is None:
            # It was called off, by the end of its subject or with a severity that promises no more of them.
            return None
        if last.started_at == moment and last.cycle > 1:
            return last
        running = [clock for clock in clocks if clock.ended_at is None and clock.metric != metric]
        rows = history([last, *running])
        waits = open_pauses([last, *running], rows, moment)
        if last.ended_at is None:
            append([last], {last.id: NewEvent("satisfy", moment)}, rows)
        clock = _follow_up(last, judge_clock(last, rows[last.id], now()).terms, moment)
        clock.save(force_insert=True)
        append([clock], {clock.id: NewEvent("start", moment, data=rows[last.id][0].data)})
        inherit_pauses(clock, waits, moment)
        emit("next_cycle", subject_type, subject_id, [clock], moment)
        return clock


def promised_by(
    policy_version_id: uuid.UUID, severity: str, request_kind: str, metrics: Iterable[str]
) -> dict[str, Target]:
    """As ``targets_for``, for whoever is about to rely on them: what is archived promises nothing new."""
    targets = targets_for(policy_version_id, severity, request_kind, metrics)
    return targets if offered_policies([policy_version_id]) else {}


def targets_for(
    policy_version_id: uuid.UUID, severity: str, request_kind: str, metrics: Iterable[str]
) -> dict[str, Target]:
    """By metric: the target for this very kind of request, else the one for any."""
    if severity not in Severity.values:
        raise DomainError(_("“%(value)s” is not a severity.") % {"value": severity}, field="severity")
    if not PolicyVersion.objects.filter(id=policy_version_id).exists():
        raise NotFound(_("There is no such policy."), field="policy_version_id")
    found = Target.objects.filter(
        version_id=policy_version_id,
        severity=severity,
        request_kind__in={"", request_kind},
        metric__in=list(metrics),
    )
    # The one for any kind has an empty kind, which sorts first and is overwritten.
    rows = found.select_related("calendar_version").order_by("request_kind")
    by_metric = {row.metric: row for row in rows}
    return {metric: by_metric[metric] for metric in Metric.values if metric in by_metric}


def terms_of(target: Target, at: datetime) -> Terms:
    """The target's promise in the hours its calendar has at that moment, so that a new holiday counts from then on."""
    return terms_in(target, in_force(target.calendar_version.calendar_id, at) or target.calendar_version)


def with_kept_date(terms: Terms, before: Terms) -> Terms:
    """The new terms, due on the date that was agreed by hand where there is one: no change of terms undoes that."""
    if before.agreed_at is None:
        return terms
    return replace(terms, target_seconds=None, agreed_at=before.agreed_at)


def new_clock(
    subject_type: str,
    subject_id: uuid.UUID,
    client_id: uuid.UUID,
    target: Target,
    at: datetime,
    cycle: int = 1,
) -> Clock:
    """A clock of that promise, not yet stored, with its terms frozen as of ``at``."""
    return Clock(
        client_id=client_id,
        subject_type=subject_type,
        subject_id=subject_id,
        cycle=cycle,
        metric=target.metric,
        severity=target.severity,
        policy_version_id=target.version_id,
        terms=terms_of(target, at).to_json(),
        started_at=at,
        state=ClockState.NOT_STARTED,
        judged_at=at,
    )


def _follow_up(last: Clock, terms: Terms, at: datetime) -> Clock:
    return Clock(
        client_id=last.client_id,
        subject_type=last.subject_type,
        subject_id=last.subject_id,
        metric=last.metric,
        severity=last.severity,
        cycle=last.cycle + 1,
        policy_version_id=last.policy_version_id,
        terms=terms.to_json(),
        started_at=at,
        state=ClockState.NOT_STARTED,
        judged_at=at,
    )


def _insert(clocks: list[Clock]) -> bool:
    """Writes new clocks; False where somebody else has just started the same ones."""
    try:
        with transaction.atomic():
            Clock.objects.bulk_create(clocks)
    except IntegrityError as error:
        if "slas_clock_once" not in str(error):
            raise
        return False
    return True


def _all(subject_type: str, subject_id: uuid.UUID, targets: Iterable[str]) -> list[Clock]:
    rows = {clock.metric: clock for clock in lock(subject_type, subject_id) if clock.cycle == 1}
    return [rows[metric] for metric in targets if metric in rows]


def _affected(clocks: Sequence[Clock], kind: EventName, metrics: Collection[str] | None) -> list[Clock]:
    if kind != "reopen":
        return [c for c in clocks if c.ended_at is None and (metrics is None or c.metric in metrics)]
    ended = [clock for clock in latest(clocks) if clock.ended_at is not None]
    _refuse_archived(ended)
    if metrics is not None:
        return [clock for clock in ended if clock.metric in metrics]
    # What was called off is owed again as well, whatever it was.
    return [clock for clock in ended if clock.satisfied_at is None or clock.metric in AFTER_REOPENING]


def _refuse_archived(clocks: Sequence[Clock]) -> None:
    """What is archived never counts again. Whoever is asked for more owes it under terms that somebody agreed to."""
    versions = {clock.policy_version_id for clock in clocks}
    if versions - offered_policies(versions):
        raise Conflict(_("Its response times are archived. Restore them, or open a new incident."))


def _effective(clock: Clock, kind: EventName, rows: Sequence[Happened], moment: datetime) -> datetime:
    """When the event takes effect on this clock: not before its start, a pause not before a miss."""
    at = max(moment, clock.started_at)
    if kind == "pause":
        return after_any_miss(clock, rows, at)
    if kind == "reopen" and clock.ended_at is not None:
        return max(at, clock.ended_at)
    return at
