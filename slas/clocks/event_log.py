"""Appends events to clocks, with what holds for every one of them: not ahead, in whole seconds, no miss undone."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.audit import record
from core.clock import now
from core.errors import Conflict, DomainError
from core.tenancy.context import require_scope
from slas.clocks.evaluation import settle
from slas.clocks.judgement import Events, Happened, engine_events, history, judge_clock
from slas.clocks.models import Clock, ClockEvent
from slas.engine import Event, from_instant, in_order, to_instant

MOST_OF_A_REASON = 300


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that is about to be written."""

    kind: str
    at: datetime
    party: str = ""
    reason: str = ""
    evidence: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def past(moment: datetime, name: str) -> datetime:
    """The moment in whole seconds, as the engine counts; refused if it lies ahead."""
    if moment.tzinfo is None:
        raise DomainError(_("A moment needs a time zone."), field=name)
    if moment > now():
        raise DomainError(_("This lies in the future. Give a moment that has passed."), field=name)
    return moment.replace(microsecond=0)


def lock(subject_type: str, subject_id: uuid.UUID) -> list[Clock]:
    """All clocks of the subject, locked until the commit, always in one order so that two writers cannot cross."""
    rows = Clock.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by("id")
    return list(rows.select_for_update(of=("self",)))


def latest(clocks: Sequence[Clock]) -> list[Clock]:
    """The newest cycle of each metric."""
    newest: dict[str, Clock] = {}
    for clock in sorted(clocks, key=lambda clock: clock.cycle):
        newest[clock.metric] = clock
    return list(newest.values())


def after_any_miss(clock: Clock, rows: Sequence[Happened], at: datetime) -> datetime:
    """The moment itself, or the second after a miss that time alone has already caused: nothing undoes that."""
    missed = judge_clock(clock, rows, now()).breached_at
    if missed is None:
        return at
    # The engine sees a miss from the second after the deadline on.
    return max(at, from_instant(missed + 1))


def was_dropped(rows: Sequence[Happened]) -> bool:
    """True where the clock was cancelled because nothing was promised any more, not because its subject was over."""
    ends = [row for row in rows if row.kind in ("cancel", "satisfy", "reopen")]
    return bool(ends) and ends[-1].kind == "cancel" and bool(ends[-1].data.get("dropped"))


def open_pauses(clocks: Iterable[Clock], rows: Events, at: datetime) -> list[Event]:
    """The pauses in which the subject is at that moment, read from the first clock that runs or has just ended."""
    instant = to_instant(at)
    for clock in clocks:
        if clock.ended_at is None or clock.ended_at == at:
            events = engine_events(rows[clock.id])
            return _open_pauses(e for e in events if e.at != instant or e.kind not in ("satisfy", "cancel"))
    return []


def _open_pauses(events: Iterable[Event]) -> list[Event]:
    pauses: list[Event] = []
    for event in in_order(events):
        if event.kind == "pause":
            pauses.append(event)
        elif event.kind == "resume":
            ended = next((pause for pause in pauses if event.party in (None, pause.party)), None)
            pauses = [pause for pause in pauses if pause is not ended]
        elif event.kind in ("satisfy", "cancel"):
            pauses = []
    return pauses


def append(clocks: Sequence[Clock], facts: dict[uuid.UUID, NewEvent], rows: Events | None = None) -> None:
    """Writes one event a clock and judges them. ``rows`` is what is known of them, and grows by what is written."""
    rows = history(clocks) if rows is None else rows
    before = {clock.id: clock.breached_at for clock in clocks}
    written = [_event(clock, facts[clock.id], len(rows[clock.id]) + 1) for clock in clocks]
    ClockEvent.objects.bulk_create(written)
    for row in written:
        rows[row.clock_id].append(Happened(row.seq, row.at, row.kind, row.party, row.reason, row.data))
    settle(clocks, rows, now())
    for clock in clocks:
        if before[clock.id] is not None and clock.breached_at != before[clock.id]:
            raise Conflict(_("This promise was already missed. Something that happened before cannot undo that."))


def inherit_pauses(clock: Clock, waits: Iterable[Event], at: datetime) -> None:
    """Lets a clock that begins within a pause of its subject wait too, from ``at`` on."""
    for pause in waits:
        append([clock], {clock.id: NewEvent("pause", at, pause.party or "", pause.reason or "")})


def _event(clock: Clock, fact: NewEvent, seq: int) -> ClockEvent:
    actor = require_scope().actor
    return ClockEvent(
        client_id=clock.client_id,
        clock_id=clock.id,
        seq=seq,
        at=fact.at,
        kind=fact.kind,
        party=fact.party,
        # The words in full stand with the subject, whose limits are its own.
        reason=fact.reason[:MOST_OF_A_REASON],
        evidence=fact.evidence,
        data=fact.data,
        actor_kind=actor.kind,
        actor_id=actor.id,
    )


def emit(act: str, subject_type: str, subject_id: uuid.UUID, clocks: Sequence[Clock], at: datetime) -> None:
    """One audit row for the whole act."""
    if clocks:
        record(
            action=f"slas.clock.{act}",
            object_type=subject_type,
            object_id=subject_id,
            client_id=clocks[0].client_id,
            changes={"clocks": [str(clock.id) for clock in clocks], "at": at.isoformat()},
        )
