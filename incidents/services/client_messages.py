"""What the client says: a message that ends a wait and owes an answer, and a date that they agree to."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import Conflict, DomainError
from incidents import events
from incidents.models import Incident, IncidentEntry
from incidents.services.base import SUBJECT, clean_text, done, locked_row, move_clocks, stop_waiting
from incidents.states import IncidentState
from incidents.words import EntryKind
from slas import services as sla_services


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
