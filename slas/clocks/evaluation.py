"""Judges clocks and writes what the judgement shows. Both the event's transaction and the sweep come through here.

The engine's events are the truth; the columns on a clock's row are its last judgement, kept for lists and the sweep.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from core.models import AuditEvent, OutboxEvent
from core.tenancy.context import require_scope
from slas.clocks.due import AnyClock, DueClock
from slas.clocks.judgement import Events, Happened, judge_clock, told_of
from slas.clocks.models import Clock, ClockEvent, ClockNotice
from slas.engine import Judgement, Warn, format_instant, from_instant, to_instant
from slas.escalation import EscalationPolicy, due_steps
from slas.events import BREACH, CLOCK_BREACHED, CLOCK_ESCALATED, CLOCK_WARNED, ESCALATE, ClockPayload, EscalationPayload
from slas.policies.models import PolicyVersion

# What a judgement writes, and what a change of terms has written before it.
JUDGED = (
    "state",
    "due_at",
    "breached_at",
    "satisfied_at",
    "ended_at",
    "consumed_seconds",
    "judged_at",
    "next_fire_at",
    "failures",
    "last_error",
)
TERMS = ("severity", "policy_version")
MOST_KNOWN = 4096
# A version is never edited, so its escalation is read once a process.
_known_escalations: dict[uuid.UUID, EscalationPolicy] = {}


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning or breach that is to be noted. A silent one was overtaken by a later step before it could be told."""

    clock: AnyClock
    threshold: str
    # When the step was due, which is not when it was noticed.
    at: int
    deadline: int
    silent: bool = False
    # Whom a step of the escalation calls; empty for all other steps.
    to: str = ""


def settle(clocks: Sequence[AnyClock], rows: Events, at: datetime) -> list[Notice]:
    """Judges locked clocks and writes all that follows: columns, notices, breach events, audit rows and outbox rows.

    ``rows`` are all events of these clocks; the breaches that are written are added to them.
    """
    told, escalations = told_of(clocks), _escalations(clocks)
    notices: list[Notice] = []
    for clock in clocks:
        judgement = judge_clock(clock, rows[clock.id], at)
        _keep(clock, judgement, at)
        notices += _notices(clock, judgement, told[clock.id])
        notices += _due_escalations(clock, judgement, told[clock.id], escalations[clock.policy_version_id], at)
    _write(notices, rows, at)
    # What nobody but the sweep has touched keeps its terms.
    swept = all(isinstance(clock, DueClock) for clock in clocks)
    Clock.objects.update_columns(clocks, JUDGED if swept else JUDGED + TERMS)
    return notices


def threshold_key(warn: Warn) -> str:
    """The name under which a warning is noted once: "percent:75" or "before:1800"."""
    return f"before:{warn.seconds_before}" if warn.percent is None else f"percent:{warn.percent}"


def _keep(clock: AnyClock, judgement: Judgement, at: datetime) -> None:
    ended = judgement.cancelled_at if judgement.satisfied_at is None else judgement.satisfied_at
    clock.state = judgement.state
    clock.due_at = _moment(judgement.due_at)
    clock.breached_at = _moment(judgement.breached_at)
    clock.satisfied_at = _moment(judgement.satisfied_at)
    clock.ended_at = _moment(ended)
    clock.consumed_seconds = judgement.consumed_seconds
    clock.judged_at = at
    clock.next_fire_at = _moment(judgement.next_at)
    clock.failures, clock.last_error = 0, ""


def _moment(instant: int | None) -> datetime | None:
    return None if instant is None else from_instant(instant)


def _notices(clock: AnyClock, judgement: Judgement, told: set[str]) -> list[Notice]:
    """The new steps of a clock. What was missed in an outage collapses: only the last of them is told."""
    missed = judgement.breached_at is not None
    over = judgement.satisfied_at is not None or judgement.cancelled_at is not None
    # Nobody needs a warning of a promise that was kept in time, or of one whose breach they know.
    if (missed and BREACH in told) or (over and not missed):
        return []
    deadline = judgement.due_at or 0
    passed = sorted((warning for warning in judgement.warnings if warning.passed), key=lambda warning: warning.at)
    new = [(threshold_key(warning.warn), warning.at) for warning in passed if threshold_key(warning.warn) not in told]
    if judgement.breached_at is not None:
        new.append((BREACH, judgement.breached_at))
    last = len(new) - 1
    return [Notice(clock, key, at, deadline, silent=place < last) for place, (key, at) in enumerate(new)]


