"""A date agreed by hand: it stands whatever is paused, and takes the place of the time that was promised."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import Conflict, DomainError
from slas.clocks.event_log import NewEvent, append, emit, lock
from slas.clocks.judgement import history, judge_clock
from slas.clocks.models import Clock
from slas.engine import to_instant
from slas.words import Metric

FARTHEST = timedelta(days=731)
REPEATING = (Metric.NEXT_RESPONSE, Metric.PERIODIC_UPDATE)


def agree_date(
    *, subject_type: str, subject_id: uuid.UUID, metric: str, agreed_at: datetime, reason: str = ""
) -> Clock:
    """The subject's open promise of this metric is due at ``agreed_at`` from now on. What is missed stays missed."""
    if agreed_at.tzinfo is None:
        raise DomainError(_("A moment needs a time zone."), field="agreed_at")
    if agreed_at <= now():
        raise DomainError(_("Agree on a date that lies ahead."), field="agreed_at")
    if agreed_at - now() > FARTHEST:
        raise DomainError(_("Agree on a date within two years."), field="agreed_at")
    if metric in REPEATING:
        raise DomainError(_("This promise repeats. Agree on a date for what ends once."), field="metric")
    moment = now().replace(microsecond=0)
    with transaction.atomic():
        clocks = [clock for clock in lock(subject_type, subject_id) if clock.metric == metric and not clock.ended_at]
        if not clocks:
            raise Conflict(_("No such promise is open."), field="metric")
        clock, rows = clocks[-1], history(clocks)
        before = judge_clock(clock, rows[clock.id], moment)
        if before.breached_at is not None:
            raise Conflict(_("This promise was already missed. A new date does not undo that."), field="agreed_at")
        terms = replace(before.terms, target_seconds=None, agreed_at=to_instant(agreed_at))
        data = {"mode": "carry_elapsed", "terms": terms.to_json(), "severity": clock.severity, "agreed": True}
        append([clock], {clock.id: NewEvent("retarget", moment, reason=reason, data=data)}, rows)
        emit("agreed", subject_type, subject_id, [clock], moment)
        return clock
