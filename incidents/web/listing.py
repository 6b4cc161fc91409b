"""The list of incidents, and the same as CSV."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.access.views import staff
from core.selectors import events_version, names_of
from core.web.exports import csv_file
from core.web.live_cache import version_of
from core.web.pages import listed, page, unchanged, wants_part
from core.web.saved import views_bar
from incidents import permissions, selectors
from incidents.models import Incident
from incidents.selectors import nearest_clocks
from incidents.severities import LABELS
from incidents.states import IncidentState
from incidents.web.asked import LIST, NOBODY, Asked, asked, filters_of, notices_of, rows_of
from slas.selectors import party_label


@staff(permissions.SEE)
@require_GET
def incident_list(request: HttpRequest, agency: str) -> HttpResponse:
    """Every incident, newest first; one starts with the open ones, and searches among all. The address keeps both.

    The rows stay live.
    """
    version = version_of(request, events_version)
    same = unchanged(request, version)
    if same:
        return same
    wanted = asked(request)
    rows = selectors.in_order(rows_of(wanted), wanted.sort).select_related("client", "system")
    context: dict[str, object] = {"page": _shown(request, rows), "version": version, "q": wanted.words}
    context["narrowed"] = not LIST.is_start(LIST.kept(request.GET))
    if not wants_part(request):
        context |= _around(request, agency, wanted)
    return page(request, "incidents/list.html", context, part="incidents/_list.html")


def _shown(request: HttpRequest, rows: Any) -> Page[Incident]:
    """The page of the rows, each with its nearest clock, its owner and whom it waits for in words."""
    shown = listed(request, rows)
    nearest = nearest_clocks([row.id for row in shown])
    people = names_of([row.owner_id for row in shown])
    for row in shown:
        row.clock, row.owner_name = nearest.get(row.id), people.get(row.owner_id, "")
        # Red is for now: what is over says its severity in plain words.
        row.is_open, row.severity_label = row.state in IncidentState.open_values(), LABELS[row.severity]
        row.waiting_label = party_label(row.waiting_on) if row.waiting_on else ""
    return shown


def _around(request: HttpRequest, agency: str, wanted: Asked) -> dict[str, object]:
    """What stands around the rows, and does not change with them."""
    kept = LIST.kept(request.GET)
    people = [(str(member.user_id), str(member.user)) for member in selectors.possible_owners()]
    return {
        "filters": filters_of(wanted),
        "views": views_bar(request, agency, LIST),
        "notices": notices_of(wanted),
        "owners": [*people, (NOBODY, _("Nobody"))],
        "back": LIST.kept(request.GET, "page"),
        "clear_url": reverse("incidents:list", args=[agency]) if kept else "",
        "export_url": f"{reverse('incidents:export', args=[agency])}?{kept}",
        "breadcrumbs": [{"label": _("Incidents"), "url": ""}],
    }


@staff(permissions.SEE)
@require_GET
def export(request: HttpRequest, agency: str) -> HttpResponse:
    """The list as CSV, newest first, narrowed as the list is."""
    own = ["reference", "title", "severity", "state", "source", "opened_at", "acknowledged_at", "resolved_at"]
    own.append("waiting_on")
    rows = rows_of(asked(request)).select_related("client", "system")[:10_000]
    lines = ([row.client.name, row.system.name, *(getattr(row, name) for name in own)] for row in rows)
    return csv_file("incidents", ["client", "system", *own], lines)
