"""The portal: the same selectors and the same numbers as the dashboard, in a database role that cannot write."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypedDict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agreements import selectors as agreements
from agreements.watching import watched as watched_now
from clients import selectors as clients
from clients.approvals import selectors as approvals
from core.access.roles import Right
from core.access.views import portal
from core.clock import now
from core.errors import NotFound
from core.web.live_cache import version_of
from core.web.pages import listed, page, unchanged
from incidents import selectors as incidents
from incidents.services import DISPUTABLE_FOR
from incidents.timeline import mark_of, text_of
from monitoring import selectors as monitoring
from monitoring.checks.ranges import chart_grid
from monitoring.maintenance import selectors as maintenance
from retainer.notifications.approvals import approve_path
from retainer.portal import standing
from retainer.portal.asking import link_for
from retainer.reports.charts import chart
from retainer.reports.uptime import days_of, months_of
from retainer.viewer import person_of
from slas import selectors as slas

if TYPE_CHECKING:
    from agreements.models import CoveredSystem, Retainer
    from clients.approvals.models import Approval
    from clients.models import AISystem
    from incidents.models import IncidentEntry
    from slas.policies.models import PolicyVersion


class Covered(TypedDict):
    """One covered system with all that its response times promise."""

    system: AISystem
    version: PolicyVersion
    targets: list[slas.TargetRow]
    hours: list[tuple[str, str]]
    severities: dict[str, str]


def this_minute() -> str:
    """A mark that changes with the minute: "checked 4 min ago" must grow older where no answer comes any more."""
    return f"{now():%H%M}"


# The portal may not read the outbox, so its version is made of what it can see.
VERSION_TOKENS = (incidents.version_token, monitoring.version_token)
FRESH = (*VERSION_TOKENS, this_minute)


@portal
@require_GET
def home(request: HttpRequest, agency: str, client: str) -> HttpResponse:
    """How things stand, in words; what changed; what is being worked on."""
    version = version_of(request, *FRESH)
    same = unchanged(request, version)
    if same:
        return same
    systems = standing.standings()
    open_rows = list(incidents.open_incidents())
    context = {
        "version": version,
        "verdict": standing.verdict([one.health.state for one in systems], open_rows, watched=_watched(systems)),
        "systems": systems,
        "approvals": _to_decide(request, client),
        "questions": incidents.questions(open_rows),
        "troubles": standing.troubles(open_rows),
        "lately": standing.lately(),
        "coming": standing.coming(),
    }
    return page(request, "portal/home.html", context, part="portal/_home.html")


def _watched(systems: Iterable[standing.Standing]) -> bool:
    """Whether anything watches any of them."""
    return bool(watched_now(one.system.id for one in systems))


def _to_decide(request: HttpRequest, client: str) -> list[tuple[Approval, str]]:
    """What waits for this contact's decision, each with the page on which they decide."""
    contact = clients.contact_of(clients.client_by_slug(client).id, person_of(request).id)
    if contact is None or Right.APPROVER not in contact.rights:
        return []
    return [(row, approve_path(row, contact)) for row in approvals.waiting_for(contact.id)]


@portal
@require_GET
def systems(request: HttpRequest, agency: str, client: str) -> HttpResponse:
    """The client's systems."""
    return page(request, "portal/systems.html", {"systems": standing.systems_with_health()})


@portal
@require_GET
def system(request: HttpRequest, agency: str, client: str, system: str) -> HttpResponse:
    """One system: the verdict and the agreed metrics with their thresholds."""
    row = clients.system_by_slugs(client, system)
    version = version_of(request, *FRESH, (monitoring.freshness, (row.id,)))
    same = unchanged(request, version)
    if same:
        return same
    metrics, months = monitoring.metrics_of(row.id), months_of(row.id)
    context = {
        "version": version,
        "system": row,
        "health": monitoring.system_health([row.id])[row.id],
        "metrics": metrics,
        "incidents": incidents.incidents(system_id=row.id)[:5],
        "months": months,
        "days": days_of(row.id, months),
        "windows": maintenance.coming_windows(row.id),
    }
    context |= chart_grid(request, reverse("portal:series", args=[agency, client, system]), metrics)
    return page(request, "portal/system.html", context, part="portal/_system.html")


@portal
@require_GET
def series(request: HttpRequest, agency: str, client: str, system: str) -> HttpResponse:
    """The same chart as the dashboard's."""
    try:
        row = clients.system_by_slugs(client, system)
        return JsonResponse(chart(request, row.id))
    except (NotFound, ValueError):
        return JsonResponse({"error": _("There is no such chart.")}, status=404)


