"""The incident workbench: clocks, steps, timeline and composer, evidence."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from clients import selectors as clients
from core.access.roles import Capability, may
from core.access.views import staff
from core.clock import now
from core.errors import NotFound
from core.selectors import events_version, members, names_of
from core.web.live_cache import version_of
from core.web.pages import page, unchanged
from incidents import selectors as incidents
from incidents.forms import (
    AgreeForm,
    AssignForm,
    ClientMessageForm,
    MergeForm,
    NoteForm,
    PauseForm,
    ReasonForm,
    ReopenForm,
    ResolveForm,
    SeverityForm,
    UpdateForm,
)
from incidents.next_action import UPDATE, is_well, next_action, standing_of
from incidents.readings import Reading, readings_of, sentence
from incidents.severities import LABELS
from incidents.states import Action, IncidentState, allowed
from incidents.web.actions import merge_choices
from monitoring import selectors as monitoring
from monitoring.selectors import metric_label
from retainer.dashboard.acts import (
    AGREE,
    ASSIGN,
    CLIENT_MESSAGE,
    SEVERITY,
    Audience,
    acts_of,
    offered,
    send_words,
)
from retainer.dashboard.timeline import folded, lines_of
from retainer.reports.charts import chart
from retainer.viewer import membership_of
from slas import selectors as slas
from slas.selectors import ClockView, party_label

if TYPE_CHECKING:
    from incidents.models import Incident


@staff(Capability.VIEW)
@require_GET
def incident(request: HttpRequest, agency: str, number: int) -> HttpResponse:
    """One incident; head, timeline and clocks stay live, the composer keeps what is being typed."""
    row = incidents.incident_by_number(number)
    # What is measured shows while there is something to solve, and changes with each answer.
    open_now = row.state in IncidentState.open_values()
    measured = [(monitoring.freshness, (row.system_id,))] if open_now else []
    version = version_of(request, events_version, *measured)
    same = unchanged(request, version)
    if same:
        return same
    context = incident_context(row) | _bench(request, row, readings_of(row.id) if open_now else [])
    context |= {
        "version": version,
        "charts": _charts(agency, row),
        "breadcrumbs": [
            {"label": _("Incidents"), "url": reverse("incidents:list", args=[agency])},
            {"label": row.reference, "url": ""},
        ],
    }
    return page(request, "dashboard/incident.html", context, part="dashboard/_incident_live.html")


def _bench(request: HttpRequest, row: Incident, measured: list[Reading]) -> dict[str, object]:
    """What is to be done: the next act, the others, and the composer."""
    place = membership_of(request)
    client, recipients = clients.client(row.client_id), _recipients(row)
    audience = Audience(client.name, len(recipients), sees=row.published_at is not None)
    acts = acts_of(place.slug, row, audience, _forms(request, row, measured))
    views, is_open = _views(row), row.state in IncidentState.open_values()
    next_key = next_action(standing_of(row, views, well=is_well(measured)))
    return {
        "measured": [(reading, sentence(reading)) for reading in measured],
        "next": next((act for act in acts if act.key == next_key), None),
        "more": [act for act in acts if act.key != next_key and offered(act.key, row)],
        # What the live head may come to offer while it is open stands ready; what only its end or return makes
        # possible needs the page anew, which the script then asks for.
        "dialogs": [act for act in acts if act.form and (offered(act.key, row) or (is_open and act.key != "reopen"))],
        "clocks": views,
        "open_clocks": sorted((view for view in views if view.ended_at is None), key=_nearest),
        "note_form": NoteForm(auto_id="note_%s"),
        "update_form": UpdateForm(auto_id="update_%s"),
        "recipients": recipients,
        "send_label": send_words(audience),
        "update_effect": next(act.effect for act in acts if act.key == UPDATE),
    }


def _views(row: Incident) -> list[ClockView]:
    rows = slas.current(slas.clocks_of("incident", row.id))
    return slas.clock_views(rows, now(), get_current_timezone_name())


def _nearest(view: ClockView) -> tuple[bool, datetime]:
    """What is due first in front, what has no deadline last."""
    return view.due_at is None, view.due_at or view.started_at


def _forms(request: HttpRequest, row: Incident, measured: list[Reading]) -> dict[str, Form | None]:
    """The form of each act that asks for something; None where the act is impossible."""
    return {
        Action.PAUSE: PauseForm(auto_id="pause_%s"),
        Action.RESOLVE: _resolve_form(request, measured),
        Action.REOPEN: ReopenForm(auto_id="reopen_%s"),
        Action.FALSE_ALARM: None if row.published_at else ReasonForm(auto_id="reason_%s"),
        Action.MERGE: _merge_form(row),
        SEVERITY: SeverityForm(auto_id="severity_%s", initial={"severity": row.severity}),
        ASSIGN: _assign_form(row),
        CLIENT_MESSAGE: ClientMessageForm(auto_id="client_%s"),
        AGREE: AgreeForm(auto_id="agree_%s"),
    }


def _resolve_form(request: HttpRequest, measured: list[Reading]) -> ResolveForm:
    """It asks why only where something measured says no, and only those who may override that."""
    form = ResolveForm(auto_id="resolve_%s")
    place = membership_of(request)
    if all(row.good for row in measured) or not may(place.role, Capability.OVERRIDE):
        del form.fields["override_reason"]
    return form


def incident_context(row: Incident) -> dict[str, object]:
    """What the workbench says about an incident."""
    entries = list(incidents.entries(row.id))
    owners = [entry.data["owner_id"] for entry in entries if entry.data.get("owner_id")]
    owners += [to.removeprefix("person:") for entry in entries if "person:" in (to := entry.data.get("to", ""))]
    people = names_of([row.owner_id, *(entry.actor_id for entry in entries), *map(uuid.UUID, owners)])
    named = {str(person): name for person, name in people.items()}
    if any("on_call:" in entry.data.get("to", "") for entry in entries):
        named |= {str(rota.id): rota.name for rota in slas.rotas()}
    earlier, latest = folded(lines_of(entries, named, shown=row.published_at is not None))
    return {
        "incident": row,
        "is_open": row.state in IncidentState.open_values(),
        "severity_label": LABELS[row.severity],
        "waiting_label": party_label(row.waiting_on).lower() if row.waiting_on else "",
        "system": clients.system(row.system_id),
        "kept": incidents.incident(row.merged_into_id) if row.merged_into_id else None,
        "client": clients.client(row.client_id),
        "policy_version": slas.policy_version(row.policy_version_id) if row.policy_version_id else None,
        "severity_text": slas.severity_texts(row.policy_version_id).get(row.severity, ""),
        "earlier": earlier,
        "latest": latest,
        "owner_name": people.get(row.owner_id, "") if row.owner_id else "",
        "disputes": incidents.disputes(row.id),
        "similar": incidents.incidents(system_id=row.system_id).exclude(id=row.id)[:3],
    }


def _charts(agency: str, row: Incident) -> list[dict[str, str]]:
    """One chart for each value that fired an alert of this incident, three at most."""
    address = reverse("dashboard:evidence", args=[agency, row.number])
    charts = {}
    for alert in monitoring.alerts(incident_id=row.id).select_related("threshold"):
        metric = monitoring.evidence_metric(alert)
        query = urlencode({"check": alert.source_check_id, "metric": metric, "span": "1h"})
        charts[metric] = {"id": f"evidence-{alert.number}", "title": metric_label(metric), "src": f"{address}?{query}"}
    return list(charts.values())[:3]


def _recipients(row: Incident) -> list[str]:
    """Who gets mail when an update is sent: nobody before the agency goes live with the client."""
    if clients.client(row.client_id).live_at is None:
        return []
    return [contact.name for contact in clients.contacts(row.client_id)]


def _merge_form(row: Incident) -> MergeForm | None:
    """None where there is nothing to merge it into."""
    others = merge_choices(row) if allowed(Action.MERGE, row.state) else []
    return MergeForm(others=others, auto_id="merge_%s") if others else None


def _assign_form(row: Incident) -> AssignForm:
    people = [(str(member.user_id), str(member.user)) for member in members()]
    return AssignForm(auto_id="assign_%s", initial={"owner_id": str(row.owner_id or "")}, people=people)


@staff(Capability.VIEW)
@require_GET
def evidence(request: HttpRequest, agency: str, number: int) -> HttpResponse:
    """The chart of the value that fired the incident's alert."""
    try:
        row = incidents.incident_by_number(number)
        return JsonResponse(chart(request, row.system_id))
    except (NotFound, ValueError):
        return JsonResponse({"error": _("There is no such chart.")}, status=404)
