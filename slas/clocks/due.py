"""The clocks that are due, as light rows: a row of Django's costs five times as much to make, and the sweep makes ten
thousand of them when ten thousand promises are missed at once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from slas.clocks.models import Clock


@dataclass(slots=True)
class DueClock:
    """What judging needs of a clock, and below it what a judgement writes."""

    id: uuid.UUID
    agency_id: uuid.UUID
    client_id: uuid.UUID
    policy_version_id: uuid.UUID
    subject_type: str
    subject_id: str
    metric: str
    severity: str
    # As text: who knows the promise already need not read it.
    terms: str
    state: str = ""
    due_at: datetime | None = None
    breached_at: datetime | None = None
    satisfied_at: datetime | None = None
    ended_at: datetime | None = None
    consumed_seconds: int = 0
    judged_at: datetime | None = None
    next_fire_at: datetime | None = None
    failures: int = 0
    last_error: str = ""


AnyClock = Clock | DueClock
_IDS = ("id", "agency_id", "client_id", "policy_version_id")
_COLUMNS: tuple[Any, ...] = (
    *(Cast(name, TextField()) for name in _IDS),
    *("subject_type", Cast("subject_id", TextField()), "metric", "severity", Cast("terms", TextField())),
)


def lock_due(*, at: datetime, limit: int) -> list[DueClock]:
    """Locks clocks that are due, the oldest first. What somebody else holds is left to them."""
    rows = Clock.objects.filter(next_fire_at__lte=at).order_by("next_fire_at").select_for_update(skip_locked=True)
    return [_due(row) for row in rows.values_list(*_COLUMNS)[:limit]]


def _due(row: Sequence[Any]) -> DueClock:
    clock_id, agency_id, client_id, version_id, *others = row
    return DueClock(uuid.UUID(clock_id), _uuid(agency_id), _uuid(client_id), _uuid(version_id), *others)


# The same few owners come again and again, and an id of Python's is dear to make.
_uuid = lru_cache(maxsize=10_000)(uuid.UUID)
