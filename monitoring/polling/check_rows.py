"""Checks and limits as light rows, and their leases as SQL: the poller reads and writes each of them twice a run.

Claiming is one statement that finds, locks and leases; storing locks those whose lease is still the one given out.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection

from core.tenancy.bulk import array
from monitoring.models import Check

# A lease outlives the request it covers by this much: storing and a pause of the process fit in.
GRACE = timedelta(seconds=15)


@dataclass(slots=True)
class LeasedCheck:
    """What asking and judging need of a check, and below it what a result writes. A row of Django's costs five times
    as much to make."""

    id: uuid.UUID
    agency_id: uuid.UUID
    client_id: uuid.UUID
    kind: str
    url: str
    metrics: Sequence[Mapping[str, str]]
    sealed_authorization: bytes | None
    timeout_ms: int
    interval_seconds: int
    enabled: bool
    bad_count: int
    good_count: int
    health: str
    bad_streak: int
    good_streak: int
    unknown_streak: int
    last_ok_at: datetime | None
    last_error: str
    skipped_slots: int
    next_due_at: datetime | None
    transitions: int
    firing_serial: int | None
    no_data_serial: int | None
    last_slot: datetime | None = None
    last_finished_at: datetime | None = None
    last_latency_us: int | None = None
    last_values: Mapping[str, float] = field(default_factory=dict)
    last_detail: str = ""
    lease_id: uuid.UUID | None = None
    leased_until: datetime | None = None
    # Whether there is something to tell, which changes what has been told.
    emitted: bool = False


@dataclass(slots=True)
class ThresholdRow:
    """What judging a value needs of a threshold."""

    id: str
    metric: str
    unit: str
    comparison: str
    limit: float
    clear_limit: float
    bad_count: int
    good_count: int
    health: str
    bad_streak: int
    good_streak: int
    missing_streak: int
    transitions: int
    firing_serial: int | None
    no_data_serial: int | None
    changed: bool = False


READ = tuple(LeasedCheck.__slots__[: LeasedCheck.__slots__.index("last_slot")])
_METRICS = READ.index("metrics")
_COLUMNS = ", ".join(f"mine.{name}::text" if name in ("agency_id", "client_id") else f"mine.{name}" for name in READ)
_LIMIT_COLUMNS = ", ".join(f'kept."{name}"' for name in ThresholdRow.__slots__[1:-1])
_OTHERS = "AND held.agency_id <> ALL(%(beside)s)"
_CLAIM = f"""
WITH due AS MATERIALIZED (
    SELECT held.id FROM monitoring_check held JOIN clients_aisystem system ON system.id = held.system_id
    WHERE held.next_due_at <= %(at)s AND (held.lease_id IS NULL OR held.leased_until <= %(at)s)
      AND system.paused_at IS NULL {{}}
    ORDER BY held.next_due_at LIMIT %(limit)s FOR UPDATE OF held SKIP LOCKED
)
UPDATE monitoring_check mine
SET lease_id = %(lease)s, leased_until = %(at)s + make_interval(secs => mine.timeout_ms / 1000.0) + %(grace)s
FROM due WHERE mine.id = due.id
RETURNING pg_current_xact_id()::xid::text::bigint, {_COLUMNS}
"""


def lease_due(
    *, lease_id: uuid.UUID, at: datetime, limit: int, beside: Sequence[uuid.UUID] = ()
) -> list[tuple[int, LeasedCheck]]:
    """Leases checks that are due; each with the number that PostgreSQL writes into the rows it changes here.

    None of the agencies ``beside``, which costs a look at each of theirs that is due.
    """
    given: dict[str, Any] = {"lease": lease_id, "at": at, "limit": limit, "grace": GRACE, "beside": list(beside)}
    with connection.cursor() as cursor:
        # No column of an index is written, so that a lease costs the row alone.
        cursor.execute(_CLAIM.format(_OTHERS if beside else ""), given)
        return [(row[0], _held(row[1:])) for row in cursor.fetchall()]


def lock_ours(leases: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> list[tuple[int, int]]:
    """Locks the checks that are still leased as (check, lease) says; returns the place of each in ``leases`` and the
    number of the transaction that wrote it last. In the order of their ids, so that two batches never wait for each
    other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ours.place - 1, held.xmin::text::bigint FROM monitoring_check held"
            " JOIN unnest(%s::uuid[], %s::uuid[]) WITH ORDINALITY AS ours(id, lease_id, place)"
            " ON held.id = ours.id AND held.lease_id = ours.lease_id ORDER BY held.id FOR UPDATE OF held",
            [array(lease[place] for lease in leases) for place in range(2)],
        )
        return list(cursor.fetchall())


def read_held(check_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, LeasedCheck]:
    """The checks as they are now, by id."""
    if not check_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM monitoring_check mine WHERE mine.id = ANY(%s)", [list(check_ids)])
        return {row[0]: _held(row) for row in cursor.fetchall()}


def limits_of(checks: Sequence[LeasedCheck]) -> list[list[ThresholdRow]]:
    """The limits of locked checks, a list a check. Whoever changes one holds its check, so that they need no lock."""
    found: list[list[ThresholdRow]] = [[] for _check in checks]
    with connection.cursor() as cursor:
        # By the agency as well, because the index begins with it.
        cursor.execute(
            f"SELECT ours.place - 1, kept.id::text, {_LIMIT_COLUMNS} FROM monitoring_threshold kept"
            " JOIN unnest(%s::uuid[], %s::uuid[]) WITH ORDINALITY AS ours(agency_id, id, place)"
            " ON kept.agency_id = ours.agency_id AND kept.source_check_id = ours.id ORDER BY kept.id",
            [array(check.agency_id for check in checks), array(check.id for check in checks)],
        )
        for place, *columns in cursor.fetchall():
            found[place].append(ThresholdRow(*columns))
    return found


def held_of(check: Check) -> LeasedCheck:
    """A check that was read and locked as a row of Django's."""
    return LeasedCheck(*(getattr(check, name) for name in READ))


def _held(row: Sequence[Any]) -> LeasedCheck:
    held = LeasedCheck(*row)
    held.agency_id, held.client_id = _uuid(row[1]), _uuid(row[2])
    held.metrics = _metrics(row[_METRICS])
    return held


# The same few owners come again and again, and an id of Python's is dear to make.
_uuid = lru_cache(maxsize=10_000)(uuid.UUID)


@lru_cache(maxsize=4096)
def _metrics(text: str) -> Sequence[Mapping[str, str]]:
    """Many checks read the same values, and the same check reads them again: the text is taken apart once."""
    return tuple(json.loads(text))
