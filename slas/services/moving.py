"""Moves open clocks to a newer version of their policy or of their hours: counted first, then moved, batch by batch.

Forward only: what was used up stays used up, what was missed stays missed. Each batch is one transaction with the place
where it ended, so that whoever takes over after a crash goes on from there.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.audit import record
from core.clock import now
from core.errors import Conflict, NotFound
from core.tenancy.context import require_scope
from core.tenancy.scope import sweeper_scope, tenant_scope
from slas.engine import Event, Judgement, Terms, judge, to_instant
from slas.models import Clock, ClockEvent, MoveState, Target, TermsMove
from slas.services.clocks import terms_of
from slas.services.facts import Fact, append
from slas.services.judging import engine_events, history, judge_clock, read_terms

BATCH = 500
# A process that dies in the middle of a batch leaves the move to others after this long.
LEASE = timedelta(seconds=60)

log = structlog.get_logger(__name__)


def prepare_move(
    *, policy_version_id: uuid.UUID | None = None, calendar_version_id: uuid.UUID | None = None
) -> TermsMove:
    """Begins to count what would become of the open clocks under this version of their policy or of their calendar."""
    with transaction.atomic():
        move = TermsMove(
            policy_version_id=policy_version_id,
            calendar_version_id=calendar_version_id,
            asked_by_id=require_scope().actor.id,
        )
        move.save(force_insert=True)
        move.total = _affected(move).count()
        move.save(update_fields=["total"])
        _note(move, "prepared")
    return move


def apply_move(*, move_id: uuid.UUID) -> TermsMove:
    """Begins to move what was counted."""
    with transaction.atomic():
        move = _locked(move_id, MoveState.READY)
        move.state, move.dealt_with, move.cursor, move.counts = MoveState.APPLYING, 0, None, {}
        move.total, move.next_due_at = _affected(move).count(), now()
        move.save()
        _note(move, "applied")
    return move


def discard_move(*, move_id: uuid.UUID) -> TermsMove:
    """Leaves everything as it is."""
    with transaction.atomic():
        move = _locked(move_id, MoveState.COUNTING, MoveState.READY)
        move.state, move.next_due_at, move.finished_at = MoveState.DISCARDED, None, now()
        move.save()
        _note(move, "discarded")
    return move


def step_moves() -> int:
    """One batch of each move that is due, of any agency; returns how many clocks were dealt with."""
    with sweeper_scope():
        due = TermsMove.objects.filter(next_due_at__lte=now()).order_by("next_due_at")
        moves = list(due.select_for_update(skip_locked=True, of=("self",))[:20])
        TermsMove.objects.filter(id__in=[move.id for move in moves]).update(next_due_at=now() + LEASE)
    return sum(_step(move) for move in moves)


def _step(move: TermsMove) -> int:
    try:
        with tenant_scope(move.agency_id):
            return _batch(_locked(move.id, MoveState.COUNTING, MoveState.APPLYING))
    except Conflict:
        # It was discarded or finished between our look and our lock.
        return 0
    except Exception:
        log.exception("a batch of a move failed and is tried again", move_id=str(move.id))
        return 0


def _batch(move: TermsMove) -> int:
    applying = move.state == MoveState.APPLYING
    rows = _affected(move).order_by("id")
    if move.cursor:
        rows = rows.filter(id__gt=move.cursor)
    clocks = list(rows.select_for_update(of=("self",))[:BATCH] if applying else rows[:BATCH])
    plan = Plan(move, now())
    counts = plan.carry_out(clocks) if applying else plan.count(clocks)
    move.counts = dict(Counter(move.counts) + counts)
    move.dealt_with += len(clocks)
    move.next_due_at = now()
    if clocks:
        move.cursor = clocks[-1].id
    if len(clocks) < BATCH:
        move.state, move.next_due_at, move.cursor = MoveState.DONE if applying else MoveState.READY, None, None
        move.finished_at = now() if applying else None
    move.save()
    return len(clocks)


def _affected(move: TermsMove) -> QuerySet[Clock]:
    """The open promises that are not missed and could come to other terms."""
    rows = Clock.objects.filter(ended_at=None, breached_at=None)
    if move.policy_version:
        own = move.policy_version
        return rows.filter(policy_version__policy_id=own.policy_id).exclude(policy_version_id=own.id)
    assert move.calendar_version
    calendar = move.calendar_version.calendar_id
    counted = Target.objects.filter(calendar_version__calendar_id=calendar)
    return rows.filter(policy_version_id__in=counted.values("version_id"))


class Plan:
    """What each clock would come to under the newer terms, at one moment."""

    def __init__(self, move: TermsMove, at: datetime) -> None:
        self.move, self.at = move, at.replace(microsecond=0)
        self.targets: dict[uuid.UUID, dict[tuple[str, str, str], Target]] = {}
        self.known: dict[uuid.UUID, Terms] = {}

    def count(self, clocks: Sequence[Clock]) -> Counter[str]:
        """What would become of them; nothing is written."""
        rows, found = history(clocks), Counter[str]()
        for clock in clocks:
            before = judge_clock(clock, rows[clock.id], self.at)
            _target, terms = self._proposed(clock, rows[clock.id], before)
            if before.breached_at is not None or terms == before.terms:
                found["same"] += 1
            elif terms is None:
                found["dropped"] += 1
            else:
                found.update(self._difference(before, self._after(clock, rows[clock.id], terms)))
        return found

    def carry_out(self, clocks: Sequence[Clock]) -> Counter[str]:
        """Gives them the newer terms, and ends what is no longer promised."""
        rows, facts, found = history(clocks), dict[uuid.UUID, Fact](), Counter[str]()
        befores = {}
        for clock in clocks:
            before = befores[clock.id] = judge_clock(clock, rows[clock.id], self.at)
            target, terms = self._proposed(clock, rows[clock.id], before)
            if before.breached_at is not None or terms == before.terms:
                found["same"] += 1
            elif terms is None or target is None:
                reason = _("No longer promised")
                facts[clock.id] = Fact("cancel", self._not_before(clock), reason=reason, data={"dropped": True})
                found["dropped"] += 1
            else:
                facts[clock.id] = self._retarget(clock, target, terms)
        moving = [clock for clock in clocks if clock.id in facts]
        if moving:
            append(moving, facts, {clock.id: rows[clock.id] for clock in moving})
        for clock in moving:
            if facts[clock.id].kind == "retarget":
                found.update(self._difference(befores[clock.id], judge_clock(clock, rows[clock.id], self.at)))
        return found

    def _retarget(self, clock: Clock, target: Target, terms: Terms) -> Fact:
        clock.severity, clock.policy_version_id = target.severity, target.version_id
        data = {
            "mode": "carry_elapsed",
            "terms": terms.to_json(),
            "severity": target.severity,
            "policy_version_id": str(target.version_id),
        }
        return Fact("retarget", self._not_before(clock), data=data)

    def _after(self, clock: Clock, rows: Sequence[ClockEvent], terms: Terms) -> Judgement:
        at = to_instant(self._not_before(clock))
        event = Event(at=at, kind="retarget", terms=terms, seq=len(rows) + 1)
        return judge(read_terms(clock.terms), [*engine_events(rows), event], to_instant(self.at))

    def _not_before(self, clock: Clock) -> datetime:
        return max(self.at, clock.started_at)

    def _difference(self, before: Judgement, after: Judgement) -> Iterable[str]:
        """The words that count it: moved, which way, whether it is missed by that, whether a warning is taken back."""
        yield "moved"
        old, new = before.due_at or 0, after.due_at or 0
        if new != old:
            yield "later" if new > old else "sooner"
        # The engine sees a miss from the second after the deadline on.
        if after.breached_at is not None or (after.state != "paused" and new <= to_instant(self.at)):
            yield "missed"
        elif before.state == "at_risk" and after.state != "at_risk":
            yield "relieved"

    def _proposed(
        self, clock: Clock, rows: Sequence[ClockEvent], before: Judgement
    ) -> tuple[Target | None, Terms | None]:
        """The target and its terms; the terms that it has where this version does not touch it."""
        version = self.move.policy_version_id or clock.policy_version_id
        kind = str(rows[0].data.get("request_kind", "")) if rows else ""
        promised = self._promised(version)
        target = promised.get((clock.severity, kind, clock.metric)) or promised.get((clock.severity, "", clock.metric))
        if self.move.calendar_version is not None and (
            target is None or target.calendar_version.calendar_id != self.move.calendar_version.calendar_id
        ):
            return target, before.terms
        if target is None:
            return None, None
        if target.id not in self.known:
            self.known[target.id] = terms_of(target, self.at)
        return target, self.known[target.id]

    def _promised(self, version_id: uuid.UUID) -> dict[tuple[str, str, str], Target]:
        if version_id not in self.targets:
            rows = Target.objects.filter(version_id=version_id).select_related("calendar_version")
            self.targets[version_id] = {(row.severity, row.request_kind, row.metric): row for row in rows}
        return self.targets[version_id]


def _locked(move_id: uuid.UUID, *states: str) -> TermsMove:
    rows = TermsMove.objects.select_related("policy_version", "calendar_version").select_for_update(of=("self",))
    move = rows.filter(id=move_id).first()
    if move is None:
        raise NotFound(_("There is no such move."), field="move_id")
    if move.state not in states:
        raise Conflict(_("This has been decided already. Look at it again."))
    return move


def _note(move: TermsMove, act: str) -> None:
    record(
        action=f"slas.move.{act}",
        object_type="move",
        object_id=move.id,
        changes={"policy_version": str(move.policy_version_id), "calendar_version": str(move.calendar_version_id)},
    )
