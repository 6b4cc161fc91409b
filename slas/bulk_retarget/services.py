"""Moves open clocks to a newer version of their policy or of their hours: counted first, then moved, batch by batch.

Forward only: what was used up stays used up, what was missed stays missed, and what a running retainer has signed stays
as it was signed. Each batch is one transaction with the place
where it ended, so that whoever takes over after a crash goes on from there.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import due
from core.audit import record
from core.clock import now
from core.errors import Conflict, NotFound
from core.tenancy.context import require_scope
from core.tenancy.scope import tenant_scope
from slas import subjects
from slas.bulk_retarget.models import TermsMove
from slas.bulk_retarget.plan import Plan
from slas.clocks.models import Clock
from slas.policies.models import PolicyVersion, Target
from slas.states import MoveState

BATCH = 500
# Moves that one round takes a batch of.
MOST_AT_ONCE = 20
# Batches that a preview looks through at most.
MOST_PREVIEWED = 20
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
        _emit(move, "prepared")
    return move


def apply_move(*, move_id: uuid.UUID) -> TermsMove:
    """Begins to move what was counted."""
    with transaction.atomic():
        move = _locked(move_id, MoveState.READY)
        move.state, move.dealt_with, move.cursor, move.counts = MoveState.APPLYING, 0, None, {}
        move.total, move.next_due_at = _affected(move).count(), now()
        move.save()
        _emit(move, "applied")
    return move


def discard_move(*, move_id: uuid.UUID) -> TermsMove:
    """Leaves everything as it is."""
    with transaction.atomic():
        move = _locked(move_id, MoveState.COUNTING, MoveState.READY)
        move.state, move.next_due_at, move.finished_at = MoveState.DISCARDED, None, now()
        move.save()
        _emit(move, "discarded")
    return move


def step_moves() -> int:
    """One batch of each move that is due, of any agency; returns how many clocks were dealt with."""
    moves = due.lease(_due_moves, column="next_due_at", lasts=LEASE, limit=MOST_AT_ONCE)
    return sum(_step(move) for move in moves)


def _due_moves() -> QuerySet[TermsMove]:
    return TermsMove.objects.filter(next_due_at__lte=now()).order_by("next_due_at")


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
    plan, free = Plan(move, now()), _unsigned(clocks)
    counts = _each(plan.carry_out if applying else plan.count, free)
    counts["signed"] += len(clocks) - len(free)
    # Adding leaves out what is zero.
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


def _unsigned(clocks: Iterable[Clock]) -> list[Clock]:
    """Those that no running retainer covers. What was signed is the promise until both sides sign something else."""
    rows = list(clocks)
    signed = subjects.signed((clock.subject_type, clock.subject_id) for clock in rows)
    return [clock for clock in rows if (clock.subject_type, clock.subject_id) not in signed]


def preview_move(*, move_id: uuid.UUID, most: int = 50) -> list[subjects.Moved]:
    """The promises that a move which is ready would bring to other terms, the first so many of them.

    Looks at ten thousand clocks at most: where all of those are under running retainers, the counts say so.
    """
    rows = TermsMove.objects.select_related("policy_version__policy", "calendar_version__calendar")
    move = rows.filter(id=move_id, state=MoveState.READY).first()
    if move is None:
        return []
    plan, found, cursor = Plan(move, now()), list[subjects.Moved](), uuid.UUID(int=0)
    for _batch in range(MOST_PREVIEWED):
        clocks = list(_affected(move).filter(id__gt=cursor).order_by("id")[:BATCH])
        found += plan.preview(_unsigned(clocks))
        if len(clocks) < BATCH or len(found) >= most:
            break
        cursor = clocks[-1].id
    return found[:most]


def _each(act: Callable[[Sequence[Clock]], Counter[str]], clocks: Sequence[Clock]) -> Counter[str]:
    """All of them at once; where that fails, one by one, so that one bad clock keeps no other from its terms."""
    try:
        with transaction.atomic():
            return act(clocks)
    except (OperationalError, InterfaceError):
        # The database is gone, which says nothing about any clock.
        raise
    except Exception as error:
        if len(clocks) < 2:
            log.exception("a clock could not be moved", clock_id=str(clocks[0].id) if clocks else "", error=str(error))
            return Counter(failed=len(clocks))
    return sum((_each(act, [clock]) for clock in clocks), Counter[str]())


def _affected(move: TermsMove) -> QuerySet[Clock]:
    """The open promises that are not missed and could come to other terms."""
    # The versions are looked up first: with their ids at hand the database walks the clocks in the order of theirs,
    # instead of sorting all of them again for every batch.
    return Clock.objects.filter(ended_at=None, breached_at=None, policy_version_id__in=_versions(move))


def _versions(move: TermsMove) -> list[uuid.UUID]:
    if move.policy_version:
        own = move.policy_version
        rows = PolicyVersion.objects.filter(policy_id=own.policy_id).exclude(id=own.id)
        return list(rows.values_list("id", flat=True))
    assert move.calendar_version
    calendar = move.calendar_version.calendar_id
    counted = Target.objects.filter(calendar_version__calendar_id=calendar)
    return list(counted.values_list("version_id", flat=True).distinct())


def _locked(move_id: uuid.UUID, *states: str) -> TermsMove:
    rows = TermsMove.objects.select_related("policy_version", "calendar_version").select_for_update(of=("self",))
    move = rows.filter(id=move_id).first()
    if move is None:
        raise NotFound(_("There is no such move."), field="move_id")
    if move.state not in states:
        raise Conflict(_("This has been decided already. Look at it again."))
    return move


def _emit(move: TermsMove, act: str) -> None:
    record(
        action=f"slas.move.{act}",
        object_type="move",
        object_id=move.id,
        changes={"policy_version": str(move.policy_version_id), "calendar_version": str(move.calendar_version_id)},
    )
