"""How an alert ends, whoever ends it: the evidence, the incident's timeline, the news."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.audit import record_and_announce
from core.clock import now
from incidents import services as incident_services
from monitoring import events
from monitoring.models import Alert, AlertState, Check


def end(alert: Alert, *, at: datetime, evidence: dict[str, Any], said: str) -> None:
    """Ends an open alert at ``at``; ``said`` is what the incident's timeline says of it."""
    alert.state, alert.recovered_at = AlertState.RECOVERED, at
    alert.evidence = {**alert.evidence, "recovered": evidence}
    alert.save(update_fields=["state", "recovered_at", "evidence"])
    if alert.incident_id:
        incident_services.add_entry(
            incident_id=alert.incident_id,
            kind="alert_recovered",
            body=said,
            data={"alert": alert.number, **evidence},
        )
    tell(events.RECOVERED, alert)


def end_unwatched(check: Check, reason: str, threshold_id: uuid.UUID | None = None) -> None:
    """Ends the open alerts of a check, or of one of its limits, because nobody looks any more.

    One that stayed open would swallow every later alert of the same thing.
    """
    rows = Alert.objects.filter(source_check_id=check.id, recovered_at=None)
    if threshold_id:
        rows = rows.filter(threshold_id=threshold_id)
    for alert in rows.select_for_update(of=("self",)):
        said = _("%(title)s: the alert ended because %(reason)s.") % {"title": alert.title, "reason": reason}
        end(alert, at=now(), evidence={"reason": reason}, said=said)


def tell(name: str, alert: Alert) -> None:
    """The audit row and the news of an alert that fired or ended."""
    record_and_announce(
        action=name,
        object_type="alert",
        object_id=alert.id,
        client_id=alert.client_id,
        dedup_key=f"{name}:{alert.id}",
        payload={
            "number": alert.number,
            "client_id": str(alert.client_id),
            "system_id": str(alert.system_id),
            "check_id": str(alert.source_check_id),
            "incident_id": str(alert.incident_id) if alert.incident_id else None,
            "title": alert.title,
            "health": alert.health,
            "environment": alert.source_check.environment.kind,
            "began_at": alert.began_at.isoformat(),
        },
    )
