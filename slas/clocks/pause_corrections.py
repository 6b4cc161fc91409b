"""Takes back a wait that turns out not to have been one. Nothing is erased: a correction strikes the event out."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from core.clock import now
from slas.clocks.event_log import NewEvent, append, emit, lock
from slas.clocks.judgement import Happened, history
from slas.clocks.models import Clock


def revoke_pause(
    *, subject_type: str, subject_id: uuid.UUID, party: str, since: datetime, until: datetime, reason: str
) -> list[Clock]:
    """Lets the clocks of the subject count the time in which ``party`` was said to be waited on from ``since``.

    The pauses of that party that began in ``[since, until)`` are struck out of every clock, whether it has ended or
    not. What is missed by that is missed from its deadline on; what was missed already stays missed when it was.
    Returns the clocks that changed.
    """
    moment = now().replace(microsecond=0)
    with transaction.atomic():
        clocks = [clock for clock in lock(subject_type, subject_id) if clock.breached_at is None]
        rows = history(clocks)
        changed = []
        for clock in clocks:
            for row in _pauses(rows[clock.id], party, since, until):
                append(
                    [clock], {clock.id: NewEvent("correct", moment, reason=reason, data={"corrects": row.seq})}, rows
                )
                changed.append(clock)
        emit("correct", subject_type, subject_id, changed, moment)
        return changed


def _pauses(rows: list[Happened], party: str, since: datetime, until: datetime) -> list[Happened]:
    revoked = {row.data.get("corrects") for row in rows if row.kind == "correct"}
    # Events are kept in whole seconds, so the second in which the next wait begins is no longer of this one.
    first, last = since.replace(microsecond=0), until.replace(microsecond=0)
    return [
        row
        for row in rows
        if row.kind == "pause"
        and row.party == party
        and row.seq not in revoked
        and (first <= row.at < last or row.at == first)
    ]
