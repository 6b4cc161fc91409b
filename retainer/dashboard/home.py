"""Home: what needs somebody, ordered by the time left; how each client stands; the last events."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from clients import selectors as clients
from core.access.roles import Capability, may
from core.access.views import staff
from core.selectors import Place, names_of, news_version
from core.web.pages import page, unchanged
from core.web.standing import version_of
from incidents import selectors as incidents
from monitoring import selectors as monitoring
from retainer.dashboard import verdict
from retainer.dashboard.steps import first_steps
from slas.selectors import party_label

MOST_ROWS = 8
# Of each client; its page shows them all.
MOST_SYSTEMS = 4
WORST_FIRST = ("down", "degraded", "unknown", "maintenance", "healthy", "paused")


@dataclass(frozen=True, slots=True)
class Need:
    """One row of the attention list."""

    kind: str
    state: str
    title: str
    reference: str
    client_name: str
    system_name: str
    url: str
    action: str
    clock: Any
    at: datetime
    waiting_on: str = ""
    owner: str = ""


@staff(Capability.VIEW)
@require_GET
def home(request: HttpRequest, agency: str) -> HttpResponse:
    """The page an agency's day starts with; its list stays live."""
    version = version_of(request, news_version, monitoring.health_mark)
    same = unchanged(request, version)
    if same:
        return same
    place = cast(Place, request.place)  # type: ignore[attr-defined]
    context = (
        attention(agency, works=may(place.role, Capability.WORK))
        | health_by_client(agency)
        | {
            "version": version,
            "steps": first_steps(agency),
        }
    )
    if context["steps"] and not context["needs"]:
        context["verdict"] = _("Nothing is watched yet. These steps lead there.")
    return page(request, "dashboard/home.html", context, part="dashboard/_home.html")


def attention(slug: str, *, works: bool = True) -> dict[str, Any]:
    """What needs somebody: open incidents by the time left on their nearest promise, then alerts without one."""
    rows = _incident_needs(slug, works=works) + _alert_needs(slug)
    rows.sort(key=lambda need: need.clock.due_at if need.clock and need.clock.due_at else need.at)
    said = verdict.of_needs(rows) if rows else verdict.of_quiet(Counter(monitoring.system_states().values()))
    return {"needs": rows[:MOST_ROWS], "needs_total": len(rows), "verdict": said}


def _incident_needs(slug: str, *, works: bool) -> list[Need]:
    open_rows = list(incidents.open_incidents())
    nearest = incidents.nearest_clocks([row.id for row in open_rows])
    names, owners = _names(open_rows)
    people = names_of([row.owner_id for row in open_rows])
    return [
        Need(
            kind="incident",
            state=row.state,
            title=row.title,
            reference=row.reference,
            client_name=owners.get(row.client_id, ""),
            system_name=names.get(row.system_id, ""),
            url=reverse("dashboard:incident", args=[slug, row.number]),
            action=_("Acknowledge") if works and row.state == "new" else _("Open"),
            clock=nearest.get(row.id),
            at=row.opened_at,
            waiting_on=party_label(row.waiting_on) if row.waiting_on else "",
            owner=people.get(row.owner_id, "") if row.owner_id else "",
        )
        for row in open_rows
    ]


def _alert_needs(slug: str) -> list[Need]:
    rows = list(monitoring.alerts_nobody_has())
    names, owners = _names(rows)
    return [
        Need(
            kind="alert",
            state=row.state,
            title=row.title,
            reference=_alert_reference(row),
            client_name=owners.get(row.client_id, ""),
            system_name=names.get(row.system_id, ""),
            url=reverse("monitoring:alert", args=[slug, row.number]),
            action=_("Look"),
            clock=None,
            at=row.fired_at,
        )
        for row in rows
    ]


def _alert_reference(row: Any) -> str:
    """Beside one that goes on although somebody ended its incident stands which that was."""
    if row.incident is None:
        return _("Alert")
    words = {"reference": row.incident.reference, "state": row.incident.get_state_display().lower()}
    return _("Alert of %(reference)s, %(state)s") % words


def _names(rows: Iterable[Any]) -> tuple[dict[uuid.UUID, str], dict[uuid.UUID, str]]:
    """The names of the systems and of the clients that these rows are of."""
    found = list(rows)
    systems = clients.systems().filter(id__in={row.system_id for row in found}).values_list("id", "name")
    owners = clients.clients().filter(id__in={row.client_id for row in found}).values_list("id", "name")
    return dict(systems), dict(owners)


def health_by_client(slug: str) -> dict[str, Any]:
    """The clients that stand worst, with their systems, and how many there are in all."""
    states = monitoring.system_states()
    systems: dict[uuid.UUID, list[tuple[str, str, str]]] = defaultdict(list)
    for system_id, client_id, name, system_slug in clients.systems().values_list("id", "client_id", "name", "slug"):
        systems[client_id].append((states.get(system_id, "unknown"), name, system_slug))
    rows = [
        (_worst(systems[client_id]), name.lower(), client_id, name, client_slug)
        for client_id, name, client_slug in clients.clients().values_list("id", "name", "slug")
    ]
    rows.sort(key=lambda row: (WORST_FIRST.index(row[0]), row[1]))
    shown = [
        _client_row(slug, state, name, client_slug, systems[client_id])
        for state, _lower, client_id, name, client_slug in rows[:MOST_ROWS]
    ]
    return {"health": shown, "clients_total": len(rows), "more_clients": len(rows) - len(shown)}


def _worst(systems: list[tuple[str, str, str]]) -> str:
    return min((state for state, _name, _slug in systems), key=WORST_FIRST.index, default="unknown")


def _client_row(
    slug: str, state: str, name: str, client_slug: str, systems: list[tuple[str, str, str]]
) -> dict[str, Any]:
    worst_first = sorted(systems, key=lambda system: WORST_FIRST.index(system[0]))
    return {
        "name": name,
        "url": reverse("dashboard:client", args=[slug, client_slug]),
        "state": state,
        "systems": [
            {
                "name": system,
                "state": stands,
                "url": reverse("dashboard:system", args=[slug, client_slug, system_slug]),
            }
            for stands, system, system_slug in worst_first[:MOST_SYSTEMS]
        ],
        "more": max(0, len(systems) - MOST_SYSTEMS),
    }
