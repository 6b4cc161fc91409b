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
from slas import selectors as slas

MOST = 6


@staff(Capability.VIEW)
@require_GET
def go_to(request: HttpRequest, agency: str) -> HttpResponse:
    """Where the words in ``?q=`` may lead, best first."""
    words = " ".join(request.GET.get("q", "").lower().split())[:80]
    groups = [
        (_("Pages"), _pages(request, words)),
        (_("Do"), _actions(request, words)),
        (_("Clients"), _clients(agency, words)),
        (_("Systems"), _systems(agency, words)),
        (_("Incidents"), _incidents(agency, words)),
        (_("Response times and calendars"), _terms(agency, words)),
    ]
    context = {"groups": [(label, found[:MOST]) for label, found in groups if found], "q": words}
    return page(request, "dashboard/go.html", context, part="dashboard/_go.html")


def _pages(request: HttpRequest, words: str) -> list[tuple[str, str, str]]:
    sections = [section["items"] for section in navigation.staff(request)]
    items = [item for section in (*sections, navigation.settings(request)) for item in section]
    return [(item["label"], "", item["url"]) for item in items if words in item["label"].lower()]


def _actions(request: HttpRequest, words: str) -> list[tuple[str, str, str]]:
    return [(label, "", url) for label, url in navigation.actions(request) if words and words in label.lower()]


def _terms(slug: str, words: str) -> list[tuple[str, str, str]]:
    policies = [(row.name, _("Response times"), "slas:policy", row.slug) for row in slas.policies()]
    calendars = [(row.name, _("Calendar"), "slas:calendar", row.slug) for row in slas.calendars()]
    return [
        (name, note, reverse(route, args=[slug, own]))
        for name, note, route, own in [*policies, *calendars]
        if words and words in name.lower()
    ]


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
