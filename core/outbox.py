"""Takes events from the outbox to the handlers that asked for them by name: leased, at least once, each handler once.

Calls go down the floors of the house and events go up. A handler runs in the event's agency, in a transaction of its
own; ``OutboxHandled`` makes a second run of the same handler do nothing.

Events of one subject, which share an order key, reach an ordered handler in the order of ``order_seq``: nobody takes an
event while an earlier one of its key still waits for its ordered handler. ``ordered_at`` says that this handler is
done, so a mail or a webhook that fails afterwards holds up itself alone. The sequence is counted in the subject's own
row, under the lock that writes the change; a time or an id would be another order than that of the commits.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from core.audit import record
from core.clock import now
from core.errors import Conflict, NotFound
from core.events import Event, Handler, handlers_of, identity_of, is_ordered, names_that_come_first, version_of
from core.ids import earliest_at, uuid7
from core.logs import mask
from core.models import OutboxEvent, OutboxHandled
from core.tenancy.scope import sweeper_scope, tenant_scope

LEASE = timedelta(seconds=30)
# An event begins with at least this much of its lease left. One that takes longer may be begun by a second worker, who
# waits for the first and then finds it done.
RENEW_AT = LEASE / 2
BATCH = 50
ROUND_SECONDS = 20.0
# After this many failures an event rests for an hour at a time; the auditor reports it.
BACKOFF_SECONDS = (1, 5, 30, 120, 600, 3600)
# What this code does not know is left alone for so long, and reported once it has waited for a release to end.
LEFT_FOR = timedelta(seconds=30)
LEFT_TOO_LONG = timedelta(minutes=10)
LEFT = "left for a newer version"
MOST_PURGED_AT_ONCE = 1000

# Done without having been ordered is what a worker of the version before has dealt with.
_WAITS_IN_ORDER = Q(ordered_at=None, done_at=None) & ~Q(order_key="")

log = structlog.get_logger(__name__)


def relay_round(*, seconds: float = ROUND_SECONDS) -> int:
    """Deals with due events until there are none, or until the time is up; returns how many it dealt with.

    A batch of what comes first, then one of all: a backlog of mails and webhooks keeps no alert from firing, and a
    flood of alerts keeps nobody from hearing of the first of them.
    """
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        dealt = _deal(_claim(BATCH, first=True), until=until)
        dealt += _deal(_claim(BATCH), until=until)
        count += dealt
        if not dealt:
            break
    return count


def relay_due(*, limit: int = 200) -> int:
    """Claims due events, runs their handlers, and returns how many events it dealt with."""
    return _deal(_claim(limit))


def deal_with(event_ids: Sequence[uuid.UUID]) -> None:
    """Deals with these events now, in this process, instead of waiting for the next round; before each with those of
    its key that come before it."""
    left = _with_those_before(event_ids)
    while left and (events := _claim(len(left), left)):
        _deal(events)
        left -= {event.id for event in events}


def _with_those_before(event_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    if not event_ids:
        return set()
    with sweeper_scope():
        keyed = OutboxEvent.objects.filter(id__in=event_ids).exclude(order_key="")
        places = [
            Q(agency_id=agency_id, order_key=key, order_seq__lt=seq)
            for agency_id, key, seq in keyed.values_list("agency_id", "order_key", "order_seq")
        ]
        before = OutboxEvent.objects.filter(reduce(or_, places), _WAITS_IN_ORDER) if places else keyed.none()
        return {*event_ids, *before.values_list("id", flat=True)}


def _first_of_its_key() -> Q:
    earlier = OutboxEvent.objects.filter(
        _WAITS_IN_ORDER,
        agency_id=OuterRef("agency_id"),
        order_key=OuterRef("order_key"),
        order_seq__lt=OuterRef("order_seq"),
    )
    return Q(order_key="") | Q(ordered_at__isnull=False) | Q(~Exists(earlier))


def _claim(limit: int, only: set[uuid.UUID] | None = None, *, first: bool = False) -> list[OutboxEvent]:
    """Writes a lease and commits, so that a dead worker's events are due again when it runs out."""
    lease_id = uuid7()
    with sweeper_scope():
        due = OutboxEvent.objects.filter(_first_of_its_key(), next_due_at__lte=now()).order_by("next_due_at", "id")
        if only:
            due = due.filter(id__in=only)
        if first:
            due = due.filter(name__in=names_that_come_first())
        events = list(due.select_for_update(skip_locked=True, of=("self",))[:limit])
        for event in events:
            event.lease_id = lease_id
        _ours(events).update(lease_id=lease_id, next_due_at=now() + LEASE)
    return events


