"""Finds the clocks of all agencies that time alone has moved on, and judges them a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from core.clock import now
from core.tenancy.scope import sweeper_scope
from slas.clocks.due import DueClock, lock_due
from slas.clocks.evaluation import Notice, settle
from slas.clocks.judgement import history
from slas.clocks.models import Clock
from slas.events import BREACH

BATCH = 500
# A row that cannot be judged rests for a minute, then twice as long each time, up to an hour.
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SweepResult:
    """How many clocks a pass judged, how many warnings and breaches it announced, how many rows it had to put back."""

    judged: int = 0
    warned: int = 0
    breached: int = 0
    failed: int = 0


def sweep_due(*, limit: int = BATCH) -> SweepResult:
    """Judges up to ``limit`` due clocks in one transaction. Any number of sweepers may run at once.

    Rows that another sweeper or an event holds are skipped: whoever holds them judges them.
    """
    with sweeper_scope():
        at = now()
        clocks = lock_due(at=at, limit=limit)
        if not clocks:
            return SweepResult()
        try:
            with transaction.atomic():
                return _result(len(clocks), settle(clocks, history(clocks), at))
        except Exception:
            log.exception("a batch of clocks failed and is repeated row by row", clocks=len(clocks))
            return _one_by_one(clocks, at)


def _one_by_one(clocks: Sequence[DueClock], at: datetime) -> SweepResult:
    notices: list[Notice] = []
    failed = 0
    for clock in clocks:
        try:
            with transaction.atomic():
                notices += settle([clock], history([clock]), at)
        except Exception as error:
            log.exception("a clock could not be judged", clock_id=str(clock.id))
            _put_back(clock, at, error)
            failed += 1
    return _result(len(clocks) - failed, notices, failed)


def _put_back(clock: DueClock, at: datetime, error: Exception) -> None:
    row = Clock.objects.get(id=clock.id)
    rest = min(FIRST_REST * 2 ** min(row.failures, 10), LONGEST_REST)
    Clock.objects.filter(id=clock.id).update(
        failures=row.failures + 1,
        last_error=f"{type(error).__name__}: {error}"[:300],
        next_fire_at=at + rest,
    )


def _result(judged: int, notices: Sequence[Notice], failed: int = 0) -> SweepResult:
    breached = sum(notice.threshold == BREACH for notice in notices)
    warned = sum(notice.threshold != BREACH and not notice.silent and not notice.to for notice in notices)
    return SweepResult(judged=judged, warned=warned, breached=breached, failed=failed)
