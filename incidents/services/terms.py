"""Another severity or other response times of one incident, and what they would come to."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements import selectors as agreements
from core.clock import now
from core.errors import Conflict
from incidents import events
from incidents.models import Incident
from incidents.services.base import SUBJECT, done, known_severity, locked_row
from incidents.services.publication import embargo
from incidents.states import IncidentState
from incidents.words import EntryKind
from slas import selectors as sla_selectors
from slas import services as sla_services

if TYPE_CHECKING:
    from slas.policies.models import PolicyVersion


def change_severity(
    *, incident_id: uuid.UUID, severity: str, mode: str = "carry_elapsed", expected_version: int | None = None
) -> Incident:
    """Raises or lowers the severity; the clocks take the new targets in the named mode."""
    with transaction.atomic():
        incident = locked_row(incident_id, expected_version)
        if incident.state not in IncidentState.open_values():
            raise Conflict(_("The severity of an incident that is over stays."))
        before, incident.severity = incident.severity, known_severity(severity)
        if before == severity:
            raise Conflict(_("This is its severity already."))
        if not incident.published_at:
            embargo(incident)
        if incident.policy_version_id:
            sla_services.retarget(
                subject_type=SUBJECT,
                subject_id=incident.id,
                severity=severity,
                policy_version_id=incident.policy_version_id,
                at=now(),
                mode=mode,
            )
        return done(
            incident,
            events.SEVERITY_CHANGED,
            EntryKind.SEVERITY,
            data={"before": before, "after": severity},
            visible=True,
        )


def change_policy(
    *,
    incident_id: uuid.UUID,
    policy_version_id: uuid.UUID,
    mode: str = "carry_elapsed",
    expected_version: int | None = None,
) -> Incident:
    """Gives one incident other response times; its clocks take the new targets in the named mode.

    Where a running retainer covers its system, only those that were signed: they are the promise until both sides sign
    something else.
    """
    with transaction.atomic():
        incident = locked_row(incident_id, expected_version)
        if incident.state not in IncidentState.open_values():
            raise Conflict(_("The response times of an incident that is over stay."))
        version = sla_services.version_to_sign(policy_version_id)
        if incident.policy_version_id == version.id:
            raise Conflict(_("It runs on these response times already."))
        _only_what_is_signed(incident, version.id)
        shifts = preview_terms(incident=incident, policy_version_id=version.id, mode=mode)
        before, incident.policy_version_id = incident.policy_version_id, version.id
        # None, too, where it was opened under what had been archived by then.
        unpromised = before is None or not sla_selectors.clocks_of(SUBJECT, incident.id)
        where: dict[str, Any] = {"subject_type": SUBJECT, "subject_id": incident.id, "severity": incident.severity}
        if unpromised:
            sla_services.start_clocks(
                **where, client_id=incident.client_id, policy_version_id=version.id, started_at=incident.opened_at
            )
        else:
            sla_services.retarget(**where, policy_version_id=version.id, at=now(), mode=mode)
        data = {"to": str(version), "shifts": [_kept(shift) for shift in shifts if shift.before != shift.after]}
        return done(incident, events.POLICY_CHANGED, EntryKind.POLICY, data=data, visible=True)


def _kept(shift: sla_services.Shift) -> dict[str, str | None]:
    """As the timeline stores it."""
    return {
        "metric": shift.metric,
        "before": shift.before.isoformat() if shift.before else None,
        "after": shift.after.isoformat() if shift.after else None,
    }


def terms_at(*, system_id: uuid.UUID, at: datetime) -> PolicyVersion | None:
    """The response times that are signed for the system at that moment; None where no running retainer covers it."""
    signed = agreements.policy_version_for(system_id, at)
    return sla_selectors.policy_version(signed) if signed else None


def preview_opening(*, system_id: uuid.UUID, severity: str, at: datetime) -> list[sla_services.Shift]:
    """The promises with their deadlines that an incident of that system would have; none while it is not known how
    bad it is, or nothing is signed."""
    signed = agreements.policy_version_for(system_id, at)
    if not signed or not severity:
        return []
    return sla_services.preview_start(policy_version_id=signed, severity=severity, at=at)


def policies_for(incident: Incident) -> list[PolicyVersion]:
    """The response times that it may be given: what is signed for its system, else whatever is on offer."""
    signed = agreements.policy_version_for(incident.system_id)
    return [sla_selectors.policy_version(signed)] if signed else list(sla_selectors.latest_policy_versions())


def _only_what_is_signed(incident: Incident, version_id: uuid.UUID) -> None:
    signed = agreements.policy_version_for(incident.system_id)
    if signed not in (None, version_id):
        message = _("Its retainer runs on %(signed)s. What was signed is the promise until both sides sign another.")
        raise Conflict(message % {"signed": sla_selectors.policy_version(signed)}, field="policy_version_id")


def preview_terms(
    *, incident: Incident, severity: str = "", policy_version_id: uuid.UUID | None = None, mode: str = "carry_elapsed"
) -> list[sla_services.Shift]:
    """What another severity or other response times would come to now: each promise with its deadline before and
    after. What is not named stays as it is."""
    version_id = policy_version_id or incident.policy_version_id
    if version_id is None or incident.state not in IncidentState.open_values():
        return []
    return sla_services.preview_retarget(
        subject_type=SUBJECT,
        subject_id=incident.id,
        severity=known_severity(severity or incident.severity),
        policy_version_id=version_id,
        at=now(),
        mode=mode,
    )
