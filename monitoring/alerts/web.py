"""The pages of alerts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from clients import selectors as clients
from core.access.views import staff
from core.web.pages import listed, page
from monitoring import permissions
from monitoring.alerts import selectors
from monitoring.alerts.evidence import evidence_of


@staff(permissions.SEE)
@require_GET
def alert_list(request: HttpRequest, agency: str) -> HttpResponse:
    """Every alert, newest first; ``?state=`` narrows."""
    state = request.GET.get("state", "")
    rows = selectors.alerts()
    if state:
        rows = rows.filter(state=state)
    context = {
        "page": listed(request, rows.select_related("system", "client", "incident")),
        "state": state,
        "breadcrumbs": [{"label": _("Alerts"), "url": ""}],
    }
    return page(request, "monitoring/alerts.html", context, part="monitoring/_alerts.html")


@staff(permissions.SEE)
@require_GET
def alert(request: HttpRequest, agency: str, number: int) -> HttpResponse:
    """Why an alert fired and how it ended: the exact samples, the rule, the streaks."""
    row = selectors.alert_by_number(number)
    context = {
        "alert": row,
        "system": clients.system(row.system_id),
        "client": clients.client(row.client_id),
        "check": row.source_check,
        "evidence": evidence_of(row, row.source_check),
        "breadcrumbs": [
            {"label": _("Alerts"), "url": reverse("monitoring:alerts", args=[agency])},
            {"label": row.title, "url": ""},
        ],
    }
    return page(request, "monitoring/alert.html", context)
