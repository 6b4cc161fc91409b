"""What one agency's database holds, read once for all facts."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.audit_chain import Chain, verify
from core.models import AuditEvent, OutboxEvent
from core.tenancy.scope import tenant_scope
from incidents.models import Incident, IncidentEntry
from monitoring.models import Alert, Check, Threshold
from retainer.notifications.models import Delivery
from slas.models import Clock, ClockEvent, ClockNotice
from tests.chaos.facts import witness


@dataclass(frozen=True)
class Told:
    """One piece of news. ``at`` is the real second at which it was written; rows sort by the order of their subject."""

    order: tuple[float, ...]
    at: float
    id: uuid.UUID
    name: str
    payload: dict[str, Any]
    client_id: uuid.UUID | None
    happened_at: datetime


@dataclass
class Stored:
    """The rows of one agency."""

    agency_id: uuid.UUID
    checks: dict[uuid.UUID, Check] = field(default_factory=dict)
    thresholds: list[Threshold] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    entries: list[IncidentEntry] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    clock_events: dict[uuid.UUID, list[ClockEvent]] = field(default_factory=dict)
    notices: list[ClockNotice] = field(default_factory=list)
    news: list[Told] = field(default_factory=list)
    audited: list[tuple[str, uuid.UUID | None]] = field(default_factory=list)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    chain: Chain | None = None

    def told(self, name: str) -> list[Told]:
        """The news of one name, in order."""
        return [row for row in self.news if row.name == name]


def read(agency_id: uuid.UUID) -> Stored:
    """Everything, in the agency's scope and in one transaction."""
    with tenant_scope(agency_id):
        events: dict[uuid.UUID, list[ClockEvent]] = defaultdict(list)
        for row in ClockEvent.objects.order_by("clock", "seq"):
            events[row.clock_id].append(row)
        return Stored(
            agency_id=agency_id,
            checks={row.id: row for row in Check.objects.select_related("environment", "system")},
            thresholds=list(Threshold.objects.all()),
            alerts=list(Alert.objects.order_by("number")),
            incidents=list(Incident.objects.order_by("number")),
            entries=list(IncidentEntry.objects.all()),
            clocks=list(Clock.objects.all()),
            clock_events=events,
            notices=list(ClockNotice.objects.all()),
            news=sorted(_news(agency_id), key=lambda row: row.order),
            audited=list(AuditEvent.objects.values_list("action", "object_id")),
            deliveries={str(row.id): row for row in Delivery.objects.all()},
            chain=verify(),
        )


def _news(agency_id: uuid.UUID) -> list[Told]:
    """What was ever told, also what has been purged since where somebody stood by and wrote it down."""
    written = witness.rows(agency_id)
    rows = written if written is not None else [(0, row) for row in OutboxEvent.objects.all()]
    return [_told(place, row) for place, row in rows]


def _told(place: int, row: OutboxEvent) -> Told:
    milliseconds = row.id.int >> 80
    return Told(
        # As it was written down, which for one subject is the order of its row's lock; without a witness that of the
        # ids, which know milliseconds.
        order=(place, milliseconds, _slot(row)),
        at=milliseconds / 1000,
        id=row.id,
        name=row.name,
        payload=row.payload,
        client_id=row.client_id,
        happened_at=row.created_at,
    )


def _slot(row: OutboxEvent) -> float:
    slot = row.payload.get("slot")
    return datetime.fromisoformat(slot).timestamp() if slot else 0.0
