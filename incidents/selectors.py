"""Reads of incidents; the same for dashboard, portal and API. In the portal the database shows published ones only."""

from __future__ import annotations

import re
import uuid

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from core.errors import NotFound
from core.models import Membership
from core.selectors import members
from incidents.models import Incident, IncidentEntry
from incidents.states import IncidentState


def incidents(system_id: uuid.UUID | None = None, client_id: uuid.UUID | None = None) -> QuerySet[Incident]:
    """Every incident, newest first; of one system or one client where named."""
    rows = Incident.objects.order_by("-opened_at", "-number")
    if system_id:
        rows = rows.filter(system_id=system_id)
    return rows.filter(client_id=client_id) if client_id else rows


def open_incidents() -> QuerySet[Incident]:
    """Those in which somebody still has work to do."""
    return incidents().filter(state__in=IncidentState.open_values())


def open_with(fingerprint: str) -> Incident | None:
    """The open incident of this cause, or the open one that it was merged into; None where there is neither."""
    if not fingerprint:
        return None
    merged = incidents().filter(fingerprint=fingerprint, state=IncidentState.MERGED)
    mine = open_incidents().filter(fingerprint=fingerprint).first()
    return mine or open_incidents().filter(id__in=merged.values("merged_into_id")).first()


def may_take_in(row: Incident) -> QuerySet[Incident]:
    """The open incidents of the same client that are older, so that it can be merged into one of them."""
    older = Q(opened_at__lt=row.opened_at) | Q(opened_at=row.opened_at, number__lt=row.number)
    return open_incidents().filter(older, client_id=row.client_id).exclude(id=row.id)


def search(words: str) -> QuerySet[Incident]:
    """By number ("12", "INC-12") or by words of the title; nothing for no words."""
    # PostgreSQL knows no text with a null character in it, so nothing can be found by one.
    words = words.replace("\x00", "").strip()
    if not words:
        return incidents().none()
    number = re.fullmatch(r"(?i)(?:inc-?)?(\d{1,9})", words)
    wanted = Q(title__icontains=words)
    return incidents().filter(wanted | Q(number=int(number[1])) if number else wanted)


def incident(incident_id: uuid.UUID | str) -> Incident:
    """One incident; NotFound otherwise."""
    row = Incident.objects.find(id=incident_id)
    if row is None:
        raise NotFound(_("There is no such incident."), field="incident")
    return row


def incident_by_number(number: int) -> Incident:
    """One incident by the number people say; NotFound otherwise."""
    row = Incident.objects.find(number=number)
    if row is None:
        raise NotFound(_("There is no such incident."), field="incident")
    return row


def entries(incident_id: uuid.UUID, client_visible_only: bool = False) -> QuerySet[IncidentEntry]:
    """The timeline, oldest first."""
    rows = IncidentEntry.objects.filter(incident_id=incident_id).order_by("at", "id")
    return rows.filter(client_visible=True) if client_visible_only else rows


def possible_owners() -> QuerySet[Membership]:
    """Who on the staff may own an incident."""
    return members()


def version_mark_of(incident_id: uuid.UUID) -> str:
    """A mark that changes with every change of one incident."""
    return str(Incident.objects.filter(id=incident_id).values_list("version", flat=True).first())


def version_mark() -> str:
    """A mark that changes with every change of any incident that the scope can see."""
    # Versions only grow and incidents are never deleted, so neither number comes back to what it was.
    seen = Incident.objects.aggregate(count=Count("id"), versions=Sum("version"))
    return f"{seen['count']}-{seen['versions'] or 0}"
