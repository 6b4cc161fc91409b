"""Forgets what nobody can use any more: answers kept for an Idempotency-Key, and sessions that have ended."""

from __future__ import annotations

import uuid

from django.contrib.sessions.models import Session

from core.clock import now
from core.models import IdempotencyKey
from core.selectors import all_agencies
from core.tenancy.scope import tenant_scope

# In one statement, so that none holds many locks for long.
AT_ONCE = 5000


def purge_expired() -> int:
    """Deletes what is over, agency by agency, and returns how many rows that was."""
    return _sessions() + sum(_keys_of(agency.id) for agency in all_agencies())


def _keys_of(agency_id: uuid.UUID) -> int:
    gone = 0
    while True:
        with tenant_scope(agency_id):
            over = IdempotencyKey.objects.filter(expires_at__lte=now()).order_by("expires_at")
            ids = list(over.values_list("id", flat=True)[:AT_ONCE])
            deleted = IdempotencyKey.objects.filter(id__in=ids).delete()[0]
        gone += deleted
        if deleted < AT_ONCE:
            return gone


def _sessions() -> int:
    return Session.objects.filter(expire_date__lte=now()).delete()[0]
