"""Two incidents that turn out to be one failure: the older one is kept."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import Conflict, DomainError, NotFound
from incidents import events, selectors
from incidents.models import Incident
from incidents.services.base import done, locked_for, move_clocks, stop_waiting
from incidents.services.publication import publish
from incidents.services.terms import change_severity
from incidents.severities import DEFINITIONS
from incidents.states import Action, IncidentState
from incidents.words import EntryKind


def merge(*, incident_id: uuid.UUID, into_id: uuid.UUID | str, expected_version: int | None = None) -> Incident:
    """Ends it as the same failure as an older one of the client: its clocks stop, and those of the older run on.

    Into the older one only, so that no promise begins later than it was made. What was missed stays missed. The kept
    one takes the worse severity of the two, and the client sees it if either was seen.
    """
    with transaction.atomic():
        # Both in the order of their ids, so that two merges never wait for each other.
        list(Incident.objects.filter(id__in=[incident_id, into_id]).order_by("id").select_for_update(of=("self",)))
        incident = locked_for(incident_id, Action.MERGE, expected_version)
        kept = _kept(incident, into_id)
        _take_in(incident, kept)
        Incident.objects.filter(merged_into_id=incident.id).update(merged_into_id=kept.id)
        incident.state, incident.merged_into_id = IncidentState.MERGED, kept.id
        incident.closed_at, incident.publish_at = now(), None
        stop_waiting(incident)
        move_clocks(incident, "cancel", now(), reason=f"merged into {kept.reference}")
        data = {"into": kept.reference}
        return done(incident, events.MERGED, EntryKind.MERGED, visible=True, data=data, into=str(kept.id))


def _kept(incident: Incident, into_id: uuid.UUID | str) -> Incident:
    kept = Incident.objects.filter(id=into_id, client_id=incident.client_id).exclude(id=incident.id).first()
    if kept is None:
        raise NotFound(_("There is no such other incident of this client."), field="into")
    if kept.state not in IncidentState.open_values():
        raise Conflict(_("%(name)s is over. Reopen it first, or merge into another.") % {"name": kept.reference})
    if not selectors.may_take_in(incident).filter(id=kept.id).exists():
        message = _("%(name)s began later. Merge it into this one, so that no promise begins later than it was made.")
        raise DomainError(message % {"name": kept.reference}, field="into")
    return kept


def _take_in(incident: Incident, kept: Incident) -> None:
    order = list(DEFINITIONS)
    if order.index(incident.severity) < order.index(kept.severity):
        change_severity(incident_id=kept.id, severity=incident.severity)
        kept.refresh_from_db()
    if incident.published_at:
        kept.confirmed_at = kept.confirmed_at or now()
        publish(kept, now())
    seen = incident.published_at is not None
    data = {"from": incident.reference, "title": incident.title}
    done(kept, events.TOOK_IN, EntryKind.TOOK_IN, visible=seen, data=data)
