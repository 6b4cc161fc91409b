"""Search-and-go: clients, systems, incidents and pages by a few letters."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from clients import selectors as clients
from core.access.roles import Capability
from core.access.views import staff
from core.web.pages import page
from incidents import selectors as incidents
from retainer import navigation

MOST = 6


@staff(Capability.VIEW)
@require_GET
def go_to(request: HttpRequest, agency: str) -> HttpResponse:
    """Where the words in ``?q=`` may lead, best first."""
    words = " ".join(request.GET.get("q", "").lower().split())[:80]
    groups = [
        (_("Pages"), _pages(request, words)),
        (_("Clients"), _clients(agency, words)),
        (_("Systems"), _systems(agency, words)),
        (_("Incidents"), _incidents(agency, words)),
    ]
    context = {"groups": [(label, found[:MOST]) for label, found in groups if found], "q": words}
    return page(request, "dashboard/go.html", context, part="dashboard/_go.html")


def _pages(request: HttpRequest, words: str) -> list[tuple[str, str, str]]:
    items = [item for section in navigation.staff(request) for item in section["items"]]
    return [(item["label"], "", item["url"]) for item in items if words in item["label"].lower()]


def _clients(slug: str, words: str) -> list[tuple[str, str, str]]:
    return [
        (row.name, "", reverse("dashboard:client", args=[slug, row.slug]))
        for row in clients.clients()
        if words and words in row.name.lower()
    ]


def _systems(slug: str, words: str) -> list[tuple[str, str, str]]:
    return [
        (row.name, row.client.name, reverse("dashboard:system", args=[slug, row.client.slug, row.slug]))
        for row in clients.systems().select_related("client")
        if words and (words in row.name.lower() or words in row.client.name.lower())
    ]


def _incidents(slug: str, words: str) -> list[tuple[str, str, str]]:
    return [
        (
            f"{row.reference} {row.title}",
            row.get_state_display(),
            reverse("dashboard:incident", args=[slug, row.number]),
        )
        for row in incidents.search(words)[:MOST]
    ]
