"""Alerts."""

from __future__ import annotations

import uuid

from django.db.models import (
    Q,
    QuerySet,
)
from django.utils.translation import gettext as _

from core.errors import NotFound
from incidents.states import IncidentState
from monitoring.models import Alert

# Worst first: the state of a system is the worst of what is measured on its production.


def alerts(
    *, open_only: bool = False, system_id: uuid.UUID | None = None, incident_id: uuid.UUID | None = None
) -> QuerySet[Alert]:
    """Alerts, newest first."""
    rows = Alert.objects.order_by("-fired_at")
    if open_only:
        rows = rows.filter(recovered_at=None)
    if system_id:
        rows = rows.filter(system_id=system_id)
    return rows.filter(incident_id=incident_id) if incident_id else rows


def alerts_nobody_has() -> QuerySet[Alert]:
    """Alerts that go on and are on no open incident: they have none, or somebody ended it. Newest first."""
    rows = alerts(open_only=True).select_related("incident")
    return rows.exclude(incident__state__in=IncidentState.open_values())


def alert(alert_id: uuid.UUID) -> Alert:
    """One alert; NotFound otherwise."""
    return _alert(Q(id=alert_id))


def alert_by_number(number: int) -> Alert:
    """One alert by the number people see; NotFound otherwise."""
    return _alert(Q(number=number))


def _alert(which: Q) -> Alert:
    row = Alert.objects.select_related("incident", "threshold").filter(which).first()
    if row is None:
        raise NotFound(_("There is no such alert."))
    return row


def evidence_metric(row: Alert) -> str:
    """Which metric's chart shows why an alert fired."""
    if row.threshold:
        return str(row.threshold.metric)
    measured: list[str] = row.source_check.measured
    return measured[-1] if measured else "latency"
