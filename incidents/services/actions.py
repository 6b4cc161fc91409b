"""The steps of an incident, each with its clocks."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core.access.roles import Capability, may
from core.clock import now
from core.errors import Conflict, DomainError, Forbidden, NotFound
from core.selectors import member_of_user
from core.tenancy.context import require_scope
from incidents import events, readings
from incidents.models import Incident
from incidents.services.base import (
    add_line,
    clean_text,
    done,
    locked_for,
    locked_row,
    mark_begun,
    move_clocks,
    stop_waiting,
)
from incidents.services.promises_kept import keep_promises
from incidents.services.publication import embargo, publish
from incidents.states import Action, IncidentState
from incidents.words import EntryKind
from slas import selectors as sla_selectors


def confirm(*, incident_id: uuid.UUID, expected_version: int | None = None) -> Incident:
    """Says that it is real: the client sees it from now on."""
    with transaction.atomic():
        incident = locked_for(incident_id, Action.CONFIRM, expected_version)
        if incident.confirmed_at:
            raise Conflict(_("This incident has been confirmed already."))
        incident.confirmed_at = at = now()
        publish(incident, at)
        return done(incident, events.CONFIRMED, EntryKind.CONFIRMED)


def call_false_alarm(*, incident_id: uuid.UUID, reason: str, expected_version: int | None = None) -> Incident:
    """Ends it as nothing: clocks stop, and the client never sees it."""
    with transaction.atomic():
        incident = locked_for(incident_id, Action.FALSE_ALARM, expected_version)
        if incident.published_at:
            raise Conflict(_("The client has seen this incident. Resolve it and say that it was a false alarm."))
        incident.state, incident.publish_at = IncidentState.FALSE_ALARM, None
        incident.closed_at = at = now()
        stop_waiting(incident)
        move_clocks(incident, "cancel", at, reason=clean_text(reason, "reason", 300))
        return done(incident, events.FALSE_ALARM, EntryKind.FALSE_ALARM, body=reason)


def acknowledge(*, incident_id: uuid.UUID, expected_version: int | None = None) -> Incident:
    """Somebody has begun, which keeps triage and, unless the policy asks for a message, the first response.

    Whoever acknowledges an unowned incident owns it.
    """
    with transaction.atomic():
        incident = locked_for(incident_id, Action.ACKNOWLEDGE, expected_version)
        incident.state = IncidentState.ACKNOWLEDGED
        # One moment for the step and for the clocks that it keeps, however long the rest takes.
        incident.acknowledged_at = at = now()
        if incident.owner_id is None:
            incident.owner_id = require_scope().actor.user_id
        keep_promises(incident, Action.ACKNOWLEDGE, at)
        return done(incident, events.ACKNOWLEDGED, EntryKind.ACKNOWLEDGED, visible=True)


def mitigate(*, incident_id: uuid.UUID, expected_version: int | None = None) -> Incident:
    """The effect is contained, the cause may remain."""
    with transaction.atomic():
        incident = locked_for(incident_id, Action.MITIGATE, expected_version)
        incident.state = IncidentState.MITIGATED
        incident.mitigated_at = at = now()
        mark_begun(incident)
        keep_promises(incident, Action.MITIGATE, at)
        return done(incident, events.MITIGATED, EntryKind.MITIGATED, visible=True)


def resolve(
    *, incident_id: uuid.UUID, body: str = "", override_reason: str = "", expected_version: int | None = None
) -> Incident:
    """It works again: resolution and mitigation are kept, what is still owed besides ends.

    What fired must be well by its last answer; whoever may override says why it is solved all the same, for the staff.
    The client reads what was measured, either way.
    """
    with transaction.atomic():
        incident = locked_for(incident_id, Action.RESOLVE, expected_version)
        measured = readings.readings_of(incident.id)
        against = _overridden(measured, override_reason)
        at = now()
        incident.state, incident.resolved_at = IncidentState.RESOLVED, at
        incident.mitigated_at = incident.mitigated_at or at
        mark_begun(incident)
        stop_waiting(incident)
        keep_promises(incident, Action.RESOLVE, at)
        move_clocks(incident, "cancel", at, reason="resolved")
        if against:
            add_line(incident, EntryKind.NOTE, body=_("Solved against what was measured: %(why)s") % {"why": against})
        data = {"measured": readings.kept(measured)} if measured else {}
        return done(incident, events.RESOLVED, EntryKind.RESOLVED, body=body.strip(), visible=True, data=data)


def _overridden(measured: list[readings.Reading], reason: str) -> str:
    """Why it is solved although something is still wrong; empty where nothing is. DomainError where it is not said,
    Forbidden to those who may not say it."""
    wrong = [row for row in measured if not row.good]
    if not wrong:
        return ""
    still = _("Not solved yet: %(wrong)s.") % {"wrong": "; ".join(readings.sentence(row) for row in wrong)}
    actor = require_scope().actor
    if actor.kind != "system" and not may(actor.role, Capability.OVERRIDE):
        raise Forbidden(
            _("%(still)s Wait for a good answer, or ask an owner or account manager.") % {"still": still},
            field="override_reason",
        )
    if not reason.strip():
        raise DomainError(
            _("%(still)s Wait for a good answer, or say why it is solved all the same.") % {"still": still},
            field="override_reason",
        )
    return clean_text(reason, "override_reason", 300)


def reopen(*, incident_id: uuid.UUID, reason: str, expected_version: int | None = None) -> Incident:
    """It was not over: the resolution clock goes on where it stood."""
    with transaction.atomic():
        incident = locked_for(incident_id, Action.REOPEN, expected_version)
        text = clean_text(reason, "reason", 300)
        _within_days(incident)
        if incident.state == IncidentState.FALSE_ALARM:
            embargo(incident)
        incident.state, incident.closed_at = IncidentState.ACKNOWLEDGED, None
        incident.mitigated_at = incident.resolved_at = incident.merged_into_id = None
        # An alert may have opened another incident of the same cause meanwhile; then this one stands beside it.
        if Incident.objects.filter(fingerprint=incident.fingerprint, state__in=IncidentState.open_values()).exists():
            incident.fingerprint = ""
        at = now()
        incident.acknowledged_at = incident.acknowledged_at or at
        move_clocks(incident, "reopen", at, reason=text)
        # What a false alarm had cancelled runs again; whoever reopens has begun, so the response is kept.
        keep_promises(incident, Action.REOPEN, at)
        return done(incident, events.REOPENED, EntryKind.REOPENED, body=text, visible=True)


def _within_days(incident: Incident) -> None:
    """What was solved long ago is a new incident, with promises of its own; the policy says how long ago."""
    days = sla_selectors.reopen_days(incident.policy_version_id)
    if days is None or incident.resolved_at is None or now() <= incident.resolved_at + timedelta(days=days):
        return
    message = _("It was resolved more than %(days)s days ago. Open a new incident, so that its promises are new too.")
    raise Conflict(message % {"days": days})


def close(*, incident_id: uuid.UUID, expected_version: int | None = None) -> Incident:
    """Everything about it is done."""
    with transaction.atomic():
        incident = locked_for(incident_id, Action.CLOSE, expected_version)
        incident.state, incident.closed_at = IncidentState.CLOSED, now()
        return done(incident, events.CLOSED, EntryKind.CLOSED)


def assign(
    *, incident_id: uuid.UUID, owner_id: uuid.UUID | str | None, expected_version: int | None = None
) -> Incident:
    """Gives it an owner, who is somebody on the staff, or none."""
    with transaction.atomic():
        incident = locked_row(incident_id, expected_version)
        member = member_of_user(uuid.UUID(str(owner_id))) if owner_id else None
        if owner_id and member is None:
            raise NotFound(_("There is no such person here."), field="owner_id")
        incident.owner_id = member.user_id if member else None
        return done(incident, events.ASSIGNED, EntryKind.ASSIGNED, data={"owner_id": str(incident.owner_id or "")})
