"""What goes on after somebody called it solved: its incident is open again, or it gets a new one.

Whoever resolves an incident by hand says that it works again. Where the check goes on seeing the opposite, as many
times in a row as it takes to fire, the promise is not kept and somebody has to know.
"""

from __future__ import annotations

import uuid
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core import due
from core.clock import now
from core.errors import DomainError
from incidents import selectors as incidents
from incidents import services as incident_services
from monitoring.alerts.services import attach
from monitoring.models import Alert, Check, Threshold
from monitoring.words import Health

# One that was called a false alarm, or merged into another, has been judged by somebody who saw it fire.
SOLVED = ("resolved", "closed")

# Somebody is still watching, and a promise is broken.
_GOES_ON = Q(
    recovered_at=None,
    source_check__enabled=True,
    source_check__system__paused_at=None,
    source_check__environment__kind="production",
) & ~Q(health=Health.UNKNOWN)

log = structlog.get_logger(__name__)


def take_up_unsolved() -> int:
    """Takes up what has gone on for long enough since it was called solved; returns how many alerts those were."""
    return due.go_through(_called_solved, _take_up)


def _called_solved() -> QuerySet[Alert]:
    rows = Alert.objects.select_related("source_check__system", "source_check__environment", "threshold")
    return rows.filter(_GOES_ON, incident__state__in=SOLVED)


def _take_up(alert: Alert) -> bool:
    assert alert.incident_id
    # Locked, so that whoever opens it again at this moment, for another alert of it, is seen.
    incident = incident_services.locked_row(alert.incident_id)
    if incident.state not in SOLVED or not _has_gone_on(alert, incident.resolved_at):
        return False
    log.info("an incident was not solved", incident=incident.number)
    if incidents.open_with(incident.fingerprint) or not _reopen(incident.id, alert):
        attach(alert, opened_at=now())
    return True


def _has_gone_on(alert: Alert, resolved_at: datetime | None) -> bool:
    """Whether so many bad results as it takes to fire have come since we first saw it solved. Counted, because
    between two slots a check may have been silent, paused or asked at another pace."""
    subject: Check | Threshold = alert.threshold or alert.source_check
    seen = alert.evidence.get("solved", {})
    if seen.get("at") != str(resolved_at) or subject.bad_streak < seen["bad"]:
        # Also where a good result has come between: it counts anew.
        alert.evidence["solved"] = {"at": str(resolved_at), "bad": subject.bad_streak}
        alert.save(update_fields=["evidence"])
        return False
    return bool(subject.bad_streak - seen["bad"] >= subject.bad_count)


def _reopen(incident_id: uuid.UUID, alert: Alert) -> bool:
    reason = _("%(title)s: the alert goes on.") % {"title": alert.title}
    try:
        with transaction.atomic():
            incident_services.reopen(incident_id=incident_id, reason=reason[:300])
    except DomainError:
        # It has been closed, or it was solved too long ago.
        return False
    return True
