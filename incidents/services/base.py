"""What every step does: it locks the row, changes it, and writes the timeline, the clocks, the audit and the outbox."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypedDict, Unpack

from django.utils.translation import gettext as _

from core.audit import record_and_announce
from core.clock import now
from core.errors import Conflict, DomainError, NotFound
from core.tenancy.context import require_scope
from incidents.models import Incident, IncidentEntry
from incidents.severities import DEFINITIONS
from incidents.states import TRANSITIONS, Action, IncidentState, allowed
from incidents.words import EntryKind
from slas import services as sla_services
from slas.clocks.services import EventName

SUBJECT = "incident"


class Happening(TypedDict, total=False):
    """What is said of an event of the clocks."""

    metrics: Collection[str] | None
    party: str
    reason: str
    evidence: str


def locked_row(incident_id: uuid.UUID, expected_version: int | None = None) -> Incident:
    """The incident, locked until the transaction ends; NotFound, or Conflict where somebody changed it meanwhile."""
    incident = Incident.objects.select_for_update(of=("self",)).filter(id=incident_id).first()
    if incident is None:
        raise NotFound(_("There is no such incident."), field="incident_id")
    if expected_version is not None and expected_version != incident.version:
        raise Conflict(_("Somebody changed this incident a moment ago. Look at it again and repeat."))
    return incident


def locked_for(incident_id: uuid.UUID, step: Action, expected_version: int | None) -> Incident:
    """The locked incident, for a step that its state allows; Conflict where it does not, or somebody changed it."""
    incident = locked_row(incident_id, expected_version)
    if not allowed(step, incident.state):
        state = IncidentState(incident.state).label
        raise Conflict(
            _("“%(step)s” is not possible: the incident is %(state)s.")
            % {"step": step.label, "state": str(state).lower()}
        )
    assert TRANSITIONS[step]
    return incident


def done(
    incident: Incident,
    name: str,
    kind: EntryKind,
    *,
    body: str = "",
    visible: bool = False,
    data: Mapping[str, object] | None = None,
    at: datetime | None = None,
    **more: str,
) -> Incident:
    """Saves the step with its line on the timeline, its audit row and its event, which says ``more`` besides."""
    incident.version += 1
    incident.save()
    add_line(incident, kind, body=body, visible=visible, data=data, at=at)
    emit(incident, name, **more)
    return incident


def add_line(
    incident: Incident,
    kind: EntryKind,
    *,
    body: str = "",
    visible: bool = False,
    data: Mapping[str, object] | None = None,
    at: datetime | None = None,
) -> None:
    """One line of the timeline, by whoever acts in this scope."""
    actor = require_scope().actor
    IncidentEntry.objects.create(
        agency_id=incident.agency_id,
        client_id=incident.client_id,
        incident_id=incident.id,
        at=at or now(),
        kind=kind,
        client_visible=visible,
        body=body,
        data=data or {},
        actor_kind=actor.kind,
        actor_id=actor.id,
    )


def emit(incident: Incident, name: str, **more: str) -> None:
    """The audit row and the event of a step."""
    record_and_announce(
        action=name,
        object_type=SUBJECT,
        object_id=incident.id,
        client_id=incident.client_id,
        agency_id=incident.agency_id,
        changes={"state": incident.state, "severity": incident.severity},
        payload={
            "number": incident.number,
            "client_id": str(incident.client_id),
            "system_id": str(incident.system_id),
            "severity": incident.severity,
            "state": incident.state,
            "title": incident.title,
            **more,
        },
    )


def move_clocks(incident: Incident, kind: EventName, at: datetime, **more: Unpack[Happening]) -> None:
    """One event on every clock of the incident, or on those that ``metrics`` names."""
    sla_services.record_event(subject_type=SUBJECT, subject_id=incident.id, kind=kind, at=at, **more)


def mark_begun(incident: Incident) -> None:
    """Who mitigates or resolves has begun, whether or not they pressed the other button first."""
    incident.acknowledged_at = incident.acknowledged_at or now()


def stop_waiting(incident: Incident) -> None:
    """Nobody is waited on any more."""
    incident.waiting_on, incident.waiting_since, incident.remind_at = "", None, None


def clean_text(value: str, field: str, most: int, *, lines: bool = False) -> str:
    """What was typed without its outer space, on one line unless ``lines``; DomainError where empty or too long."""
    value = value.strip() if lines else " ".join(value.split())
    if not value:
        raise DomainError(_("This is needed."), field=field)
    if len(value) > most:
        raise DomainError(_("Use at most %(most)s characters.") % {"most": most}, field=field)
    return value


def known_severity(value: str) -> str:
    """The severity itself; DomainError where there is none of this name."""
    if value not in DEFINITIONS:
        raise DomainError(_("Choose how bad it is."), field="severity")
    return value
