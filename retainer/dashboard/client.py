"""One client: how it stands, its systems, its retainers, its people, what is open."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agreements import selectors as agreements
from clients import selectors as clients
from core.access.roles import Capability
from core.access.views import staff
from core.selectors import events_version
from core.web.live_cache import version_of
from core.web.pages import page, unchanged
from incidents import selectors as incidents
from monitoring import selectors as monitoring


@staff(Capability.VIEW)
@require_GET
def client(request: HttpRequest, agency: str, client: str) -> HttpResponse:
    """The client's page; stays live."""
    row = clients.client_by_slug(client)
    version = version_of(request, events_version, monitoring.health_token)
    same = unchanged(request, version)
    if same:
        return same
    systems = list(clients.systems(client_id=row.id))
    health = monitoring.system_health([system.id for system in systems])
    open_incidents = list(incidents.open_incidents().filter(client_id=row.id))
    nearest = incidents.nearest_clocks([incident.id for incident in open_incidents])
    context = {
        "client": row,
        "version": version,
        "systems": [(system, health[system.id]) for system in systems],
        "retainers": agreements.retainers(client_id=row.id),
        "contacts": clients.contacts(row.id),
        "left": clients.all_contacts(ended=True).filter(client_id=row.id),
        "archived_systems": clients.systems(row.id, archived=True),
        "open_incidents": [(incident, nearest.get(incident.id)) for incident in open_incidents],
        "recent": incidents.incidents(client_id=row.id)[:5],
        "breadcrumbs": [{"label": _("Clients"), "url": f"/a/{agency}/clients/"}, {"label": row.name, "url": ""}],
    }
    return page(request, "dashboard/client.html", context, part="dashboard/_client.html")
