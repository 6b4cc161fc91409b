"""The promise to answer again: it begins with a message of the client, and ends with ours."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from slas.clocks.event_log import NewEvent, append, emit, inherit_pauses, lock, open_pauses, past
from slas.clocks.judgement import history
from slas.clocks.models import Clock
from slas.clocks.services import new_clock, promised_by
from slas.words import Metric


def owe_answer(
    *,
    subject_type: str,
    subject_id: uuid.UUID,
    client_id: uuid.UUID,
    severity: str,
    policy_version_id: uuid.UUID,
    at: datetime,
) -> Clock | None:
    """From the client's message at ``at`` on a next response is owed, on the terms of the present severity; None where
    none is promised.

    A message on top of one that still waits for an answer moves nothing: the oldest counts. While the first response
    is owed, that is the answer. Whoever else is waited on meanwhile is waited on here too.
    """
    moment = past(at, "at")
    with transaction.atomic():
        clocks = lock(subject_type, subject_id)
        if any(clock.metric == Metric.FIRST_RESPONSE and clock.ended_at is None for clock in clocks):
            return None
        mine = [clock for clock in clocks if clock.metric == Metric.NEXT_RESPONSE]
        if any(clock.ended_at is None or moment < clock.ended_at for clock in mine):
            return None
        rows = history(clocks)
        kind = str(rows[clocks[0].id][0].data.get("request_kind", "")) if clocks else ""
        target = promised_by(policy_version_id, severity, kind, [Metric.NEXT_RESPONSE]).get(Metric.NEXT_RESPONSE)
        if target is None:
            return None
        clock = new_clock(subject_type, subject_id, client_id, target, moment, cycle=len(mine) + 1)
        clock.save(force_insert=True)
        data = {"severity": severity, "policy_version_id": str(policy_version_id), "request_kind": kind}
        append([clock], {clock.id: NewEvent("start", moment, data=data)})
        inherit_pauses(clock, open_pauses([one for one in clocks if one.ended_at is None], rows, moment), moment)
        emit("owed", subject_type, subject_id, [clock], moment)
        return clock
