"""The navigation of dashboard and portal: only pages that exist, only those the viewer may open."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.access.roles import Capability, may

# Section, then (label, route, icon, key, capability).
STAFF: list[tuple[str, list[tuple[str, str, str, str, str]]]] = [
    (
        "",
        [
            (gettext_noop("Home"), "dashboard:home", "house", "h", Capability.VIEW),
            (gettext_noop("Incidents"), "incidents:list", "siren", "i", Capability.VIEW),
        ],
    ),
    (
        gettext_noop("Watch"),
        [
            (gettext_noop("Systems"), "dashboard:systems", "bot", "s", Capability.VIEW),
            (gettext_noop("Alerts"), "monitoring:alerts", "bell-ring", "a", Capability.VIEW),
            (gettext_noop("Checks"), "monitoring:checks", "activity", "c", Capability.VIEW),
        ],
    ),
    (gettext_noop("Deliver"), [(gettext_noop("Backlog"), "backlog:list", "list-todo", "b", Capability.VIEW)]),
    (
        gettext_noop("Clients"),
        [
            (gettext_noop("Clients"), "clients:list", "building-2", "l", Capability.VIEW),
            (gettext_noop("Retainers"), "agreements:list", "file-text", "r", Capability.VIEW),
            (gettext_noop("SLA review"), "dashboard:sla_review", "gauge", "v", Capability.VIEW),
        ],
    ),
    ("", [(gettext_noop("Settings"), "settings:home", "settings", "t", Capability.VIEW)]),
]

# Label, what it is about, route, icon, capability.
SETTINGS: list[tuple[str, str, str, str, str]] = [
    (
        gettext_noop("Agency and brand"),
        gettext_noop("Name, time zone, colour, sender, second factor"),
        "settings:agency",
        "building-2",
        Capability.SETTINGS,
    ),
    (
        gettext_noop("People"),
        gettext_noop("Who works here and in which role"),
        "settings:people",
        "users",
        Capability.VIEW,
    ),
    (
        gettext_noop("On call"),
        gettext_noop("Who is called, who is away, who takes over"),
        "oncall:home",
        "phone",
        Capability.VIEW,
    ),
    (
        gettext_noop("Plans"),
        gettext_noop("What each plan includes"),
        "agreements:tiers",
        "layers",
        Capability.VIEW,
    ),
    (
        gettext_noop("Response times and calendars"),
        gettext_noop("What retainers sign, and the hours it counts in"),
        "slas:policies",
        "timer",
        Capability.VIEW,
    ),
    (
        gettext_noop("API and webhooks"),
        gettext_noop("Tokens for programs, receivers of events, what was delivered"),
        "settings:machines",
        "webhook",
        Capability.SETTINGS,
    ),
    (
        gettext_noop("Audit and export"),
        gettext_noop("Who did what and when"),
        "settings:audit",
        "history",
        Capability.SETTINGS,
    ),
]

# What search-and-go offers to do: label, route, capability.
ACTIONS: list[tuple[str, str, str]] = [
    (gettext_noop("New incident"), "incidents:new", Capability.WORK),
    (gettext_noop("New client"), "clients:new", Capability.CLIENTS),
    (gettext_noop("New response times"), "slas:new_policy", Capability.RETAINERS),
    (gettext_noop("New calendar"), "slas:new_calendar", Capability.RETAINERS),
    (gettext_noop("New rota"), "oncall:new", Capability.RETAINERS),
    (gettext_noop("Take time off"), "oncall:time_off", Capability.WORK),
]

PORTAL: list[tuple[str, str, str]] = [
    (gettext_noop("Home"), "portal:home", "house"),
    (gettext_noop("Systems"), "portal:systems", "bot"),
    (gettext_noop("Incidents"), "portal:incidents", "siren"),
    (gettext_noop("Our agreement"), "portal:agreement", "file-text"),
]


def capabilities(request: HttpRequest) -> dict[str, bool]:
    """Each capability and whether the viewer has it, for showing or leaving out a button."""
    role = request.place.role  # type: ignore[attr-defined]
    return {capability: may(role, capability) for capability in Capability.values}


def staff(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar's sections."""
    slug, role = request.place.slug, request.place.role  # type: ignore[attr-defined]
    sections = []
    for label, items in STAFF:
        shown = [
            _item(request, text, reverse(route, args=[slug]), icon, key, home=route == "dashboard:home")
            for text, route, icon, key, capability in items
            if may(role, capability)
        ]
        if shown:
            sections.append({"label": _(label) if label else "", "items": shown})
    return sections


def settings(request: HttpRequest) -> list[dict[str, str]]:
    """The pages of the settings that the viewer may open: label, what it is about, address, icon."""
    slug, role = request.place.slug, request.place.role  # type: ignore[attr-defined]
    return [
        {"label": _(label), "about": _(about), "url": reverse(route, args=[slug]), "icon": icon}
        for label, about, route, icon, capability in SETTINGS
        if may(role, capability)
    ]


def actions(request: HttpRequest) -> list[tuple[str, str]]:
    """What the viewer may begin from anywhere: label and address."""
    slug, role = request.place.slug, request.place.role  # type: ignore[attr-defined]
    return [(_(label), reverse(route, args=[slug])) for label, route, capability in ACTIONS if may(role, capability)]


def portal(request: HttpRequest) -> list[dict[str, Any]]:
    """The portal's links, as one section."""
    place = request.portal_place  # type: ignore[attr-defined]
    args = [place.agency_slug, place.client_slug]
    return [
        {
            "label": "",
            "items": [
                _item(request, text, reverse(route, args=args), icon, "", home=route == "portal:home")
                for text, route, icon in PORTAL
            ],
        }
    ]


def _item(request: HttpRequest, label: str, url: str, icon: str, key: str, *, home: bool) -> dict[str, Any]:
    # Everything lies below home, so home is current only where one is at home.
    inside = request.path.startswith(url) and not home
    current = request.path == url or inside
    return {"label": _(label), "url": url, "icon": icon, "key": key, "current": current, "badge": None}
