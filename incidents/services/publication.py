"""When the client sees an incident: at once, when somebody confirms it, or when a serious one was held long enough."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from core.clock import now
from core.tenancy.scope import sweeper_scope
from incidents import events
from incidents.models import Incident
from incidents.services.base import add_line, emit
from incidents.severities import SERIOUS
from incidents.words import EntryKind
from slas import selectors as slas

log = structlog.get_logger(__name__)


def publish_due(*, limit: int = 200) -> int:
    """Shows the client the serious incidents that nobody has judged in time; returns how many."""
    with sweeper_scope():
        rows = list(
            Incident.objects.filter(publish_at__lte=now())
            .order_by("publish_at")
            .select_for_update(skip_locked=True, of=("self",))[:limit]
        )
        return sum(_publish_one(row) for row in rows)


def _publish_one(incident: Incident) -> int:
    try:
        with transaction.atomic():
            # The instant at which the hold ended, not at which we noticed.
            due = incident.publish_at or now()
            incident.published_at, incident.publish_at = due, None
            incident.version += 1
            incident.save(update_fields=["published_at", "publish_at", "version"])
            add_line(incident, EntryKind.PUBLISHED, at=due)
            emit(incident, events.PUBLISHED)
    except Exception:
        log.exception("incident not published", incident_id=str(incident.id))
        Incident.objects.filter(id=incident.id).update(publish_at=now() + timedelta(minutes=5))
        return 0
    return 1


def embargo(incident: Incident) -> None:
    """Holds it from the client: a serious one for as long as the policy says, another until somebody confirms it."""
    incident.publish_at = None
    if incident.severity in SERIOUS and incident.policy_version_id:
        minutes = slas.policy_version(incident.policy_version_id).publish_after_minutes
        if minutes is not None:
            # Never before now: nobody could have judged it before its severity was known.
            incident.publish_at = max(incident.opened_at + timedelta(minutes=minutes), now())


def publish(incident: Incident, at: datetime) -> None:
    """Shows it to the client, from ``at`` on; once."""
    if incident.published_at is None:
        incident.published_at, incident.publish_at = at, None
        add_line(incident, EntryKind.PUBLISHED, at=at)
        emit(incident, events.PUBLISHED)
