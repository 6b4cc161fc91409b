"""Takes due messages on, in fair turns and under a lease, and writes down what became of them."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.clock import now
from core.ids import uuid7
from core.logs import mask
from core.tenancy.scope import sweeper_scope, tenant_scope
from retainer.notifications import rates
from retainer.notifications.lanes import Lane, agencies_due, rows_due
from retainer.notifications.letters import NOTHING
from retainer.notifications.models import Channel, Delivery, DeliveryRate
from retainer.notifications.retries import delay_after
from retainer.notifications.turns import LANE_PLACES, LeasedDeliveries, in_turn, share_of

LEASE = timedelta(seconds=60)
# So many agencies have a turn in one claim; chance decides where more have something due.
MOST_AGENCIES = 50
# The auditor counts no further.
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours until its lease runs out."""

    delivery: Delivery
    lease_id: uuid.UUID
    lane: Lane


def claim(channel: str, *, free: int, leased: LeasedDeliveries, quick_only: bool = False) -> list[Claimed]:
    """Up to ``free`` due messages in the order of their turns, leased and committed."""
    at, lease_id = now(), uuid7()
    with sweeper_scope():
        agencies = _agencies(channel, at, free, leased)
        if not agencies:
            return []
        rated = rates.lock(channel, agencies)
        allowed = {agency_id: rates.left(row, at) for agency_id, row in rated.items()}
        most = {agency_id: min(number, _most(channel, free)) for agency_id, number in allowed.items() if number}
        waiting = rows_due(channel=channel, at=at, most=most)
        turns = in_turn(
            waiting, free=free, allowed=allowed, leased=leased, by_name=channel == Channel.EMAIL, quick_only=quick_only
        )
        taken = list(turns)
        if taken:
            rates.charge(rated, Counter(lane.agency_id for lane, _id in taken), at)
        rows = _lease([row_id for _lane, row_id in taken], lease_id, at)
    return [Claimed(rows[row_id], lease_id, lane) for lane, row_id in taken]


def _agencies(channel: str, at: datetime, free: int, leased: LeasedDeliveries) -> list[uuid.UUID]:
    """Whose turn it is: those who hold least, and among equals by chance."""
    due = agencies_due(channel=channel, at=at, horizon=rates.horizon(channel, at))
    holds = leased.agencies
    due = [agency_id for agency_id in due if holds[agency_id] < share_of(free)]
    random.shuffle(due)
    return sorted(due, key=lambda agency_id: holds[agency_id])[:MOST_AGENCIES]


def _most(channel: str, free: int) -> int:
    """More of one lane are never taken on in one claim."""
    return share_of(free) if channel == Channel.EMAIL else LANE_PLACES


def _lease(ids: Collection[uuid.UUID], lease_id: uuid.UUID, at: datetime) -> dict[uuid.UUID, Delivery]:
    due = Delivery.objects.filter(id__in=ids)
    due.update(next_due_at=at + LEASE, lease_id=lease_id)
    return {row.id: row for row in due}


def renew(one: Claimed) -> bool:
    """Makes the lease last again; False where it ran out and somebody else may have the message by now."""
    with tenant_scope(one.delivery.agency_id):
        mine = Delivery.objects.filter(id=one.delivery.id, lease_id=one.lease_id)
        return mine.update(next_due_at=now() + LEASE) > 0


def put_back(one: Claimed) -> None:
    """Untried, and due at once for whoever has time."""
    with tenant_scope(one.delivery.agency_id):
        mine = Delivery.objects.filter(id=one.delivery.id, lease_id=one.lease_id)
        mine.update(next_due_at=now(), lease_id=None)


def note_sent(one: Claimed) -> None:
    """Done, where the lease is still ours."""
    with tenant_scope(one.delivery.agency_id):
        Delivery.objects.filter(id=one.delivery.id, lease_id=one.lease_id).update(
            sent_at=now(),
            next_due_at=None,
            lease_id=None,
            last_error="",
            attempts=one.delivery.attempts + 1,
            **NOTHING,
        )


def note_failed(one: Claimed, why: str) -> None:
    """Back in the queue after a while, or given up after the last try."""
    attempts = one.delivery.attempts + 1
    wait = delay_after(attempts)
    with tenant_scope(one.delivery.agency_id):
        Delivery.objects.filter(id=one.delivery.id, lease_id=one.lease_id).update(
            attempts=attempts,
            last_error=mask(why)[:200],
            lease_id=None,
            failed_at=now() if wait is None else None,
            next_due_at=None if wait is None else now() + wait,
            **(NOTHING if wait is None else {}),
        )


def overdue() -> int:
    """How many messages nobody has taken on for two leases, up to a thousand. For the auditor.

    What waits because its agency has used its allowance, or because the agency's turns are taken by its own older
    messages, is not forgotten.
    """
    old = Delivery.objects.filter(next_due_at__lt=now() - 2 * LEASE).exclude(Exists(_served()))
    return len(old.values_list("id")[:MOST_COUNTED])


def _served() -> QuerySet[DeliveryRate]:
    at = now()
    used_up = [Q(channel=channel, free_at__gt=rates.horizon(channel, at)) for channel in Channel.values]
    recently = Q(claimed_at__gte=at - 2 * LEASE)
    mine = DeliveryRate.objects.filter(agency_id=OuterRef("agency_id"), channel=OuterRef("channel"))
    return mine.filter(used_up[0] | used_up[1] | recently)
