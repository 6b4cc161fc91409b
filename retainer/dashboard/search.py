"""Search-and-go: clients, systems, incidents, people, pages and acts by a few letters."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.access.roles import Capability
from core.access.views import staff
from core.searching import folded
from core.web.pages import page
from retainer.dashboard import found


@staff(Capability.VIEW)
@require_GET
def go_to(request: HttpRequest, agency: str) -> HttpResponse:
    """Where the words in ``?q=`` may lead, or what they may do, best first."""
    typed = " ".join(request.GET.get("q", "").split())[:80]
    words = folded(typed)
    groups = [
        (_("Pages"), found.pages(request, words)),
        (_("Do"), found.actions(request, words)),
        *found.rows(request, words),
        (_("People"), found.people(request, words)),
    ]
    # The kind with the best find comes first, and among equals the order above stays.
    shown = sorted((group for group in groups if group[1]), key=lambda group: group[1][0].rank)
    # Words of which nothing can be looked for find nothing, and not everything.
    context = {"groups": [] if typed and not words else shown, "q": typed}
    return page(request, "dashboard/go.html", context, part="dashboard/_go.html")
