"""Forgets what nobody can use any more, a batch a transaction, so that none holds many locks for long.

Each rule deletes some of what is over and says how many rows that were; 0 once there are none left.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Model, QuerySet

from core.clock import now
from core.models import IdempotencyKey, Invitation
from core.selectors import all_agencies
from core.tenancy.scope import tenant_scope

AT_ONCE = 1000


def delete_some(rows: QuerySet[Model]) -> int:
    """The first thousand of these rows, in their order."""
    ids = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    if not ids:
        return 0
    rows.model._default_manager.filter(pk__in=ids).delete()
    return len(ids)


def answers() -> int:
    """What was kept for an ``Idempotency-Key``, in the scope of an agency."""
    return delete_some(IdempotencyKey.objects.filter(expires_at__lte=now()).order_by("expires_at"))


def invitations() -> int:
    """Links that let nobody in any more, with the addresses they were sent to, in the scope of an agency."""
    before = now() - timedelta(days=settings.INVITATION_RETENTION_DAYS)
    return delete_some(Invitation.objects.filter(created_at__lte=before, expires_at__lte=now()).order_by("created_at"))


def sessions() -> int:
    """Sign-ins that have ended; a global table."""
    return delete_some(Session.objects.filter(expire_date__lte=now()).order_by("expire_date"))


def of_everybody(rule: Callable[[], int], *, until: float) -> int:
    """Batches of a global table until there are none left or the time (of the monotonic clock) is up."""
    gone = 0
    while time.monotonic() < until and (some := rule()):
        gone += some
    return gone


def of_each_agency(rule: Callable[[], int], *, until: float) -> int:
    """A batch of each agency in turn, so that none with very much to forget keeps the others from it."""
    gone, left = 0, [agency.id for agency in all_agencies()]
    while left:
        going_on = []
        for agency_id in left:
            if time.monotonic() >= until:
                return gone
            with tenant_scope(agency_id):
                some = rule()
            gone += some
            if some:
                going_on.append(agency_id)
        left = going_on
    return gone
