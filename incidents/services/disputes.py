"""A client asks to look again at a wait that they were blamed for, and somebody decides."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import Conflict, NotFound
from core.tenancy.context import require_scope
from incidents import events, selectors
from incidents.models import Incident, IncidentEntry, PauseDispute
from incidents.services.base import SUBJECT, clean_text, done, locked_row, move_clocks, stop_waiting
from incidents.words import DisputeState, EntryKind
from slas import services as sla_services

# For so long after its start a wait can be disputed: what was agreed in a report stands some day.
DISPUTABLE_FOR = timedelta(days=30)


def dispute_pause(*, entry_id: uuid.UUID, contact_id: uuid.UUID, reason: str) -> PauseDispute:
    """A contact asks us to look again at a wait. It changes no clock until somebody decides."""
    with transaction.atomic():
        entry = selectors.pause_entry(entry_id)
        incident = locked_row(entry.incident_id)
        if entry.at < now() - DISPUTABLE_FOR:
            raise Conflict(_("This wait began more than 30 days ago. Please talk to us about it."))
        if PauseDispute.objects.filter(entry=entry).exists():
            raise Conflict(_("A review of this wait has been asked for already."))
        dispute: PauseDispute = PauseDispute.objects.create(
            client_id=incident.client_id,
            incident=incident,
            entry=entry,
            contact_id=contact_id,
            reason=clean_text(reason, "reason", 500),
        )
        done(incident, events.DISPUTED, EntryKind.DISPUTED, body=dispute.reason, visible=True)
        return dispute


def decide_dispute(*, dispute_id: uuid.UUID, accept: bool, answer: str) -> PauseDispute:
    """Takes the wait back, so that its time counts as ours, or keeps it; the client reads the answer either way."""
    with transaction.atomic():
        dispute = PauseDispute.objects.select_for_update(of=("self",)).filter(id=dispute_id).first()
        if dispute is None:
            raise NotFound(_("There is no such request."))
        if dispute.state != DisputeState.OPEN:
            raise Conflict(_("This has been decided already."))
        incident = locked_row(dispute.incident_id)
        dispute.state = DisputeState.ACCEPTED if accept else DisputeState.DECLINED
        dispute.answer = clean_text(answer, "answer", 500)
        dispute.decided_by_id, dispute.decided_at = require_scope().actor.user_id, now()
        dispute.save()
        if accept:
            _take_back(incident, selectors.pause_entry(dispute.entry_id), dispute.answer)
        data = {"state": dispute.state}
        done(incident, events.DECIDED, EntryKind.DECIDED, body=dispute.answer, visible=True, data=data)
        return dispute


def _take_back(incident: Incident, entry: IncidentEntry, reason: str) -> None:
    party = str(entry.data.get("party", ""))
    present = incident.waiting_on == party and incident.waiting_since and incident.waiting_since <= entry.at
    sla_services.revoke_pause(
        subject_type=SUBJECT,
        subject_id=incident.id,
        party=party,
        since=entry.at,
        until=selectors.end_of_pause(entry) or now(),
        reason=reason,
    )
    if present:
        stop_waiting(incident)
        # What was missed before keeps its pauses, and runs again from now on.
        move_clocks(incident, "resume", now(), party=party)
