"""How an incident begins."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from agreements import selectors as agreements
from clients import selectors as clients
from core.audit import next_number, record
from core.clock import now
from core.errors import Conflict, DomainError
from incidents import events
from incidents.models import Incident
from incidents.selectors import open_with
from incidents.services.base import SUBJECT, add_line, clean_text, emit, known_severity, locked_row
from incidents.services.publication import embargo
from incidents.states import IncidentState
from incidents.words import EntryKind, IncidentSource
from slas import services as sla_services

if TYPE_CHECKING:
    from clients.models import AISystem

# Somebody may report late, and still no clock starts years ago.
OLDEST_REPORT = timedelta(days=31)
# An incident that is ended between our look and our lock is looked for again.
MOST_LOOKS = 5


def open_incident(
    *,
    system_id: uuid.UUID | str,
    title: str,
    severity: str,
    source: str,
    fingerprint: str = "",
    opened_at: datetime | None = None,
    detail: str = "",
    channel: str = "",
) -> Incident:
    """A new incident and its clocks, on the response times that are signed for the system at that moment.

    What an alert opens is held from the client until somebody confirms it, or for a while where it is serious;
    everything else the client sees at once. A second incident of the same fingerprint is the first one.
    ``opened_at`` is when it was reported: never in the future. ``channel`` is how, for the timeline.
    """
    system = clients.system(uuid.UUID(str(system_id)))
    _refuse_archived(system, source)
    at = opened_at or now()
    if at > now():
        raise DomainError(_("An incident cannot begin in the future."), field="opened_at")
    if source != IncidentSource.ALERT and at < now() - OLDEST_REPORT:
        raise DomainError(_("This is more than 31 days ago. Import what is over instead."), field="opened_at")
    with transaction.atomic():
        known = open_with(fingerprint)
        if known is not None:
            return known
        incident = Incident(
            client_id=system.client_id,
            system_id=system.id,
            title=clean_text(title, "title", 160),
            severity=known_severity(severity),
            source=IncidentSource(source),
            fingerprint=fingerprint,
            opened_at=at,
            owner_id=system.owner_id,
            policy_version_id=agreements.policy_version_for(system.id, at),
        )
        incident.number = next_number(kind=SUBJECT)
        if incident.source == IncidentSource.ALERT:
            embargo(incident)
        else:
            incident.confirmed_at = incident.published_at = now()
        try:
            with transaction.atomic():
                incident.save(force_insert=True)
        except IntegrityError:
            if not fingerprint:
                raise
            # Another worker opened it between our look and our insert; the database let one of us through.
            return Incident.objects.get(fingerprint=fingerprint, state__in=IncidentState.open_values())
        # The new row waits for whoever archives its system, and keeps out whoever comes after it.
        _refuse_archived(clients.system(system.id), source)
        _start_clocks(incident, at)
        data = {"channel": channel} if channel else {}
        add_line(incident, EntryKind.OPENED, at=at, body=detail, visible=source != IncidentSource.ALERT, data=data)
        emit(incident, events.OPENED)
        if incident.published_at:
            emit(incident, events.PUBLISHED)
    return incident


def _refuse_archived(system: AISystem, source: str) -> None:
    if source != IncidentSource.ALERT and system.archived_at:
        raise Conflict(_("This system is archived. Restore it first."), field="system_id")


def open_or_join(
    *, system_id: uuid.UUID, title: str, severity: str, source: str, fingerprint: str, opened_at: datetime
) -> Incident:
    """The open incident of this cause, or a new one; locked, so that nobody ends it before what joins it is written."""
    with transaction.atomic():
        for _look in range(MOST_LOOKS):
            incident = open_with(fingerprint) or open_incident(
                system_id=system_id,
                title=title,
                severity=severity,
                source=source,
                fingerprint=fingerprint,
                opened_at=opened_at,
            )
            incident = locked_row(incident.id)
            if incident.state in IncidentState.open_values():
                return incident
    raise Conflict(_("The incidents of this system end faster than they can be joined."))


def import_incident(
    *, system_id: uuid.UUID, title: str, severity: str, opened_at: datetime, resolved_at: datetime
) -> Incident:
    """A closed incident from elsewhere: it starts no clock, is shown to no client and is told to nobody."""
    system = clients.system(system_id)
    if not opened_at <= resolved_at <= now():
        raise DomainError(
            _("An imported incident begins before it ends, and both lie in the past."), field="resolved_at"
        )
    with transaction.atomic():
        incident: Incident = Incident.objects.create(
            client_id=system.client_id,
            system_id=system.id,
            number=next_number(kind=SUBJECT),
            title=clean_text(title, "title", 160),
            severity=known_severity(severity),
            source=IncidentSource.API,
            state=IncidentState.CLOSED,
            opened_at=opened_at,
            resolved_at=resolved_at,
            closed_at=resolved_at,
        )
        add_line(incident, EntryKind.OPENED, at=opened_at)
        add_line(incident, EntryKind.RESOLVED, at=resolved_at)
        record(
            action="incidents.incident.imported",
            object_type=SUBJECT,
            object_id=incident.id,
            client_id=incident.client_id,
            changes={"opened_at": opened_at.isoformat(), "resolved_at": resolved_at.isoformat()},
        )
    return incident


def _start_clocks(incident: Incident, at: datetime) -> None:
    if incident.policy_version_id:
        sla_services.start_clocks(
            subject_type=SUBJECT,
            subject_id=incident.id,
            client_id=incident.client_id,
            severity=incident.severity,
            policy_version_id=incident.policy_version_id,
            started_at=at,
        )