def _ours(events: Sequence[OutboxEvent]) -> QuerySet[OutboxEvent]:
    return OutboxEvent.objects.filter(id__in=[event.id for event in events])


def _deal(events: list[OutboxEvent], *, until: float = float("inf")) -> int:
    """Runs the handlers of claimed events; returns how many it got to. What the time does not suffice for is due
    again at once."""
    for place, event in enumerate(_while_leased(events)):
        if place and time.monotonic() > until:
            _hand_back(events, event)
            return place
        _relay(event)
    return len(events)


def _while_leased(events: list[OutboxEvent]) -> Iterator[OutboxEvent]:
    """The events one by one, without those that somebody else took over while this process stood still."""
    since, lost = time.monotonic(), set[uuid.UUID]()
    for place, event in enumerate(events):
        if time.monotonic() - since > RENEW_AT.total_seconds():
            rest = events[place:]
            lost, since = {one.id for one in rest} - _renew(rest), time.monotonic()
        if event.id not in lost:
            yield event


def _renew(events: Sequence[OutboxEvent]) -> set[uuid.UUID]:
    """Leases them anew and returns the ids of those that were still leased."""
    lease_id = events[0].lease_id
    with sweeper_scope():
        kept = _ours(events).filter(lease_id=lease_id).select_for_update(skip_locked=True, of=("self",))
        ids = set(kept.values_list("id", flat=True))
        OutboxEvent.objects.filter(id__in=ids).update(next_due_at=now() + LEASE)
    return ids


def _hand_back(events: Sequence[OutboxEvent], first: OutboxEvent) -> None:
    rest = events[events.index(first) :]
    with sweeper_scope():
        _ours(rest).filter(lease_id=first.lease_id).update(lease_id=None, next_due_at=now())


def _relay(event: OutboxEvent) -> None:
    if event.version > version_of(event.name):
        _leave(event)
        return
    failures = [failure for handler in _in_turn(event) if (failure := _try(handler, event))]
    if failures:
        _put_back(event, failures[0])
        return
    with tenant_scope(event.agency_id):
        _leased(event).update(
            done_at=now(), ordered_at=now() if event.order_key else None, next_due_at=None, lease_id=None, last_error=""
        )


def _in_turn(event: OutboxEvent) -> list[Handler]:
    """The ordered handler first, because others of its key wait for it."""
    return sorted(handlers_of(event.name), key=lambda handler: not is_ordered(handler))


def _leased(event: OutboxEvent) -> QuerySet[OutboxEvent]:
    return OutboxEvent.objects.filter(id=event.id, lease_id=event.lease_id)


def _try(handler: Handler, event: OutboxEvent) -> Exception | None:
    """Runs one handler; none keeps another from its turn."""
    try:
        _run_once(handler, event)
    except Exception as error:
        about = {"event_id": str(event.id), "event_name": event.name, "handler": identity_of(handler)}
        log.exception("outbox handler failed", **about)
        return error
    return None


def _run_once(handler: Handler, event: OutboxEvent) -> None:
    mine = {"event_id": event.id, "handler": identity_of(handler)}
    with tenant_scope(event.agency_id), transaction.atomic():
        if not OutboxHandled.objects.filter(**mine).exists():
            # Two relays at once: the second waits here for the first's commit and then fails on the unique key, so the
            # handler's work is rolled back with it.
            OutboxHandled(**mine).save(force_insert=True)
            handler(_as_handlers_get_it(event))
        if event.order_key and is_ordered(handler):
            OutboxEvent.objects.filter(id=event.id, ordered_at=None).update(ordered_at=now())
    if event.order_key and is_ordered(handler):
        event.ordered_at = now()


def _as_handlers_get_it(row: OutboxEvent) -> Event:
    return Event(row.id, row.name, row.agency_id, row.client_id, row.payload, row.created_at, row.version)


def _put_back(event: OutboxEvent, error: Exception) -> None:
    """Backs off alone. Those that have to wait for it wait until then too, instead of being looked at every round."""
    due = now() + timedelta(seconds=BACKOFF_SECONDS[min(event.attempts, len(BACKOFF_SECONDS) - 1)])
    with tenant_scope(event.agency_id), transaction.atomic():
        ours = _leased(event).update(
            attempts=F("attempts") + 1,
            next_due_at=due,
            lease_id=None,
            last_error=mask(f"{type(error).__name__}: {error}")[:300],
        )
        if ours and event.order_key and event.ordered_at is None:
            _those_behind(event).update(next_due_at=due)


