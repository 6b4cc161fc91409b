"""Waiting on somebody else: the clocks pause, the client is asked, and reminded until they answer."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clients import selectors as clients
from core import due
from core.clock import now
from core.errors import Conflict, DomainError
from incidents import events
from incidents.models import Incident
from incidents.services.base import add_line, clean_text, done, emit, locked_for, move_clocks, stop_waiting
from incidents.states import Action
from incidents.words import EntryKind
from slas.words import Party

# How long after the wait began the client is reminded; after the last time a person has to ask.
REMIND_AFTER = (timedelta(days=1), timedelta(days=3), timedelta(days=7))


def pause(
    *,
    incident_id: uuid.UUID,
    reason: str,
    party: str,
    evidence: str = "",
    expected_version: int | None = None,
) -> Incident:
    """Stops the clocks that may be paused while ``party`` has to act. A miss that happened stays one.

    Waiting on the client asks them: they are told at once, and reminded. So it is refused before they see the incident.
    """
    if party not in Party.values:
        raise DomainError(_("Choose who is being waited on."), field="party")
    with transaction.atomic():
        incident = locked_for(incident_id, Action.PAUSE, expected_version)
        if incident.waiting_on:
            raise Conflict(_("The clocks are paused already. Resume them first."))
        text = clean_text(reason, "reason", 300)
        if party == Party.CLIENT and incident.published_at is None:
            raise Conflict(
                _("The client does not see this incident yet, so nobody can be waited on. Confirm it first."),
                field="party",
            )
        at = now()
        incident.waiting_on, incident.waiting_since = party, at
        incident.remind_at = at + REMIND_AFTER[0] if party == Party.CLIENT else None
        move_clocks(incident, "pause", at, party=party, reason=text, evidence=evidence[:500])
        data = {"party": party, "evidence": evidence[:500]}
        return done(incident, events.PAUSED, EntryKind.PAUSED, body=text, visible=True, data=data, at=at)


def resume(*, incident_id: uuid.UUID, at: datetime | None = None, expected_version: int | None = None) -> Incident:
    """Lets the clocks run again, from ``at`` (the client's reply has a time of its own) or from now."""
    with transaction.atomic():
        incident = locked_for(incident_id, Action.RESUME, expected_version)
        if not incident.waiting_on:
            raise Conflict(_("The clocks are running. There is nothing to resume."))
        party, since = incident.waiting_on, incident.waiting_since
        if at and since and at < since:
            raise DomainError(_("This was before the wait began."), field="at")
        stop_waiting(incident)
        move_clocks(incident, "resume", at or now(), party=party)
        return done(incident, events.RESUMED, EntryKind.RESUMED, visible=True, data={"party": party})


def remind_due(*, limit: int = due.AT_ONCE) -> int:
    """Reminds the clients that are due to be; returns how many incidents those were of."""
    return due.work_off(_unreminded, _remind, column="remind_at", limit=limit)


def _unreminded() -> QuerySet[Incident]:
    return Incident.objects.filter(remind_at__lte=now()).order_by("remind_at")


def _remind(incident: Incident) -> bool:
    # A process of the version before may have ended the wait. Where nobody gets mail, nobody is said to be reminded.
    waits = incident.waiting_on == Party.CLIENT
    reminds = waits and clients.gets_mail(incident.client_id)
    incident.remind_at = _next_reminder(incident) if waits else None
    incident.version += reminds
    incident.save(update_fields=["remind_at", "version"])
    if reminds:
        add_line(incident, EntryKind.REMINDED, visible=True)
        emit(incident, events.REMINDED)
    return reminds


def _next_reminder(incident: Incident) -> datetime | None:
    """The first of the set times that is still to come: after a long stop the client is reminded once, not thrice."""
    assert incident.waiting_since is not None
    times = (incident.waiting_since + after for after in REMIND_AFTER)
    return next((at for at in times if at > now()), None)
