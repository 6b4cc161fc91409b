"""What is forgotten when, hour by hour; ``docs/operations.md`` has the ages in one table."""

from __future__ import annotations

import time
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from core import outbox
from core.clock import now
from core.purge import answers, delete_some, invitations, of_each_agency, of_everybody, sessions
from retainer.notifications.selectors import deliveries

# What is left over is left to the next hour.
SECONDS_EACH = 15.0


def browsers() -> int:
    """From where somebody was signed in, once that session is gone; a global table."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    return delete_some(UserSession.objects.filter(~Exists(alive)).order_by("id"))


def events() -> int:
    """What everybody was told of, in the scope of an agency."""
    return outbox.purge(before=now() - timedelta(days=settings.OUTBOX_RETENTION_DAYS))


def messages() -> int:
    """Mails and webhooks that were sent or given up, in the scope of an agency."""
    before = now() - timedelta(days=settings.DELIVERY_RETENTION_DAYS)
    return delete_some(deliveries().filter(created_at__lte=before, next_due_at=None).order_by("created_at"))


OF_EVERYBODY = (sessions, browsers)
OF_AN_AGENCY = (answers, invitations, events, messages)


def purge_all() -> int:
    """Every rule for a while; returns how many rows are gone."""
    gone = sum(of_everybody(rule, until=time.monotonic() + SECONDS_EACH) for rule in OF_EVERYBODY)
    return gone + sum(of_each_agency(rule, until=time.monotonic() + SECONDS_EACH) for rule in OF_AN_AGENCY)
