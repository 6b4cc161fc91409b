"""How many messages an agency may send in a time: what is over waits its turn, and nothing is lost.

A generic cell rate: ``free_at`` is when all that was taken is paid off, one message each interval. After a quiet time
a whole allowance may go at once, and then it comes back evenly. Kept in PostgreSQL, because a lost count would be a
flood of somebody's mailboxes, and because only one row an agency and channel is written for many messages.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.conf import settings

from retainer.notifications.models import Channel, DeliveryRate


def allowance(channel: str) -> tuple[int, timedelta]:
    """So many in such a time."""
    if channel == Channel.EMAIL:
        return settings.AGENCY_MAILS_PER_HOUR, timedelta(hours=1)
    return settings.AGENCY_WEBHOOKS_PER_MINUTE, timedelta(minutes=1)


def horizon(channel: str, at: datetime) -> datetime:
    """An agency whose ``free_at`` lies after this has used all it may."""
    most, period = allowance(channel)
    return at + period - period / most


def left(rate: DeliveryRate, at: datetime) -> int:
    """How many more may go now."""
    most, period = allowance(rate.channel)
    owed = max(rate.free_at or at, at) - at
    return max(0, int((period - owed) / (period / most) + 1e-6))


def lock(channel: str, agency_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, DeliveryRate]:
    """The agencies' rows, held to the end of the transaction; those that another round holds are left to it."""
    found = _free(channel, agency_ids)
    missing = set(agency_ids) - {row.agency_id for row in found}
    if missing:
        rows = [DeliveryRate(agency_id=agency_id, channel=channel) for agency_id in missing]
        DeliveryRate.objects.bulk_create(rows, ignore_conflicts=True)
        found += _free(channel, missing)
    return {row.agency_id: row for row in found}


def _free(channel: str, agency_ids: Collection[uuid.UUID]) -> list[DeliveryRate]:
    rows = DeliveryRate.objects.filter(channel=channel, agency_id__in=agency_ids).order_by("agency_id")
    return list(rows.select_for_update(skip_locked=True, of=("self",)))


def charge(rows: Mapping[uuid.UUID, DeliveryRate], taken: Mapping[uuid.UUID, int], at: datetime) -> None:
    """Writes down what the agencies have taken just now."""
    changed = [rows[agency_id] for agency_id in taken]
    for row in changed:
        most, period = allowance(row.channel)
        row.free_at = max(row.free_at or at, at) + period / most * taken[row.agency_id]
        row.claimed_at = at
    DeliveryRate.objects.bulk_update(changed, ["free_at", "claimed_at"])