def _those_behind(event: OutboxEvent) -> QuerySet[OutboxEvent]:
    return OutboxEvent.objects.filter(
        _WAITS_IN_ORDER, order_key=event.order_key, order_seq__gt=event.order_seq, lease_id=None
    )


def _leave(event: OutboxEvent) -> None:
    """Neither a failure nor done: a newer worker knows what it is."""
    log.warning("event of a newer version is left alone", event_id=str(event.id), event_name=event.name)
    with tenant_scope(event.agency_id):
        _leased(event).update(next_due_at=now() + LEFT_FOR, lease_id=None, last_error=LEFT)


def agency_of(event_id: uuid.UUID) -> uuid.UUID | None:
    """Whose event it is, for an operator who has its id from a log; None where there is none."""
    with sweeper_scope():
        found: uuid.UUID | None = OutboxEvent.objects.filter(id=event_id).values_list("agency_id", flat=True).first()
    return found


def pass_event(*, event_id: uuid.UUID, reason: str) -> OutboxEvent:
    """An operator's word that an event is not to be dealt with any more, so that those behind it can go on.

    In the scope of its agency. Raises NotFound, or Conflict where it has been dealt with or no reason is given.
    """
    with transaction.atomic():
        event = OutboxEvent.objects.select_for_update(of=("self",)).filter(id=event_id).first()
        if event is None:
            raise NotFound("There is no such event.")
        if event.done_at is not None or not reason.strip():
            raise Conflict("It has been dealt with already." if event.done_at else "Say why it is passed.")
        event.done_at = event.ordered_at = now()
        event.next_due_at = event.lease_id = None
        event.last_error = f"passed: {reason.strip()}"[:300]
        event.save(update_fields=["done_at", "ordered_at", "next_due_at", "lease_id", "last_error"])
        if event.order_key:
            _those_behind(event).update(next_due_at=now())
        record(
            action="core.event.passed",
            object_type="event",
            object_id=event.id,
            client_id=event.client_id,
            changes={"name": event.name, "reason": reason.strip()[:300]},
        )
    return event


def is_pending(order_key: str) -> Exists:
    """For a query of rows with an agency: whether an event with the key in this column still waits for its turn."""
    waiting = OutboxEvent.objects.filter(_WAITS_IN_ORDER, agency_id=OuterRef("agency_id"))
    return Exists(waiting.filter(order_key=OuterRef(order_key)))


def pending_payloads(names: Collection[str], *, most: int) -> list[dict[str, Any]]:
    """What the events of these names say that nobody is done with yet, up to ``most`` of them."""
    waiting = OutboxEvent.objects.filter(name__in=names, next_due_at__isnull=False)
    return list(waiting.values_list("payload", flat=True)[:most])


def overdue() -> int:
    """How many events have been due for longer than a lease without being dealt with. For the auditor."""
    late = Q(next_due_at__lt=now() - 2 * LEASE)
    left = Q(last_error=LEFT, created_at__lt=now() - LEFT_TOO_LONG)
    return OutboxEvent.objects.filter(late | left, next_due_at__isnull=False).count()


def poisoned() -> int:
    """How many events failed and hold up those behind them. For the auditor, at once: an alert may be among these."""
    return OutboxEvent.objects.filter(_WAITS_IN_ORDER, next_due_at__isnull=False, attempts__gt=0).count()


def bring_back() -> int:
    """Makes due what a clock that ran ahead has put off for longer than anything ever waits; returns how many."""
    longest = now() + timedelta(seconds=BACKOFF_SECONDS[-1]) + 2 * LEASE
    fresh = now() + 2 * LEASE
    # Those behind a head that backs off wait as long as it does, without a failure of their own.
    ahead = Q(next_due_at__gt=longest) | Q(next_due_at__gt=fresh, attempts=0) & ~_WAITS_IN_ORDER
    return OutboxEvent.objects.filter(ahead).update(next_due_at=now(), lease_id=None)


def purge(*, before: datetime) -> int:
    """Deletes some of what the scope's agency was told of before then, with the marks of who was told; returns how
    many, which is 0 once there are none left. A batch a transaction, so that a large backlog is worked off."""
    old = OutboxEvent.objects.filter(id__lt=earliest_at(before.timestamp()), done_at__isnull=False).order_by("id")
    ids = list(old.values_list("id", flat=True)[:MOST_PURGED_AT_ONCE])
    OutboxHandled.objects.filter(event_id__in=ids).delete()
    return OutboxEvent.objects.filter(id__in=ids).delete()[0]


def settle() -> None:
    """Marks the scope's undealt events as dealt with: nobody hears of history that was written just now."""
    OutboxEvent.objects.filter(done_at=None).update(done_at=now(), ordered_at=now(), next_due_at=None)
