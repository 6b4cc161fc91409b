"""The clients on one line each, the worst first: where they stand, what comes next, and how the last week was."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypedDict

from django.urls import reverse
from django.utils.translation import gettext as _

from core.format import day, number
from monitoring import recent
from monitoring.selectors import WORST
from monitoring.uptime.days import Day
from retainer.dashboard.roster import Roster
from retainer.dashboard.week import Dated

MOST_CLIENTS = 10
# Of each client; its page shows them all.
MOST_SYSTEMS = 2
WELL = ("healthy", "paused")

# State, name and slug of a system.
System = tuple[str, str, str]


class Link(TypedDict):
    """A system and its page."""

    name: str
    url: str


class Line(TypedDict):
    """One client: its worst state, the systems that are ill and how many more are, its next date, its last week."""

    name: str
    url: str
    state: str
    empty: bool
    ill: list[Link]
    more: int
    next: Dated | None
    week: list[tuple[str, str]]


class Portfolio(TypedDict):
    """The clients that are shown, how many there are in all, and how many are not shown."""

    health: list[Line]
    clients_total: int
    more_clients: int


def health_by_client(slug: str, states: Mapping[uuid.UUID, str], dates: Sequence[Dated], named: Roster) -> Portfolio:
    """The clients that stand worst, and how many there are in all. ``dates`` have the next first."""
    systems: dict[uuid.UUID, list[System]] = defaultdict(list)
    for system_id, client_id, name, system_slug in named.systems.values():
        systems[client_id].append((states.get(system_id, "unknown"), name, system_slug))
    rows = [
        (_worst(systems[client_id]), name.lower(), client_id, name, client_slug)
        for client_id, name, client_slug, _live_at in named.clients.values()
    ]
    rows.sort(key=lambda row: (WORST.index(row[0]), row[1]))
    shown = rows[:MOST_CLIENTS]
    weeks = _said(recent.weeks([row[2] for row in shown]))
    following = {one.client_id: one for one in reversed(dates)}
    lines = [_line(slug, row, systems[row[2]], following.get(row[2]), weeks[row[2]]) for row in shown]
    return {"health": lines, "clients_total": len(rows), "more_clients": len(rows) - len(lines)}


def _worst(systems: list[System]) -> str:
    return min((state for state, _name, _slug in systems), key=WORST.index, default="unknown")


def _line(
    slug: str,
    row: tuple[str, str, uuid.UUID, str, str],
    systems: list[System],
    following: Dated | None,
    week: list[tuple[str, str]],
) -> Line:
    state, _lower, _client_id, name, client_slug = row
    ill = sorted((one for one in systems if one[0] not in WELL), key=lambda one: WORST.index(one[0]))
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
        "next": following,
        "week": week,
    }


def _said(weeks: Mapping[uuid.UUID, Sequence[Day]]) -> dict[uuid.UUID, list[tuple[str, str]]]:
    """Each day as the strip draws it: what is said of it, and its state."""
    # All have the same days, and a date takes longer to write than all else of it.
    dates = {one: day(one) for one in {one.day for week in weeks.values() for one in week}}
    return {client_id: [(_day_said(one, dates), one.state) for one in week] for client_id, week in weeks.items()}


def _day_said(one: Day, dates: Mapping[date, str]) -> str:
    words = {"day": dates[one.day], "share": "" if one.share is None else number(one.share)}
    if one.share is None:
        return (_("%(day)s planned maintenance") if one.planned else _("%(day)s no data")) % words
    if one.planned:
        return _("%(day)s up %(share)s %%, with planned maintenance") % words
    return _("%(day)s up %(share)s %%") % words
