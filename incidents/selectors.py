"""Reads of incidents; the same for dashboard, portal and API. In the portal the database shows published ones only."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.holders import Archivable, Hold
from core.clock import now
from core.errors import NotFound
from core.models import Membership
from core.selectors import members
from incidents.models import Incident, IncidentEntry, PauseDispute
from incidents.severities import DEFINITIONS
from incidents.states import IncidentState
from incidents.words import EntryKind
from slas import selectors as slas
from slas.selectors import ClockView

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


def incidents(system_id: uuid.UUID | None = None, client_id: uuid.UUID | None = None) -> QuerySet[Incident]:
    """Every incident, newest first; of one system or one client where named."""
    rows = Incident.objects.order_by("-opened_at", "-number")
    if system_id:
        rows = rows.filter(system_id=system_id)
    return rows.filter(client_id=client_id) if client_id else rows


class Over(TypedDict):
    """When an incident ended."""

    over_at: datetime | None


def incidents_between(
    system_id: uuid.UUID, start: datetime, end: datetime
) -> QuerySet[WithAnnotations[Incident, Over]]:
    """Those of a system that went on within ``[start, end)``, newest first. ``over_at``: when it was solved, or found
    to be a false alarm or the same as another; None of what is open."""
    rows = incidents(system_id=system_id).annotate(over_at=Coalesce("resolved_at", "closed_at"))
    return rows.filter(Q(over_at=None) | Q(over_at__gte=start), opened_at__lt=end)


def open_incidents() -> QuerySet[Incident]:
    """Those in which somebody still has work to do."""
    return incidents().filter(state__in=IncidentState.open_values())


def incidents_holding(kind: Archivable, row_id: uuid.UUID) -> list[Hold]:
    """The open incidents of a client or of a system: neither is archived while somebody works on one."""
    rows = open_incidents().filter(**{"client_id" if kind == "client" else "system_id": row_id})
    text = _("%(reference)s is open: %(title)s")
    return [Hold(text % {"reference": row.reference, "title": row.title}, "incident", str(row.number)) for row in rows]


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


ORDERS = [
    ("", gettext_lazy("Newest first")),
    ("due", gettext_lazy("Nearest deadline first")),
    ("severity", gettext_lazy("Worst first")),
    ("oldest", gettext_lazy("Oldest first")),
]


def in_order(rows: QuerySet[Incident], order: str) -> QuerySet[Incident]:
    """The same incidents in one of the orders above; an unknown one is the newest first."""
    if order == "due":
        due = slas.nearest_due("incident")
        return rows.annotate(due=due).order_by(F("due").asc(nulls_last=True), "-opened_at", "-number")
    if order == "severity":
        worst = [When(severity=name, then=Value(place)) for place, name in enumerate(DEFINITIONS)]
        return rows.annotate(place=Case(*worst, default=Value(9))).order_by("place", "-opened_at", "-number")
    return rows.order_by("opened_at", "number") if order == "oldest" else rows


def nearest_clocks(incident_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, ClockView]:
    """The clock that is due first among the open ones of each incident, as it stands now."""
    rows = slas.open_clocks_of("incident", incident_ids)
    views = slas.clock_views(rows, now(), get_current_timezone_name())
    nearest: dict[uuid.UUID, ClockView] = {}
    for row, view in zip(rows, views, strict=True):
        known = nearest.get(row.subject_id)
        if known is None or (view.due_at and known.due_at and view.due_at < known.due_at):
            nearest[row.subject_id] = view
    return nearest


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


def questions(rows: Iterable[Incident]) -> list[tuple[Incident, IncidentEntry]]:
    """Those of the incidents that wait for their client, the longest first, each with the line that asks."""
    waiting = {row.id: row for row in rows if row.waiting_on == "client"}
    lines = IncidentEntry.objects.filter(incident_id__in=waiting, kind=EntryKind.PAUSED).order_by("at", "id")
    asked = {line.incident_id: line for line in lines}
    found = [(row, asked[row.id]) for row in waiting.values() if row.id in asked]
    return sorted(found, key=lambda one: one[1].at)


def solving_waits(row: Incident) -> bool:
    """Whether the time in which it is promised to be solved stands still. Not every promise may be paused."""
    open_clocks = slas.open_clocks_of("incident", [row.id])
    return any(clock.metric == "resolution" and clock.state == "paused" for clock in open_clocks)


def pause_entry(entry_id: uuid.UUID) -> IncidentEntry:
    """The line with which a wait began; NotFound where it is none."""
    row = IncidentEntry.objects.find(id=entry_id, kind=EntryKind.PAUSED)
    if row is None:
        raise NotFound(_("There is no such wait."), field="entry")
    return row


def end_of_pause(entry: IncidentEntry) -> datetime | None:
    """When the next wait of the incident begins, which is after the end of this one; None where there is no other."""
    later = IncidentEntry.objects.filter(incident_id=entry.incident_id, kind=EntryKind.PAUSED, at__gt=entry.at)
    return later.order_by("at").values_list("at", flat=True).first()


def disputes(incident_id: uuid.UUID) -> QuerySet[PauseDispute]:
    """The requests to look again at a wait of one incident, oldest first, with the wait."""
    return (
        PauseDispute.objects.filter(incident_id=incident_id).select_related("entry", "contact").order_by("created_at")
    )


def all_disputes() -> QuerySet[PauseDispute]:
    """Every request to look again at a wait, newest first."""
    return PauseDispute.objects.order_by("-created_at", "-id")


def dispute(dispute_id: uuid.UUID) -> PauseDispute:
    """One of them; NotFound otherwise."""
    row: PauseDispute | None = PauseDispute.objects.find(id=dispute_id)
    if row is None:
        raise NotFound(_("There is no such request."))
    return row


def possible_owners() -> QuerySet[Membership]:
    """Who on the staff may own an incident."""
    return members()


def version_token_of(incident_id: uuid.UUID) -> str:
    """A mark that changes with every change of one incident."""
    return str(Incident.objects.filter(id=incident_id).values_list("version", flat=True).first())


def version_token() -> str:
    """A mark that changes with every change of any incident that the scope can see."""
    # Versions only grow and incidents are never deleted, so neither number comes back to what it was.
    seen = Incident.objects.aggregate(count=Count("id"), versions=Sum("version"))
    return f"{seen['count']}-{seen['versions'] or 0}"