def _escalations(clocks: Sequence[AnyClock]) -> dict[uuid.UUID, EscalationPolicy]:
    wanted = {clock.policy_version_id for clock in clocks}
    if missing := wanted - _known_escalations.keys():
        if len(_known_escalations) >= MOST_KNOWN:
            _known_escalations.clear()
            missing = wanted
        for version_id, data in PolicyVersion.objects.filter(id__in=missing).values_list("id", "escalation"):
            _known_escalations[version_id] = EscalationPolicy.from_json(data)
    return _known_escalations


def _due_escalations(
    clock: AnyClock, judgement: Judgement, told: set[str], escalation: EscalationPolicy, at: datetime
) -> list[Notice]:
    """The steps of the escalation that are reached now. The clock comes up again when the next one may be."""
    if not escalation.steps:
        return []
    known = [key.removeprefix(ESCALATE) for key in told if key.startswith(ESCALATE)]
    due, next_at = due_steps(
        escalation, metric=clock.metric, severity=clock.severity, judgement=judgement, told=known, now=to_instant(at)
    )
    if next_at is not None:
        clock.next_fire_at = min(filter(None, (clock.next_fire_at, from_instant(next_at))))
    deadline = judgement.due_at or 0
    return [Notice(clock, f"{ESCALATE}{one.key}", one.at, deadline, one.silent, one.to) for one in due]


def _write(notices: Sequence[Notice], rows: Events, at: datetime) -> None:
    if not notices:
        return
    loud = [notice for notice in notices if not notice.silent]
    _breach([notice for notice in notices if notice.threshold == BREACH], rows)
    # The unique keys are what makes a step single; whoever comes second writes nothing.
    _store_notices(notices, at)
    _announce(loud, at)
    _audit(loud, at)


def _breach(notices: Sequence[Notice], rows: Events) -> None:
    actor = require_scope().actor
    new = [Happened(len(rows[notice.clock.id]) + 1, from_instant(notice.at), BREACH) for notice in notices]
    columns: dict[str, list[Any]] = {
        "clock_id": [notice.clock.id for notice in notices],
        "seq": [row.seq for row in new],
        "at": [row.at for row in new],
    }
    ClockEvent.objects.insert_columns(_whose(notices) | columns, kind=BREACH, actor_kind=actor.kind, actor_id=actor.id)
    for notice, row in zip(notices, new, strict=True):
        rows[notice.clock.id].append(row)


def _whose(notices: Sequence[Notice]) -> dict[str, list[uuid.UUID]]:
    return {
        "agency_id": [notice.clock.agency_id for notice in notices],
        "client_id": [notice.clock.client_id for notice in notices],
    }


def _store_notices(notices: Sequence[Notice], at: datetime) -> None:
    columns: dict[str, list[Any]] = {
        "clock_id": [notice.clock.id for notice in notices],
        "threshold": [notice.threshold for notice in notices],
        "due_at": [from_instant(notice.at) for notice in notices],
    }
    ClockNotice.objects.insert_columns(_whose(notices) | columns, ignore_conflicts=True, raised_at=at)


def _announce(notices: Sequence[Notice], at: datetime) -> None:
    columns: dict[str, list[Any]] = {
        "name": [_name(notice) for notice in notices],
        "payload": [_event(notice) for notice in notices],
        "dedup_key": [f"clock:{notice.clock.id}:{notice.threshold}" for notice in notices],
    }
    OutboxEvent.objects.insert_columns(_whose(notices) | columns, ignore_conflicts=True, next_due_at=at)


def _event(notice: Notice) -> dict[str, str]:
    clock = notice.clock
    kind = partial(EscalationPayload, to=notice.to) if notice.to else ClockPayload
    payload = kind(
        clock_id=str(clock.id),
        subject_type=clock.subject_type,
        subject_id=str(clock.subject_id),
        client_id=str(clock.client_id),
        metric=clock.metric,
        severity=clock.severity,
        threshold=notice.threshold,
        due_at=format_instant(notice.deadline),
    )
    return {"id": payload.clock_id, **vars(payload)}


def _audit(notices: Sequence[Notice], at: datetime) -> None:
    actor = require_scope().actor
    columns: dict[str, list[Any]] = {
        "action": [_name(notice) for notice in notices],
        "object_id": [notice.clock.id for notice in notices],
        "changes": [{"threshold": notice.threshold, "at": format_instant(notice.at)} for notice in notices],
    }
    AuditEvent.objects.insert_columns(
        _whose(notices) | columns,
        at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        object_type="clock",
        request_id=actor.request_id,
        ip=actor.ip,
    )


def _name(notice: Notice) -> str:
    if notice.to:
        return CLOCK_ESCALATED
    return CLOCK_BREACHED if notice.threshold == BREACH else CLOCK_WARNED
