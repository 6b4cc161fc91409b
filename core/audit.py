"""Writes what happened, in the transaction in which it happens: the audit row and the event for others."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from core.clock import now
from core.events import version_of
from core.ids import uuid7
from core.json_values import JsonObject
from core.models import AuditEvent, Counter, OutboxEvent
from core.tenancy.context import require_agency, require_scope


def record(
    *,
    action: str,
    object_type: str,
    object_id: uuid.UUID | None,
    client_id: uuid.UUID | None = None,
    changes: JsonObject | None = None,
    agency_id: uuid.UUID | None = None,
    at: datetime | None = None,
) -> AuditEvent:
    """One audit row for the scope's actor. ``changes`` holds ids and plain values, never names or secrets.

    ``at`` is for what happened a moment before it could be written.
    """
    actor = require_scope().actor
    return AuditEvent.objects.create(
        agency_id=agency_id or require_agency(),
        client_id=client_id,
        at=at or now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        object_type=object_type,
        object_id=object_id,
        changes=changes or {},
        request_id=actor.request_id,
        ip=actor.ip,
    )


def announce(
    *,
    name: str,
    payload: JsonObject,
    dedup_key: str = "",
    client_id: uuid.UUID | None = None,
    agency_id: uuid.UUID | None = None,
    at: datetime | None = None,
) -> None:
    """One outbox row named ``app.noun.verb``. A second one with the same ``dedup_key`` is dropped by the database.

    Raises ValueError for a name that no app has declared: every worker would leave it for a newer one.
    """
    version = version_of(name)
    if not version:
        raise ValueError(f"{name} is no constant of the events module of its app.")
    event = OutboxEvent(
        id=uuid7(),
        agency_id=agency_id or require_agency(),
        client_id=client_id,
        name=name,
        version=version,
        payload=payload,
        created_at=at or now(),
        next_due_at=now(),
    )
    event.dedup_key = dedup_key or str(event.id)
    OutboxEvent.objects.bulk_create([event], ignore_conflicts=True)


def ordered_event(
    *,
    name: str,
    payload: Mapping[str, object],
    agency_id: uuid.UUID,
    client_id: uuid.UUID,
    key: str,
    seq: int,
    at: datetime,
) -> OutboxEvent:
    """The outbox row of an event that reaches its ordered handler by ``seq`` among those of its key; not yet written.

    ``seq`` is counted in the subject's row, under the lock that writes the change.
    """
    return OutboxEvent(
        id=uuid7(),
        agency_id=agency_id,
        client_id=client_id,
        name=name,
        version=version_of(name),
        payload=payload,
        created_at=at,
        next_due_at=at,
        order_key=key,
        order_seq=seq,
        dedup_key=f"{key}:{seq}",
    )


def announce_many(rows: Sequence[OutboxEvent]) -> list[uuid.UUID]:
    """Writes outbox rows in one statement; returns their ids. What was announced before is dropped by the database."""
    OutboxEvent.objects.bulk_create(rows, ignore_conflicts=True)
    return [row.id for row in rows]


def record_and_announce(
    *,
    action: str,
    object_type: str,
    object_id: uuid.UUID,
    client_id: uuid.UUID | None = None,
    changes: JsonObject | None = None,
    payload: JsonObject | None = None,
    dedup_key: str = "",
    agency_id: uuid.UUID | None = None,
) -> None:
    """The usual pair: an audit row, and an outbox row of the same name that carries the object's id."""
    record(
        action=action,
        object_type=object_type,
        object_id=object_id,
        client_id=client_id,
        changes=changes,
        agency_id=agency_id,
    )
    announce(
        name=action,
        payload={"id": str(object_id), **(payload or {})},
        client_id=client_id,
        dedup_key=dedup_key,
        agency_id=agency_id,
    )


def next_number(*, kind: str, agency_id: uuid.UUID | None = None) -> int:
    """The next number that people will read for this kind of thing; locks the counter until the commit."""
    agency_id = agency_id or require_agency()
    Counter.objects.bulk_create([Counter(agency_id=agency_id, kind=kind)], ignore_conflicts=True)
    counter = Counter.objects.select_for_update().get(agency_id=agency_id, kind=kind)
    counter.value += 1
    counter.save(update_fields=["value"])
    return counter.value
