"""Pages of planned maintenance."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clients import selectors as clients
from core.access.views import staff
from core.errors import DomainError
from core.web.forms import Screen, form_page
from core.web.pages import done, refused
from monitoring.maintenance import permissions, selectors, services
from monitoring.maintenance.forms import WindowFields, WindowForm


@staff(permissions.PLAN)
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, agency: str, client: str, system: str) -> HttpResponse:
    """Announces planned maintenance of a system."""
    row = clients.system_by_slugs(client, system)
    back = reverse("dashboard:system", args=[agency, client, system])
    screen = Screen(
        title=_("Plan maintenance of %(name)s") % {"name": row.name},
        submit=_("Plan maintenance"),
        back=back,
        help=_("The client sees it in the portal. It is told apart from downtime where the agreement says so."),
        breadcrumbs=[{"label": row.name, "url": back}, {"label": _("Maintenance"), "url": ""}],
    )

    def save(data: WindowFields) -> tuple[str, str]:
        services.plan_maintenance(system_id=row.id, **data)
        return _("Planned."), back

    return form_page(request, WindowForm(request.POST or None), screen, save)


@staff(permissions.PLAN)
@require_POST
def call_off(request: HttpRequest, agency: str, window_id: uuid.UUID) -> HttpResponse:
    """Takes planned maintenance back."""
    row = selectors.window(window_id)
    system = clients.system(row.system_id)
    back = reverse("dashboard:system", args=[agency, clients.client(row.client_id).slug, system.slug])
    try:
        services.cancel_maintenance(window_id=row.id)
    except DomainError as error:
        return refused(request, error, back)
    return done(request, _("Called off."), back)
