"""When the client sees an incident: at once, when somebody confirms it, or when a serious one was held long enough."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from core import due
from core.clock import now
from incidents import events
from incidents.models import Incident
from incidents.services.base import add_line, emit
from incidents.severities import SERIOUS
from incidents.words import EntryKind
from slas import selectors as slas


def publish_due(*, limit: int = due.AT_ONCE) -> int:
    """Shows the client the serious incidents that nobody has judged in time; returns how many."""
    return due.work_off(_unjudged, _publish, column="publish_at", limit=limit)


def _unjudged() -> QuerySet[Incident]:
    return Incident.objects.filter(publish_at__lte=now()).order_by("publish_at")


def _publish(incident: Incident) -> bool:
    # From the instant at which the hold ended, not from that at which we noticed.
    ended, incident.publish_at = incident.publish_at, None
    publish(incident, ended or now())
    incident.version += 1
    incident.save(update_fields=["published_at", "publish_at", "version"])
    return True


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
