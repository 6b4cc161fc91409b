"""The list of AI systems, and one system: where it stands, its values over time, its checks and incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agreements import selectors as agreements
from clients import selectors as clients
from core.access.roles import Capability
from core.access.views import staff
from core.errors import NotFound
from core.selectors import events_version, names_of
from core.web.live_cache import version_of
from core.web.pages import listed, page, unchanged
from incidents import selectors as incidents
from monitoring import selectors as monitoring
from monitoring.checks.ranges import chart_grid
from monitoring.maintenance import selectors as maintenance
from retainer.reports.charts import chart
from retainer.reports.uptime import days_of, months_of
from slas import selectors as slas

if TYPE_CHECKING:
    from clients.models import AISystem


@staff(Capability.VIEW)
@require_GET
def systems(request: HttpRequest, agency: str) -> HttpResponse:
    """Every system, worst first."""
    state = "archived" if request.GET.get("show") == "archived" else ""
    found = list(clients.systems(archived=bool(state)).select_related("client"))
    health = monitoring.system_health([row.id for row in found])
    rows: list[dict[str, Any]] = [
        {
            "system": row,
            "health": health[row.id],
            "url": reverse("dashboard:system", args=[agency, row.client.slug, row.slug]),
        }
        for row in found
    ]
    wanted = request.GET.get("state", "")
    if wanted:
        rows = [row for row in rows if row["health"].state == wanted]
    rows.sort(key=lambda row: (monitoring.WORST.index(row["health"].state), row["system"].name.lower()))
    choices = [("", _("In use")), ("archived", _("Archived"))]
    context = {
        "page": listed(request, rows),
        "filters": [{"name": "show", "label": _("Show"), "value": state, "choices": choices}],
        "archived": state,
        "breadcrumbs": [{"label": _("Systems"), "url": ""}],
        "wanted": wanted,
    }
    return page(request, "dashboard/systems.html", context, part="dashboard/_systems.html")


@staff(Capability.VIEW)
@require_GET
def system(request: HttpRequest, agency: str, client: str, system: str) -> HttpResponse:
    """One system. Its state and values stay live."""
    row = clients.system_by_slugs(client, system)
    version = version_of(request, events_version, (monitoring.freshness, (row.id,)))
    same = unchanged(request, version)
    if same:
        return same
    metrics, months = monitoring.metrics_of(row.id), months_of(row.id)
    context = system_context(row) | {
        **chart_grid(request, reverse("dashboard:series", args=[agency, client, system]), metrics),
        "metrics": metrics,
        "version": version,
        "breadcrumbs": [
            {"label": row.client.name, "url": reverse("dashboard:client", args=[agency, client])},
            {"label": row.name, "url": ""},
        ],
        "months": months,
        "days": days_of(row.id, months),
        "windows": maintenance.coming_windows(row.id),
    }
    return page(request, "dashboard/system.html", context, part="dashboard/_system.html")


def system_context(row: AISystem) -> dict[str, object]:
    """What is said about a system beside its values."""
    checks = list(monitoring.checks(system_id=row.id))
    states = monitoring.check_states(checks)
    policy_version_id = agreements.policy_version_for(row.id)
    return {
        "system": row,
        "health": monitoring.system_health([row.id])[row.id],
        "checks": [(check, states[check.id]) for check in checks],
        "incidents": incidents.incidents(system_id=row.id)[:5],
        "alerts": monitoring.alerts(system_id=row.id)[:5],
        "policy_version": slas.policy_version(policy_version_id) if policy_version_id else None,
        "owner_name": names_of([row.owner_id]).get(row.owner_id, "") if row.owner_id else "",
    }


@staff(Capability.VIEW)
@require_GET
def series(request: HttpRequest, agency: str, client: str, system: str) -> HttpResponse:
    """The points of one metric's chart, its thresholds, and the incidents in its window."""
    try:
        row = clients.system_by_slugs(client, system)
        return JsonResponse(chart(request, row.id))
    except (NotFound, ValueError):
        return JsonResponse({"error": _("There is no such chart.")}, status=404)
