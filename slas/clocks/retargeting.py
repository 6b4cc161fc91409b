"""Moves running clocks to other terms."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import DomainError
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
from slas.clocks.judgement import Happened, history, judge_clock
from slas.clocks.models import Clock
from slas.clocks.proposals import Proposal, instant, is_missed
from slas.clocks.services import AT_START, promised_by, start_clocks, targets_for, terms_of, with_kept_date
from slas.engine import RETARGET_MODES, Event, RetargetMode, judge, to_instant
from slas.policies.models import Target
from slas.words import Metric


def retarget(
    *,
    subject_type: str,
    subject_id: uuid.UUID,
    severity: str,
    policy_version_id: uuid.UUID,
    at: datetime,
    mode: str = "carry_elapsed",
) -> list[Clock]:
    """Moves the subject's open clocks to another severity or policy and returns all that are open then.

    What is no longer promised is cancelled, what was not promised before starts (``retroactive``: from the subject's
    own start). What was already kept or missed stays so.
    """
    way, moment = _known(mode), past(at, "at")
    with transaction.atomic():
        clocks = lock(subject_type, subject_id)
        rows = history(clocks)
        moving = [clock for clock in latest(clocks) if clock.ended_at is None or was_dropped(rows[clock.id])]
        if not moving:
            return []
        waits = open_pauses(moving, rows, moment)
        kind = _request_kind(rows[moving[0].id])
        targets = promised_by(policy_version_id, severity, kind, Metric.values)
        for clock in moving:
            _move(_proposal(clock, rows[clock.id], targets.get(clock.metric), moment, way), waits)
        new = set(targets) & AT_START - {clock.metric for clock in clocks}
        if new:
            began = min(clock.started_at for clock in clocks) if mode == "retroactive" else moment
            started = start_clocks(
                subject_type=subject_type,
                subject_id=subject_id,
                client_id=moving[0].client_id,
                severity=severity,
                policy_version_id=policy_version_id,
                started_at=began,
                request_kind=kind,
                metrics=new,
            )
            for clock in started:
                inherit_pauses(clock, waits, moment)
        emit("retargeted", subject_type, subject_id, moving, moment)
        return [clock for clock in lock(subject_type, subject_id) if clock.ended_at is None]


@dataclass(frozen=True, slots=True)
class Shift:
    """One promise before and after a change of terms. Without a date before it is new, without one after it ends."""

    metric: str
    before: datetime | None
    after: datetime | None
    missed: bool = False


def preview_retarget(
    *,
    subject_type: str,
    subject_id: uuid.UUID,
    severity: str,
    policy_version_id: uuid.UUID,
    at: datetime,
    mode: str = "carry_elapsed",
) -> list[Shift]:
    """What ``retarget`` would come to at that moment, in the order of the promises; nothing is written.

    What was missed already is left out. Raises DomainError for an unknown way.
    """
    way, moment = _known(mode), past(at, "at")
    clocks = list(Clock.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by("id"))
    rows = history(clocks)
    moving = [clock for clock in latest(clocks) if clock.ended_at is None or was_dropped(rows[clock.id])]
    if not moving:
        return []
    targets = targets_for(policy_version_id, severity, _request_kind(rows[moving[0].id]), Metric.values)
    proposals = [_proposal(clock, rows[clock.id], targets.get(clock.metric), moment, way) for clock in moving]
    shifts = [_shift(proposal, moment) for proposal in proposals]
    found = {shift.metric: shift for shift in shifts if shift}
    began = min(clock.started_at for clock in clocks) if mode == "retroactive" else moment
    for metric in set(targets) & AT_START - {clock.metric for clock in clocks}:
        found[metric] = _fresh(targets[metric], began, moment)
    return [found[metric] for metric in Metric.values if metric in found]


def preview_start(*, policy_version_id: uuid.UUID, severity: str, at: datetime) -> list[Shift]:
    """The promises that a subject which begins at that moment would have now, in their order; nothing is written."""
    targets = promised_by(policy_version_id, severity, "", AT_START)
    found = {metric: _fresh(target, at, now()) for metric, target in targets.items()}
    return [found[metric] for metric in Metric.values if metric in found]


def _known(mode: str) -> RetargetMode:
    for way in RETARGET_MODES:
        if way == mode:
            return way
    raise DomainError(_("“%(mode)s” is not a way to change terms.") % {"mode": mode}, field="mode")


def _request_kind(rows: Sequence[Happened]) -> str:
    """What the start of a clock says its subject is; empty for any kind."""
    return str(rows[0].data.get("request_kind", ""))


def _proposal(
    clock: Clock, rows: list[Happened], target: Target | None, moment: datetime, mode: RetargetMode
) -> Proposal:
    before = judge_clock(clock, rows, moment)
    # A miss that time alone has brought stays one.
    at = after_any_miss(clock, rows, max(moment, clock.started_at))
    terms = with_kept_date(terms_of(target, at), before.terms) if target else None
    return Proposal(clock, rows, before, terms, target, at, mode)


def _shift(proposal: Proposal, moment: datetime) -> Shift | None:
    metric, dropped = proposal.clock.metric, proposal.was_dropped
    if proposal.before.breached_at is not None or (dropped and proposal.target is None):
        # Missed by time alone, which nobody may have noticed yet; or not promised before, and not now either.
        return None
    if proposal.target is None:
        return Shift(metric, proposal.due_before(), None)
    after = proposal.after()
    return Shift(metric, None if dropped else proposal.due_before(), instant(after.due_at), is_missed(after, moment))


def _fresh(target: Target, began: datetime, moment: datetime) -> Shift:
    """A promise that begins."""
    judged = judge(terms_of(target, began), [Event(at=to_instant(began), kind="start")], to_instant(moment))
    return Shift(target.metric, None, instant(judged.due_at), is_missed(judged, moment))


def _move(proposal: Proposal, waits: Sequence[Event]) -> None:
    """Gives one clock its new terms, or ends it where none are promised; one that was dropped before runs again."""
    clock, rows = proposal.clock, proposal.rows
    if proposal.was_dropped:
        if proposal.target is None:
            return
        append([clock], {clock.id: NewEvent("reopen", proposal.at)}, {clock.id: rows})
        inherit_pauses(clock, waits, proposal.at)
        rows = history([clock])[clock.id]
    proposal.take()
    append([clock], {clock.id: proposal.event()}, {clock.id: rows})
