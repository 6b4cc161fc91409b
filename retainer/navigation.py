"""The navigation of dashboard and portal: only pages that exist, only those the viewer may open."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from core.access.roles import Capability, may
from retainer import sitemap
from retainer.sitemap import Page
from retainer.ui.links import NavItem, NavSection
from retainer.viewer import membership_of


def capabilities(request: HttpRequest) -> dict[str, bool]:
    """Each capability and whether the viewer has it, for showing or leaving out a button."""
    role = membership_of(request).role
    return {capability: may(role, capability) for capability in Capability.values}


def opened(request: HttpRequest, pages: Iterable[Page]) -> list[Page]:
    """Those of the pages that the viewer may open."""
    role = membership_of(request).role
    return [page for page in pages if may(role, page.capability)]


def url_of(request: HttpRequest, page: Page) -> str:
    """The page's address, in the viewer's agency unless it is the viewer's own page."""
    return reverse(page.route, args=[] if page.own else [membership_of(request).slug])


def staff(request: HttpRequest) -> list[NavSection]:
    """The sidebar's sections."""
    sections: list[NavSection] = []
    for label, pages in sitemap.STAFF:
        items = [_item(request, page, url_of(request, page)) for page in opened(request, pages)]
        if items:
            sections.append({"label": _(label) if label else "", "items": items})
    return sections


def keys(request: HttpRequest) -> list[dict[str, str]]:
    """Where ``g`` and a letter lead the viewer: label, address, letter."""
    return [
        {"label": _(page.label), "url": url_of(request, page), "key": page.key}
        for page in opened(request, sitemap.everything())
        if page.key
    ]


def settings(request: HttpRequest) -> list[dict[str, str]]:
    """The pages of the settings that the viewer may open: label, what it is about, address, icon."""
    return [
        {"label": _(page.label), "about": _(page.about), "url": url_of(request, page), "icon": page.icon}
        for page in opened(request, sitemap.SETTINGS)
    ]


def portal(request: HttpRequest) -> list[NavSection]:
    """The portal's links, as one section."""
    place = request.portal_place  # type: ignore[attr-defined]
    args = [place.agency_slug, place.client_slug]
    items = [_item(request, page, reverse(page.route, args=args)) for page in sitemap.PORTAL]
    return [{"label": "", "items": items}]


def _item(request: HttpRequest, page: Page, url: str) -> NavItem:
    # Everything lies below home, so home is current only where one is at home.
    home = page.route in ("dashboard:home", "portal:home")
    current = request.path == url or (request.path.startswith(url) and not home)
    return {
        "label": _(page.label),
        "url": url,
        "icon": page.icon,
        "key": page.key,
        "current": current,
        "badge": None,
    }
