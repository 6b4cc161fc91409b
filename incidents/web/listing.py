"""The list of incidents, and the same as CSV."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from core.access.views import staff
from core.selectors import names_of
from core.web.exports import csv_file
from core.web.pages import listed, page
from incidents import permissions, selectors
from incidents.models import Incident
from incidents.selectors import nearest_clocks
from incidents.severities import LABELS
from incidents.states import IncidentState
from slas.selectors import party_label

STATE_FILTER = [("open", gettext_lazy("Open")), ("all", gettext_lazy("All states")), *IncidentState.choices]
SEVERITY_FILTER = [("", gettext_lazy("Any severity")), *LABELS.items()]


@staff(permissions.SEE)
@require_GET
def incident_list(request: HttpRequest, agency: str) -> HttpResponse:
    """Every incident, newest first; one starts with the open ones, and searches among all. The address keeps both."""
    rows, state, severity, words = _asked(request)
    here, sort = reverse("incidents:list", args=[agency]), request.GET.get("sort", "")
    shown = listed(request, selectors.in_order(rows, sort).select_related("client", "system"))
    nearest = nearest_clocks([row.id for row in shown])
    people = names_of([row.owner_id for row in shown])
    for row in shown:
        row.clock, row.owner_name = nearest.get(row.id), people.get(row.owner_id, "")
        # Red is for now: what is over says its severity in plain words.
        row.is_open, row.severity_label = row.state in IncidentState.open_values(), LABELS[row.severity]
        row.waiting_label = party_label(row.waiting_on) if row.waiting_on else ""
    context = {
        "page": shown,
        "state": state,
        "q": words,
        "filters": [
            {"name": "state", "label": _("State"), "value": state, "choices": STATE_FILTER},
            {"name": "severity", "label": _("Severity"), "value": severity, "choices": SEVERITY_FILTER},
            {"name": "sort", "label": _("Order"), "value": sort, "choices": selectors.ORDERS},
        ],
        "clear_url": here if request.GET else "",
        "export_url": f"{reverse('incidents:export', args=[agency])}?{request.GET.urlencode()}",
        "breadcrumbs": [{"label": _("Incidents"), "url": ""}],
    }
    return page(request, "incidents/list.html", context, part="incidents/_list.html")


def _asked(request: HttpRequest) -> tuple[QuerySet[Incident], str, str, str]:
    """The incidents that the address asks for, and what it says of state, severity and words."""
    words, severity = request.GET.get("q", "").strip(), request.GET.get("severity", "")
    state = request.GET.get("state", "all" if words else "open")
    rows = selectors.search(words) if words else selectors.incidents()
    if state == "open":
        rows = rows.filter(state__in=IncidentState.open_values())
    elif state in IncidentState.values:
        rows = rows.filter(state=state)
    if severity in LABELS:
        rows = rows.filter(severity=severity)
    return rows, state, severity, words


@staff(permissions.SEE)
@require_GET
def export(request: HttpRequest, agency: str) -> HttpResponse:
    """The list as CSV, newest first, narrowed as the list is."""
    own = ["reference", "title", "severity", "state", "source", "opened_at", "acknowledged_at", "resolved_at"]
    own.append("waiting_on")
    rows = _asked(request)[0].select_related("client", "system")[:10_000]
    lines = ([row.client.name, row.system.name, *(getattr(row, name) for name in own)] for row in rows)
    return csv_file("incidents", ["client", "system", *own], lines)
