"""The same events against other promises: what would have been met. Nothing is written."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from slas.calendars.models import CalendarVersion
from slas.clocks.judgement import engine_events, history, terms_in
from slas.clocks.models import Clock
from slas.engine import Event, Terms, from_instant, judge, to_instant
from slas.policies.models import Target
from slas.policies.selectors import targets_of
from slas.states import ClockState

# "dropped" is a promise that was cancelled in time, because it was no longer owed.
MET, MISSED, DROPPED, OPEN, NOT_PROMISED = "met", "missed", "dropped", "open", "not_promised"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One promise as it went, and as it would have gone. ``due_at`` is of the proposed terms."""

    clock: Clock
    before: str
    after: str
    target_seconds: int | None = None
    due_at: datetime | None = None

    @property
    def differs(self) -> bool:
        """Whether the proposed terms would have decided otherwise."""
        return self.before != self.after


def replay(clocks: Sequence[Clock], version_id: uuid.UUID, at: datetime) -> list[Replayed]:
    """Each clock's own start, pauses and end against the targets and hours of a policy version, judged at ``at``.

    Changes of terms that happened on the way are left out: the proposed terms hold from the start, at the severity
    the clock ended with.
    """
    promised = _Promised(version_id)
    rows = history(clocks)
    return [_one(clock, engine_events(rows[clock.id]), promised, at) for clock in clocks]


class _Promised:
    """The promises of a version, each in the hours that its calendar had when a clock began. Two queries for all."""

    def __init__(self, version_id: uuid.UUID) -> None:
        found = targets_of(version_id).filter(request_kind="")
        self.targets = {(row.severity, row.metric): row for row in found}
        self.hours: dict[uuid.UUID, list[CalendarVersion]] = defaultdict(list)
        calendars = {row.calendar_version.calendar_id for row in self.targets.values()}
        for version in CalendarVersion.objects.filter(calendar_id__in=calendars).order_by("-number"):
            self.hours[version.calendar_id].append(version)
        self.known: dict[tuple[uuid.UUID, uuid.UUID], Terms] = {}

    def terms(self, target: Target, at: datetime) -> Terms:
        """What was promised to whoever began at that moment."""
        own = target.calendar_version
        hours = next((row for row in self.hours[own.calendar_id] if row.starts_at <= at), own)
        key = (target.id, hours.id)
        if key not in self.known:
            self.known[key] = terms_in(target, hours)
        return self.known[key]


def _one(
    clock: Clock,
    events: Sequence[Event],
    promised: _Promised,
    at: datetime,
) -> Replayed:
    target, before = promised.targets.get((clock.severity, clock.metric)), _word(clock.state)
    if target is None:
        return Replayed(clock, before, NOT_PROMISED)
    kept = [event for event in events if event.kind != "retarget"]
    judgement = judge(promised.terms(target, clock.started_at), kept, to_instant(at))
    due = None if judgement.due_at is None else from_instant(judgement.due_at)
    return Replayed(clock, before, _word(judgement.state), target.seconds, due)


def _word(state: str) -> str:
    words = {ClockState.MET: MET, ClockState.BREACHED: MISSED, ClockState.CANCELLED: DROPPED}
    return words.get(ClockState(state), OPEN)