@portal
@require_GET
def incidents_list(request: HttpRequest, agency: str, client: str) -> HttpResponse:
    """Every published incident, newest first."""
    return page(request, "portal/incidents.html", {"page": listed(request, incidents.incidents())})


@portal
@require_GET
def incident(request: HttpRequest, agency: str, client: str, number: int) -> HttpResponse:
    """One published incident: how it stands, the promises, what was said."""
    row = incidents.incident_by_number(number)
    version = version_of(request, *VERSION_TOKENS, (incidents.version_token_of, (row.id,)))
    same = unchanged(request, version)
    if same:
        return same
    shown = incidents.entries(row.id, client_visible_only=True)
    disputed = set(incidents.disputes(row.id).values_list("entry_id", flat=True))
    context = {
        "version": version,
        "incident": row,
        "system": clients.system(row.system_id),
        "clocks": slas.clock_views(
            slas.current(slas.clocks_of("incident", row.id)), now(), get_current_timezone_name()
        ),
        "entries": [
            (entry, text_of(entry, {}), *mark_of(entry.kind), _review_link(request, entry, disputed)) for entry in shown
        ],
        # What an alert found is said by its title; the policy's words for a severity name the worst it covers.
        "severity_text": ""
        if row.source == "alert"
        else slas.severity_texts(row.policy_version_id).get(row.severity, ""),
        "questions": incidents.questions([row]),
        "solving_waits": incidents.solving_waits(row),
    }
    return page(request, "portal/incident.html", context, part="portal/_incident.html")


def _review_link(request: HttpRequest, entry: IncidentEntry, disputed: set[uuid.UUID]) -> str:
    """Where this contact may ask for a review of a wait; empty beside anything else."""
    if entry.kind != "paused" or entry.at < now() - DISPUTABLE_FOR:
        return ""
    if entry.id in disputed:
        return ""
    return link_for(request.portal_place, request.user.id, entry.id)  # type: ignore[attr-defined,arg-type]


@portal
@require_GET
def agreement(request: HttpRequest, agency: str, client: str) -> HttpResponse:
    """The five questions, answered from what was signed."""
    contacts = list(clients.contacts(clients.client_by_slug(client).id))
    context = {
        # A draft has promised nothing yet, and what has ended promises nothing any more.
        "plans": [_plan(row) for row in agreements.retainers() if row.state in agreements.RUNNING],
        "contacts": contacts,
        "approvers": [row.name for row in contacts if Right.APPROVER in row.rights],
        "disputable_days": DISPUTABLE_FOR.days,
    }
    return page(request, "portal/agreement.html", context)


def _plan(retainer: Retainer) -> dict[str, object]:
    """One signed plan: what it says, and what of that holds at present because something watches."""
    links = agreements.covered_systems(retainer.id)
    covered = [_covered(row) for row in links]
    watched = watched_now(row.system_id for row in links)
    systems = [row["system"] for row in covered]
    return {
        "retainer": retainer,
        "inclusions": agreements.inclusions_of(retainer.tier_id),
        "covered": covered,
        "watched": [row.name for row in systems if row.id in watched],
        "unwatched": [row.name for row in systems if row.id not in watched],
        "stops": slas.stops_for("client", [row.policy_version_id for row in links]),
        **_same_for_all(covered),
    }


def _covered(row: CoveredSystem) -> Covered:
    """One covered system with all that its response times promise."""
    version = slas.policy_version(row.policy_version_id)
    return {
        "system": clients.system(row.system_id),
        "version": version,
        "targets": slas.target_table(version.id),
        "hours": slas.hours_of(version.id),
        "severities": slas.severity_texts(version.id),
    }


def _same_for_all(covered: list[Covered]) -> dict[str, object]:
    """What is said once for the whole agreement: each clause of its systems, in their order, without repeating any."""
    versions = [row["version"] for row in covered]
    names = ("covered", "excluded", "client_duties")
    said = {name: list(dict.fromkeys(clause for one in versions for clause in getattr(one, name))) for name in names}
    meanings = [row["severities"] for row in covered]
    return {
        # Where all systems use the same words, they stand once.
        "severities": meanings[0] if meanings and all(one == meanings[0] for one in meanings) else None,
        "included": said["covered"],
        "separate": said["excluded"],
        "duties": said["client_duties"],
        "reporting": list(dict.fromkeys(one.reporting for one in versions if one.reporting)),
    }
