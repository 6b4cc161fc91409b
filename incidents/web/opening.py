"""Opening an incident by hand, with what that would start."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from clients import selectors as clients
from core.access.views import staff
from core.clock import now
from core.web.forms import Screen, form_page
from core.web.pages import page
from incidents import permissions, services
from incidents.forms import OpenIncidentFields, OpenIncidentForm
from slas.selectors import metric_label


@staff(permissions.HANDLE)
@require_http_methods(["GET", "POST"])
def new_incident(request: HttpRequest, agency: str) -> HttpResponse:
    """Opens an incident by hand; ``?system=`` comes from that system's page."""
    choices = _systems()
    if not choices:
        messages.error(request, _("An incident belongs to an AI system. Add a client and its system first."))
        return redirect("clients:list", agency)
    form = OpenIncidentForm(request.POST or None, systems=choices, initial={"system_id": request.GET.get("system", "")})
    screen = Screen(
        title=_("Open an incident"),
        submit=_("Open incident"),
        back=reverse("incidents:list", args=[agency]),
        breadcrumbs=[
            {"label": _("Incidents"), "url": reverse("incidents:list", args=[agency])},
            {"label": _("New"), "url": ""},
        ],
        template="incidents/new.html",
    )

    def save(data: OpenIncidentFields) -> tuple[str, str]:
        source = "staff" if data["channel"] == "noticed" else "client"
        row = services.open_incident(source=source, **data)
        return _("%(reference)s opened.") % {"reference": row.reference}, reverse(
            "dashboard:incident", args=[agency, row.number]
        )

    return form_page(request, form, screen, save)


@staff(permissions.HANDLE)
@require_GET
def opening_effect(request: HttpRequest, agency: str) -> HttpResponse:
    """What opening the incident that is being typed would start: promises with their deadlines, and who is told."""
    form = OpenIncidentForm(request.GET, systems=_systems())
    form.is_valid()
    said = form.cleaned_data
    if not said.get("system_id"):
        return page(request, "incidents/_effect.html", {})
    system = clients.system(uuid.UUID(said["system_id"]))
    at = min(said.get("opened_at") or now(), now())
    shifts = services.preview_opening(system_id=system.id, severity=said.get("severity", ""), at=at)
    context = {
        "system": system,
        "client": clients.client(system.client_id),
        "terms": services.terms_at(system_id=system.id, at=at),
        "shifts": [(metric_label(shift.metric), shift) for shift in shifts],
        "told": [row.name for row in clients.contacts(system.client_id) if row.ended_at is None],
        "severity": said.get("severity", ""),
    }
    return page(request, "incidents/_effect.html", context)


def _systems() -> list[tuple[str, str]]:
    rows = clients.systems().select_related("client").order_by("client__name", "name")
    return [(str(row.id), f"{row.client.name} · {row.name}") for row in rows]
