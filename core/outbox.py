"""Takes news from the outbox to the handlers that asked for it by name: leased, at least once, each handler once.

Calls go down the floors of the house and news goes up. A handler runs in the event's agency, in a transaction of its
own; ``OutboxHandled`` makes a second run of the same handler do nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.db import transaction

from core.clock import now
from core.ids import uuid7
from core.models import OutboxEvent, OutboxHandled
from core.news import ANY, Handler, News, handlers_of, register
from core.tenancy.scope import sweeper_scope, tenant_scope

LEASE = timedelta(seconds=30)
# After this many failures an event rests for an hour at a time; the auditor reports it.
BACKOFF_SECONDS = (1, 5, 30, 120, 600, 3600)

log = structlog.get_logger(__name__)

__all__ = ["ANY", "Handler", "News", "handlers_of", "register", "relay_due"]


def relay_due(*, limit: int = 200) -> int:
    """Claims due events, runs their handlers, and returns how many events it dealt with."""
    events = _claim(limit)
    for event, lease_id in events:
        _relay(event, lease_id)
    return len(events)


def deal_with(event_ids: Sequence[uuid.UUID]) -> None:
    """Deals with these events now, in this process, instead of waiting for the next round."""
    if event_ids:
        for event, lease_id in _claim(len(event_ids), event_ids):
            _relay(event, lease_id)


def _claim(limit: int, only: Sequence[uuid.UUID] = ()) -> list[tuple[OutboxEvent, uuid.UUID]]:
    """Writes a lease and commits, so that a dead worker's events are due again when it runs out."""
    lease_id = uuid7()
    with sweeper_scope():
        due = OutboxEvent.objects.filter(next_due_at__lte=now()).order_by("next_due_at", "id")
        if only:
            due = due.filter(id__in=only)
        events = list(due.select_for_update(skip_locked=True)[:limit])
        OutboxEvent.objects.filter(id__in=[event.id for event in events]).update(
            lease_id=lease_id, next_due_at=now() + LEASE
        )
    return [(event, lease_id) for event in events]


def _relay(event: OutboxEvent, lease_id: uuid.UUID) -> None:
    news = News(event.id, event.name, event.agency_id, event.client_id, event.payload, event.created_at)
    try:
        for handler in handlers_of(event.name):
            _run_once(handler, news)
    except Exception as error:
        log.exception("outbox handler failed", event_id=str(event.id), event_name=event.name)
        _put_back(event, lease_id, error)
        return
    with tenant_scope(event.agency_id):
        OutboxEvent.objects.filter(id=event.id, lease_id=lease_id).update(
            done_at=now(), next_due_at=None, lease_id=None, last_error=""
        )


def _run_once(handler: Handler, news: News) -> None:
    name = f"{handler.__module__}.{handler.__qualname__}"
    with tenant_scope(news.agency_id), transaction.atomic():
        row = OutboxHandled(event_id=news.event_id, handler=name)
        before = OutboxHandled.objects.filter(event_id=news.event_id, handler=name).exists()
        if before:
            return
        # Two relays at once: the second waits here for the first's commit and then fails on the unique key, so the
        # handler's work is rolled back with it.
        row.save(force_insert=True)
        handler(news)


def _put_back(event: OutboxEvent, lease_id: uuid.UUID, error: Exception) -> None:
    """Backs off alone; nobody else waits for it."""
    delay = BACKOFF_SECONDS[min(event.attempts, len(BACKOFF_SECONDS) - 1)]
    with tenant_scope(event.agency_id):
        OutboxEvent.objects.filter(id=event.id, lease_id=lease_id).update(
            attempts=event.attempts + 1,
            next_due_at=now() + timedelta(seconds=delay),
            lease_id=None,
            last_error=f"{type(error).__name__}: {error}"[:300],
        )


def overdue() -> int:
    """How many events have been due for longer than a lease without being dealt with. For the auditor."""
    return OutboxEvent.objects.filter(next_due_at__lt=now() - 2 * LEASE).count()


def settle() -> None:
    """Marks the scope's undealt events as dealt with: history that was written just now is news to nobody."""
    OutboxEvent.objects.filter(done_at=None).update(done_at=now(), next_due_at=None)
