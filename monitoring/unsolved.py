"""What goes on after somebody called it solved: its incident is open again, or it gets a new one.

Whoever resolves an incident by hand says that it works again. Where the check goes on seeing the opposite, as many
times in a row as it takes to fire, the promise is not kept and somebody has to know.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.tenancy.scope import sweeper_scope, tenant_scope
from incidents import selectors as incidents
from incidents import services as incident_services
from monitoring.alerts import attach
from monitoring.models import Alert, Check, Health, Threshold

MOST_AT_ONCE = 200
# One that was called a false alarm, or merged into another, has been judged by somebody who saw it fire.
SOLVED = ("resolved", "closed")

log = structlog.get_logger(__name__)


def take_up_unsolved() -> int:
    """Takes up what has gone on for long enough since it was called solved; returns how many alerts those were."""
    with sweeper_scope():
        rows = Alert.objects.filter(recovered_at=None, incident__state__in=SOLVED, source_check__enabled=True)
        rows = rows.filter(source_check__system__paused_at=None).exclude(health=Health.UNKNOWN)
        found = list(rows.order_by("fired_at").values_list("agency_id", "id")[:MOST_AT_ONCE])
    return sum(_take_up(agency_id, alert_id) for agency_id, alert_id in found)


def _take_up(agency_id: uuid.UUID, alert_id: uuid.UUID) -> int:
    with tenant_scope(agency_id), transaction.atomic():
        rows = Alert.objects.select_related("source_check__system", "source_check__environment", "threshold")
        alert = rows.select_for_update(of=("self",)).get(id=alert_id)
        incident = incidents.incident(alert.incident_id) if alert.incident_id else None
        if incident is None or alert.recovered_at or incident.state not in SOLVED or incident.resolved_at is None:
            return 0
        since = _bad_since(alert)
        if since is None or since < incident.resolved_at:
            return 0
        log.info("an incident was not solved", incident=incident.number, agency_id=str(agency_id))
        if incidents.open_with(incident.fingerprint) or not _reopen(incident.id, alert):
            attach(alert, opened_at=since)
        return 1


def _bad_since(alert: Alert) -> datetime | None:
    """The first of the last bad results that would be enough to fire; None where there are not so many."""
    check: Check = alert.source_check
    subject: Check | Threshold = alert.threshold or check
    if check.last_slot is None or subject.bad_streak < subject.bad_count:
        return None
    return check.last_slot - timedelta(seconds=check.interval_seconds * (subject.bad_count - 1))


def _reopen(incident_id: uuid.UUID, alert: Alert) -> bool:
    reason = _("%(title)s: the alert goes on.") % {"title": alert.title}
    try:
        with transaction.atomic():
            incident_services.reopen(incident_id=incident_id, reason=reason[:300])
    except DomainError:
        # It has been closed, or it was solved too long ago.
        return False
    return True
