"""The clients on one line each, the worst first: where they stand, what comes next, and how the last week was."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from clients import selectors as clients
from core.ui.format import day, number
from monitoring import recent
from monitoring.uptime_days import Day
from retainer.dashboard.week import Dated

MOST_CLIENTS = 10
# Of each client; its page shows them all.
MOST_SYSTEMS = 2
WORST_FIRST = ("down", "degraded", "unknown", "maintenance", "healthy", "paused")
WELL = ("healthy", "paused")

# State, name and slug of a system.
System = tuple[str, str, str]


def health_by_client(slug: str, states: Mapping[uuid.UUID, str], dates: Sequence[Dated]) -> dict[str, Any]:
    """The clients that stand worst, and how many there are in all. ``dates`` have the next first."""
    systems: dict[uuid.UUID, list[System]] = defaultdict(list)
    for system_id, client_id, name, system_slug in clients.systems().values_list("id", "client_id", "name", "slug"):
        systems[client_id].append((states.get(system_id, "unknown"), name, system_slug))
    rows = [
        (_worst(systems[client_id]), name.lower(), client_id, name, client_slug)
        for client_id, name, client_slug in clients.clients().values_list("id", "name", "slug")
    ]
    rows.sort(key=lambda row: (WORST_FIRST.index(row[0]), row[1]))
    shown = rows[:MOST_CLIENTS]
    weeks = recent.weeks([row[2] for row in shown])
    following = {one.client_id: one for one in reversed(dates)}
    lines = [
        _line(slug, row, systems[row[2]]) | {"next": following.get(row[2]), "week": _said(weeks[row[2]])}
        for row in shown
    ]
    return {"health": lines, "clients_total": len(rows), "more_clients": len(rows) - len(lines)}


def _worst(systems: list[System]) -> str:
    return min((state for state, _name, _slug in systems), key=WORST_FIRST.index, default="unknown")


def _line(slug: str, row: tuple[str, str, uuid.UUID, str, str], systems: list[System]) -> dict[str, Any]:
    state, _lower, _client_id, name, client_slug = row
    ill = sorted((one for one in systems if one[0] not in WELL), key=lambda one: WORST_FIRST.index(one[0]))
    return {
        "name": name,
        "url": reverse("dashboard:client", args=[slug, client_slug]),
        "state": state,
        "empty": not systems,
        "ill": [
            {"name": system, "url": reverse("dashboard:system", args=[slug, client_slug, system_slug])}
            for _state, system, system_slug in ill[:MOST_SYSTEMS]
        ],
        "more": max(0, len(ill) - MOST_SYSTEMS),
    }


def _said(week: Sequence[Day]) -> list[tuple[str, str]]:
    """Each day as the strip draws it: what is said of it, and its state."""
    return [(_day_said(one), one.state) for one in week]


def _day_said(one: Day) -> str:
    words = {"day": day(one.day), "share": "" if one.share is None else number(one.share)}
    if one.share is None:
        return (_("%(day)s planned maintenance") if one.planned else _("%(day)s no data")) % words
    if one.planned:
        return _("%(day)s up %(share)s %%, with planned maintenance") % words
    return _("%(day)s up %(share)s %%") % words
