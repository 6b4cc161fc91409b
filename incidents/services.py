"""Writes of incidents: each step changes the row, the timeline, the clocks, the audit and the outbox in one go."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from agreements import selectors as agreements
from clients import selectors as clients
from core.audit import next_number, record, record_and_announce
from core.clock import now
from core.errors import Conflict, DomainError, NotFound
from core.selectors import member_of_user
from core.tenancy.context import require_scope
from core.tenancy.scope import sweeper_scope
from incidents.models import EntryKind, Incident, IncidentEntry, IncidentSource
from incidents.severities import DEFINITIONS, SERIOUS
from incidents.states import TRANSITIONS, IncidentState, Step, allowed
from slas import selectors as slas
from slas import services as sla_services

SUBJECT = "incident"
PARTIES = ("client", "vendor", "provider", "window")

log = structlog.get_logger(__name__)


def open_incident(
    *,
    system_id: uuid.UUID | str,
    title: str,
    severity: str,
    source: str,
    fingerprint: str = "",
    opened_at: datetime | None = None,
    detail: str = "",
) -> Incident:
    """A new incident and its clocks, on the response times that are signed for the system at that moment.

    What an alert opens is held from the client until somebody confirms it, or for a while where it is serious;
    everything else the client sees at once. A second incident of the same fingerprint is the first one.
    ``opened_at`` is when it was reported: never in the future.
    """
    system = clients.system(uuid.UUID(str(system_id)))
    at = opened_at or now()
    if at > now():
        raise DomainError(_("An incident cannot begin in the future."), field="opened_at")
    with transaction.atomic():
        known = _open_with(fingerprint)
        if known is not None:
            return known
        incident = Incident(
            client_id=system.client_id,
            system_id=system.id,
            title=_text(title, "title", 160),
            severity=_severity(severity),
            source=IncidentSource(source),
            fingerprint=fingerprint,
            opened_at=at,
            owner_id=system.owner_id,
            policy_version_id=agreements.policy_version_for(system.id, at),
        )
        incident.number = next_number(kind=SUBJECT)
        if incident.source == IncidentSource.ALERT:
            _hold(incident)
        else:
            incident.confirmed_at = incident.published_at = at
        try:
            with transaction.atomic():
                incident.save(force_insert=True)
        except IntegrityError:
            if not fingerprint:
                raise
            # Another worker opened it between our look and our insert; the database let one of us through.
            return Incident.objects.get(fingerprint=fingerprint, state__in=IncidentState.open_values())
        _start_clocks(incident, at)
        _entry(incident, EntryKind.OPENED, at=at, body=detail, visible=source != IncidentSource.ALERT)
        _tell(incident, "opened")
        if incident.published_at:
            _tell(incident, "published")
    return incident


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
            title=_text(title, "title", 160),
            severity=_severity(severity),
            source=IncidentSource.API,
            state=IncidentState.CLOSED,
            opened_at=opened_at,
            resolved_at=resolved_at,
            closed_at=resolved_at,
        )
        _entry(incident, EntryKind.OPENED, at=opened_at)
        _entry(incident, EntryKind.RESOLVED, at=resolved_at)
        record(
            action="incidents.incident.imported",
            object_type=SUBJECT,
            object_id=incident.id,
            client_id=incident.client_id,
            changes={"opened_at": opened_at.isoformat(), "resolved_at": resolved_at.isoformat()},
        )
    return incident


def confirm(*, incident_id: uuid.UUID, expected_version: int | None = None) -> Incident:
    """Says that it is real: the client sees it from now on."""
    with transaction.atomic():
        incident = _locked(incident_id, Step.CONFIRM, expected_version)
        if incident.confirmed_at:
            raise Conflict(_("This incident has been confirmed already."))
        incident.confirmed_at = now()
        _publish(incident, now())
        return _done(incident, "confirmed", EntryKind.CONFIRMED)


def call_false_alarm(*, incident_id: uuid.UUID, reason: str, expected_version: int | None = None) -> Incident:
    """Ends it as nothing: clocks stop, and the client never sees it."""
    with transaction.atomic():
        incident = _locked(incident_id, Step.FALSE_ALARM, expected_version)
        if incident.published_at:
            raise Conflict(_("The client has seen this incident. Resolve it and say that it was a false alarm."))
        incident.state, incident.publish_at, incident.closed_at = IncidentState.FALSE_ALARM, None, now()
        _stop_waiting(incident)
        _clocks(incident, "cancel", now(), reason=_text(reason, "reason", 300))
        return _done(incident, "false_alarm", EntryKind.FALSE_ALARM, body=reason)


def acknowledge(*, incident_id: uuid.UUID, expected_version: int | None = None) -> Incident:
    """Somebody has begun: triage and first response are kept. Whoever acknowledges an unowned incident owns it."""
    with transaction.atomic():
        incident = _locked(incident_id, Step.ACKNOWLEDGE, expected_version)
        incident.state, incident.acknowledged_at = IncidentState.ACKNOWLEDGED, now()
        if incident.owner_id is None:
            incident.owner_id = require_scope().actor.user_id
        _clocks(incident, "satisfy", now(), metrics=("triage", "first_response"))
        return _done(incident, "acknowledged", EntryKind.ACKNOWLEDGED, visible=True)


def pause(
    *,
    incident_id: uuid.UUID,
    reason: str,
    party: str,
    evidence: str = "",
    expected_version: int | None = None,
) -> Incident:
    """Stops the clocks that may be paused while ``party`` has to act. A miss that happened stays one."""
    if party not in PARTIES:
        raise DomainError(_("Choose who is being waited on."), field="party")
    with transaction.atomic():
        incident = _locked(incident_id, Step.PAUSE, expected_version)
        if incident.waiting_on:
            raise Conflict(_("The clocks are paused already. Resume them first."))
        text = _text(reason, "reason", 300)
        incident.waiting_on, incident.waiting_since = party, now()
        _clocks(incident, "pause", now(), party=party, reason=text, evidence=evidence[:500])
        return _done(incident, "paused", EntryKind.PAUSED, body=text, visible=True, data={"party": party})


def resume(*, incident_id: uuid.UUID, at: datetime | None = None, expected_version: int | None = None) -> Incident:
    """Lets the clocks run again, from ``at`` (the client's reply has a time of its own) or from now."""
    with transaction.atomic():
        incident = _locked(incident_id, Step.RESUME, expected_version)
        if not incident.waiting_on:
            raise Conflict(_("The clocks are running. There is nothing to resume."))
        party, since = incident.waiting_on, incident.waiting_since
        if at and since and at < since:
            raise DomainError(_("This was before the wait began."), field="at")
        _stop_waiting(incident)
        _clocks(incident, "resume", at or now(), party=party)
        return _done(incident, "resumed", EntryKind.RESUMED, visible=True, data={"party": party})


def post_note(*, incident_id: uuid.UUID, body: str) -> Incident:
    """A note that only staff sees."""
    with transaction.atomic():
        incident = _row(incident_id)
        return _done(incident, "noted", EntryKind.NOTE, body=_text(body, "body", 10_000, lines=True))


def post_update(*, incident_id: uuid.UUID, body: str) -> Incident:
    """A message to the client: the promised update is kept and the next one begins. It shows the incident to them.

    The first message is the first response too, whether or not somebody acknowledged the incident before.
    """
    with transaction.atomic():
        incident = _row(incident_id)
        if incident.state == IncidentState.FALSE_ALARM:
            raise Conflict(_("The client does not see a false alarm. Reopen it first."))
        _publish(incident, now())
        text = _text(body, "body", 10_000, lines=True)
        if incident.state in IncidentState.open_values():
            _clocks(incident, "satisfy", now(), metrics=("first_response",))
            sla_services.next_cycle(subject_type=SUBJECT, subject_id=incident.id, metric="periodic_update", at=now())
        return _done(incident, "updated", EntryKind.UPDATE, body=text, visible=True)


def mitigate(*, incident_id: uuid.UUID, expected_version: int | None = None) -> Incident:
    """The effect is contained, the cause may remain."""
    with transaction.atomic():
        incident = _locked(incident_id, Step.MITIGATE, expected_version)
        incident.state, incident.mitigated_at = IncidentState.MITIGATED, now()
        _begun(incident)
        _clocks(incident, "satisfy", now(), metrics=("triage", "first_response", "mitigation"))
        return _done(incident, "mitigated", EntryKind.MITIGATED, visible=True)


def resolve(*, incident_id: uuid.UUID, body: str = "", expected_version: int | None = None) -> Incident:
    """It works again: resolution and mitigation are kept, what is still owed besides ends."""
    with transaction.atomic():
        incident = _locked(incident_id, Step.RESOLVE, expected_version)
        at = now()
        incident.state, incident.resolved_at = IncidentState.RESOLVED, at
        incident.mitigated_at = incident.mitigated_at or at
        _begun(incident)
        _stop_waiting(incident)
        _clocks(incident, "satisfy", at, metrics=("triage", "first_response", "mitigation", "resolution"))
        _clocks(incident, "cancel", at, reason="resolved")
        return _done(incident, "resolved", EntryKind.RESOLVED, body=body.strip(), visible=True)


def reopen(*, incident_id: uuid.UUID, reason: str, expected_version: int | None = None) -> Incident:
    """It was not over: the resolution clock goes on where it stood."""
    with transaction.atomic():
        incident = _locked(incident_id, Step.REOPEN, expected_version)
        text = _text(reason, "reason", 300)
        if incident.state == IncidentState.FALSE_ALARM:
            _hold(incident)
        incident.state, incident.closed_at = IncidentState.ACKNOWLEDGED, None
        incident.mitigated_at = incident.resolved_at = None
        # An alert may have opened another incident of the same cause meanwhile; this one stands beside it.
        incident.fingerprint = ""
        incident.acknowledged_at = incident.acknowledged_at or now()
        _clocks(incident, "reopen", now(), reason=text)
        # What a false alarm had cancelled runs again; whoever reopens has begun, so the response is kept.
        _clocks(incident, "satisfy", now(), metrics=("triage", "first_response"))
        return _done(incident, "reopened", EntryKind.REOPENED, body=text, visible=True)


def close(*, incident_id: uuid.UUID, expected_version: int | None = None) -> Incident:
    """Everything about it is done."""
    with transaction.atomic():
        incident = _locked(incident_id, Step.CLOSE, expected_version)
        incident.state, incident.closed_at = IncidentState.CLOSED, now()
        return _done(incident, "closed", EntryKind.CLOSED)


def change_severity(
    *, incident_id: uuid.UUID, severity: str, mode: str = "carry_elapsed", expected_version: int | None = None
) -> Incident:
    """Raises or lowers the severity; the clocks take the new targets in the named mode."""
    with transaction.atomic():
        incident = _row(incident_id, expected_version)
        if incident.state not in IncidentState.open_values():
            raise Conflict(_("The severity of an incident that is over stays."))
        before, incident.severity = incident.severity, _severity(severity)
        if before == severity:
            raise Conflict(_("This is its severity already."))
        if not incident.published_at:
            _hold(incident)
        if incident.policy_version_id:
            sla_services.retarget(
                subject_type=SUBJECT,
                subject_id=incident.id,
                severity=severity,
                policy_version_id=incident.policy_version_id,
                at=now(),
                mode=mode,
            )
        return _done(
            incident, "severity_changed", EntryKind.SEVERITY, data={"before": before, "after": severity}, visible=True
        )


def assign(
    *, incident_id: uuid.UUID, owner_id: uuid.UUID | str | None, expected_version: int | None = None
) -> Incident:
    """Gives it an owner, who is somebody on the staff, or none."""
    with transaction.atomic():
        incident = _row(incident_id, expected_version)
        member = member_of_user(uuid.UUID(str(owner_id))) if owner_id else None
        if owner_id and member is None:
            raise NotFound(_("There is no such person here."), field="owner_id")
        incident.owner_id = member.user_id if member else None
        return _done(incident, "assigned", EntryKind.ASSIGNED, data={"owner_id": str(incident.owner_id or "")})


def add_entry(
    *,
    incident_id: uuid.UUID,
    kind: str,
    body: str = "",
    data: dict[str, Any] | None = None,
    visible: bool = False,
    at: datetime | None = None,
) -> Incident:
    """One more line of the timeline, from another app: an alert that fired or recovered, a deadline."""
    with transaction.atomic():
        incident = _row(incident_id)
        return _done(incident, kind, EntryKind(kind), body=body, data=data, visible=visible, at=at)


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
            _entry(incident, EntryKind.PUBLISHED, at=due)
            _tell(incident, "published")
    except Exception:
        log.exception("incident not published", incident_id=str(incident.id))
        Incident.objects.filter(id=incident.id).update(publish_at=now() + timedelta(minutes=5))
        return 0
    return 1


def _hold(incident: Incident) -> None:
    """Holds it from the client: a serious one for as long as the policy says, another until somebody confirms it."""
    incident.publish_at = None
    if incident.severity in SERIOUS and incident.policy_version_id:
        minutes = slas.policy_version(incident.policy_version_id).publish_after_minutes
        if minutes is not None:
            # Never before now: nobody could have judged it before its severity was known.
            incident.publish_at = max(incident.opened_at + timedelta(minutes=minutes), now())


def _publish(incident: Incident, at: datetime) -> None:
    if incident.published_at is None:
        incident.published_at, incident.publish_at = at, None
        _entry(incident, EntryKind.PUBLISHED, at=at)
        _tell(incident, "published")


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


def _clocks(incident: Incident, kind: Any, at: datetime, **more: Any) -> None:
    sla_services.record_event(subject_type=SUBJECT, subject_id=incident.id, kind=kind, at=at, **more)


def _begun(incident: Incident) -> None:
    """Who mitigates or resolves has begun, whether or not they pressed the other button first."""
    incident.acknowledged_at = incident.acknowledged_at or now()


def _stop_waiting(incident: Incident) -> None:
    incident.waiting_on, incident.waiting_since = "", None


def _locked(incident_id: uuid.UUID, step: Step, expected_version: int | None) -> Incident:
    incident = _row(incident_id, expected_version)
    if not allowed(step, incident.state):
        state = IncidentState(incident.state).label
        raise Conflict(
            _("“%(step)s” is not possible: the incident is %(state)s.")
            % {"step": step.label, "state": str(state).lower()}
        )
    assert TRANSITIONS[step]
    return incident


def _row(incident_id: uuid.UUID, expected_version: int | None = None) -> Incident:
    incident = Incident.objects.select_for_update(of=("self",)).filter(id=incident_id).first()
    if incident is None:
        raise NotFound(_("There is no such incident."), field="incident_id")
    if expected_version is not None and expected_version != incident.version:
        raise Conflict(_("Somebody changed this incident a moment ago. Look at it again and repeat."))
    return incident


def _open_with(fingerprint: str) -> Incident | None:
    if not fingerprint:
        return None
    return Incident.objects.filter(fingerprint=fingerprint, state__in=IncidentState.open_values()).first()


def _done(
    incident: Incident,
    verb: str,
    kind: EntryKind,
    *,
    body: str = "",
    visible: bool = False,
    data: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Incident:
    incident.version += 1
    incident.save()
    _entry(incident, kind, body=body, visible=visible, data=data, at=at)
    _tell(incident, verb)
    return incident


def _entry(
    incident: Incident,
    kind: EntryKind,
    *,
    body: str = "",
    visible: bool = False,
    data: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
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


def _tell(incident: Incident, verb: str) -> None:
    record_and_announce(
        action=f"incidents.incident.{verb}",
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
        },
    )


def _text(value: str, field: str, most: int, *, lines: bool = False) -> str:
    value = value.strip() if lines else " ".join(value.split())
    if not value:
        raise DomainError(_("This is needed."), field=field)
    if len(value) > most:
        raise DomainError(_("Use at most %(most)s characters.") % {"most": most}, field=field)
    return value


def _severity(value: str) -> str:
    if value not in DEFINITIONS:
        raise DomainError(_("Choose how bad it is."), field="severity")
    return value
