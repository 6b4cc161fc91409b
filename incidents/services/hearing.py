"""What the client says: a message, and a request to look again at a wait that they were blamed for."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import Conflict, DomainError, NotFound
from core.tenancy.context import require_scope
from incidents import events, selectors
from incidents.models import DisputeState, EntryKind, Incident, IncidentEntry, PauseDispute
from incidents.services.rows import SUBJECT, clean_text, done, locked_row, move_clocks, stop_waiting
from incidents.states import IncidentState
from slas import services as sla_services

# For so long after its start a wait can be disputed: what was agreed in a report stands some day.
DISPUTABLE_FOR = timedelta(days=30)


def hear_client(*, incident_id: uuid.UUID, body: str, at: datetime | None = None) -> Incident:
    """A message of the client, which came at ``at`` (now).

    It ends a wait for the client at its own time, and from then on the next response is owed where that is promised.
    After the end of an incident it starts nothing: thanks are not answered by a clock.
    """
    with transaction.atomic():
        incident = locked_row(incident_id)
        moment = at or now()
        if moment > now():
            raise DomainError(_("A message cannot come in the future."), field="at")
        if moment < incident.opened_at:
            raise DomainError(_("This was before the incident began."), field="at")
        text = clean_text(body, "body", 10_000, lines=True)
        if incident.state in IncidentState.open_values():
            _end_wait(incident, moment)
            _owe_answer(incident, moment)
        shown = incident.published_at is not None
        return done(incident, events.CLIENT_WROTE, EntryKind.CLIENT_MESSAGE, body=text, visible=shown, at=moment)


def _end_wait(incident: Incident, moment: datetime) -> None:
    since = incident.waiting_since
    if incident.waiting_on != "client" or since is None or moment < since:
        return
    stop_waiting(incident)
    move_clocks(incident, "resume", moment, party="client")


def _owe_answer(incident: Incident, moment: datetime) -> None:
    answered = IncidentEntry.objects.filter(incident_id=incident.id, kind=EntryKind.UPDATE, at__gte=moment)
    if incident.policy_version_id is None or answered.exists():
        return
    sla_services.owe_answer(
        subject_type=SUBJECT,
        subject_id=incident.id,
        client_id=incident.client_id,
        severity=incident.severity,
        policy_version_id=incident.policy_version_id,
        at=moment,
    )


def agree_date(*, incident_id: uuid.UUID, agreed_at: datetime, reason: str, metric: str = "resolution") -> Incident:
    """The client agrees to a date: the promise is due then, whatever is paused meanwhile."""
    with transaction.atomic():
        incident = locked_row(incident_id)
        if incident.state not in IncidentState.open_values():
            raise Conflict(_("It is over. There is nothing left to agree on."))
        text = clean_text(reason, "reason", 300)
        sla_services.agree_date(
            subject_type=SUBJECT, subject_id=incident.id, metric=metric, agreed_at=agreed_at, reason=text
        )
        data = {"metric": metric, "agreed_at": agreed_at.isoformat()}
        return done(incident, events.AGREED, EntryKind.AGREED, body=text, visible=True, data=data)


def dispute_wait(*, entry_id: uuid.UUID, contact_id: uuid.UUID, reason: str) -> PauseDispute:
    """A contact asks us to look again at a wait. It changes no clock until somebody decides."""
    with transaction.atomic():
        entry = selectors.wait(entry_id)
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
            _take_back(incident, selectors.wait(dispute.entry_id), dispute.answer)
        data = {"state": dispute.state}
        done(incident, events.DECIDED, EntryKind.DECIDED, body=dispute.answer, visible=True, data=data)
        return dispute


def _take_back(incident: Incident, entry: IncidentEntry, reason: str) -> None:
    party = str(entry.data.get("party", ""))
    present = incident.waiting_on == party and incident.waiting_since and incident.waiting_since <= entry.at
    sla_services.strike_wait(
        subject_type=SUBJECT,
        subject_id=incident.id,
        party=party,
        since=entry.at,
        until=selectors.end_of_wait(entry) or now(),
        reason=reason,
    )
    if present:
        stop_waiting(incident)
        # What was missed before keeps its pauses, and runs again from now on.
        move_clocks(incident, "resume", now(), party=party)
