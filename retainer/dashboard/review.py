"""The SLA review: whether promises were kept, whether targets are realistic, and who the time was with."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from clients import selectors as clients
from core.access.roles import Capability
from core.access.views import staff
from core.clock import now
from core.selectors import agency as own_agency
from core.web.exports import csv_file
from core.web.pages import page
from retainer.reports.attainment import (
    MOST,
    Period,
    bounds,
    by_client_and_plan,
    clocks_of,
    incidents_behind,
    newest_missed,
    time_by_side,
    unpromised,
)
from slas import selectors as slas
from slas.clocks import attainment, replay

if TYPE_CHECKING:
    from incidents.models import Incident

PERIODS = {
    "month": gettext_lazy("This month"),
    "last_month": gettext_lazy("Last month"),
    "quarter": gettext_lazy("Last 3 months"),
    "year": gettext_lazy("Last 12 months"),
}


@staff(Capability.VIEW)
@require_GET
def sla_review(request: HttpRequest, agency: str) -> HttpResponse:
    """One period, of the agency or of one client, with what would have been under another promise if one is named."""
    asked = _asked(request)
    clocks = list(clocks_of(asked)[:MOST])
    about, sides = incidents_behind(clocks), time_by_side(clocks)
    replayed = replay.replay(clocks, asked.version_id, now()) if asked.version_id else []
    context = {
        "filters": _filters(asked),
        "clear_url": reverse("dashboard:sla_review", args=[agency]) if request.GET else "",
        "export_url": f"{reverse('dashboard:sla_review_csv', args=[agency])}?{request.GET.urlencode()}",
        "asked": asked,
        "first_day": asked.start.date(),
        "last_day": (asked.end - timedelta(days=1)).date(),
        "total": attainment.grouped(clocks, lambda clock: "").get("", attainment.Attainment()),
        "promises": [(slas.metric_label(metric), *more) for metric, *more in attainment.by_promise(clocks)],
        "groups": by_client_and_plan(clocks, about),
        "sides": sides,
        "side_total": sum(seconds for _side, _word, seconds, _share in sides),
        "unpromised": unpromised(asked),
        "missed": newest_missed(clocks, about),
        "cut": len(clocks) == MOST,
        "replay": _replayed(replayed, about) if asked.version_id else None,
        "breadcrumbs": [{"label": _("SLA review"), "url": ""}],
    }
    return page(request, "dashboard/sla_review.html", context)


@staff(Capability.VIEW)
@require_GET
def sla_review_csv(request: HttpRequest, agency: str) -> HttpResponse:
    """Every promise of the period, the newest first."""
    clocks = list(clocks_of(_asked(request))[:10_000])
    about, names = incidents_behind(clocks), clients.client_names()
    header = ["incident", "client", "promise", "severity", "state", "target_seconds", "consumed_seconds"]
    lines = (
        [
            about[clock.subject_id].reference if clock.subject_id in about else "",
            names.get(clock.client_id, ""),
            *(clock.metric, clock.severity, clock.state),
            attainment.target_of(clock),
            clock.consumed_seconds,
            *(moment.isoformat() if moment else "" for moment in (clock.started_at, clock.due_at)),
            *(moment.isoformat() if moment else "" for moment in (clock.satisfied_at, clock.breached_at)),
        ]
        for clock in clocks
    )
    return csv_file("sla-review", [*header, "started_at", "due_at", "satisfied_at", "breached_at"], lines)


def _asked(request: HttpRequest) -> Period:
    period = request.GET.get("period", "quarter")
    period = period if period in PERIODS else "quarter"
    start, end = bounds(period, now(), ZoneInfo(own_agency().time_zone))
    slug, version = request.GET.get("client", ""), request.GET.get("replay", "")
    client = next((row for row in clients.clients() if row.slug == slug), None)
    known = {str(row.id): row.id for row in slas.latest_policy_versions()}
    return Period(period, start, end, client, known.get(version))


def _filters(asked: Period) -> list[dict[str, object]]:
    people = [(row.slug, row.name) for row in clients.clients()]
    versions = [(str(row.id), _("Replay: %(name)s") % {"name": row}) for row in slas.latest_policy_versions()]
    return [
        {"name": "period", "label": _("Period"), "value": asked.period, "choices": list(PERIODS.items())},
        {
            "name": "client",
            "label": _("Client"),
            "value": asked.client.slug if asked.client else "",
            "choices": [("", _("All clients")), *people],
        },
        {
            "name": "replay",
            "label": _("Replay against"),
            "value": str(asked.version_id or ""),
            "choices": [("", _("No replay")), *versions],
        },
    ]


def _replayed(rows: list[replay.Replayed], about: Mapping[uuid.UUID, Incident]) -> dict[str, object]:
    """What the period would have been: kept of decided before and after, and each promise that differs."""
    made = [row for row in rows if row.after != replay.NOT_PROMISED]
    before, after = Counter(row.before for row in made), Counter(row.after for row in made)
    return {
        "before": (before[replay.MET], before[replay.MET] + before[replay.MISSED]),
        "after": (after[replay.MET], after[replay.MET] + after[replay.MISSED]),
        "not_promised": len(rows) - len(made),
        "changed": [(row, about.get(row.clock.subject_id)) for row in made if row.differs][:100],
    }
