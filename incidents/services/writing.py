"""What is written on an incident: notes for staff, updates for the client, lines of other apps."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import Conflict
from incidents import events
from incidents.models import Incident
from incidents.next_action import UPDATE
from incidents.services.base import SUBJECT, clean_text, done, locked_row
from incidents.services.promises_kept import keep_promises
from incidents.services.publication import publish
from incidents.states import IncidentState
from incidents.words import EntryKind
from slas import services as sla_services


def post_note(*, incident_id: uuid.UUID, body: str) -> Incident:
    """A note that only staff sees."""
    with transaction.atomic():
        incident = locked_row(incident_id)
        return done(incident, events.NOTED, EntryKind.NOTE, body=clean_text(body, "body", 10_000, lines=True))


def post_update(*, incident_id: uuid.UUID, body: str) -> Incident:
    """A message to the client: the promised update is kept and the next one begins. It shows the incident to them.

    The first message is the first response too, whether or not somebody acknowledged the incident before.
    """
    with transaction.atomic():
        incident = locked_row(incident_id)
        if incident.state == IncidentState.FALSE_ALARM:
            raise Conflict(_("The client does not see a false alarm. Reopen it first."))
        # One moment for the line and for the clocks: the next message is owed from when this one was written.
        at = now()
        publish(incident, at)
        text = clean_text(body, "body", 10_000, lines=True)
        if incident.state in IncidentState.open_values():
            keep_promises(incident, UPDATE, at)
            sla_services.next_cycle(subject_type=SUBJECT, subject_id=incident.id, metric="periodic_update", at=at)
        return done(incident, events.UPDATED, EntryKind.UPDATE, body=text, visible=True, at=at)


def add_entry(
    *,
    incident_id: uuid.UUID,
    kind: str,
    body: str = "",
    data: Mapping[str, object] | None = None,
    visible: bool = False,
    at: datetime | None = None,
) -> Incident:
    """One more line of the timeline, from another app: an alert that fired or recovered, a deadline."""
    with transaction.atomic():
        incident = locked_row(incident_id)
        return done(incident, f"{events.PREFIX}{kind}", EntryKind(kind), body=body, data=data, visible=visible, at=at)
