"""The SLA review: whether promises were kept, whether targets are realistic, and who the time was with."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from agreements import selectors as agreements
from clients import selectors as clients
from core.access.roles import Capability
from core.access.views import staff
from core.clock import now
from core.selectors import agency as own_agency
from core.web.exports import csv_file
from core.web.pages import page
from incidents import selectors as incidents
from slas import attainment, replay, responsibility
from slas import selectors as slas

# More than an agency decides in a year; beyond it the page says so.
MOST = 5000
PERIODS = {
    "month": gettext_lazy("This month"),
    "last_month": gettext_lazy("Last month"),
    "quarter": gettext_lazy("Last 3 months"),
    "year": gettext_lazy("Last 12 months"),
}
SIDE_WORDS = {
    responsibility.US: gettext_lazy("Us"),
    "client": gettext_lazy("The client"),
    "vendor": gettext_lazy("A vendor"),
    "provider": gettext_lazy("The model provider"),
    "window": gettext_lazy("An agreed window"),
    "unnamed": gettext_lazy("Nobody was named"),
    responsibility.CLOSED: gettext_lazy("Outside hours"),
}


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    period: str
    start: datetime
    end: datetime
    client: Any
    version_id: uuid.UUID | None


@staff(Capability.VIEW)
@require_GET
def sla_review(request: HttpRequest, agency: str) -> HttpResponse:
    """One period, of the agency or of one client, with what would have been under another promise if one is named."""
    asked = _asked(request)
    clocks = list(_clocks(asked)[:MOST])
    about, sides = _incidents(clocks), _sides(clocks)
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
        "groups": _groups(clocks, about),
        "sides": sides,
        "side_total": sum(seconds for _side, _word, seconds, _share in sides),
        "unpromised": _unpromised(asked),
        "missed": _missed(clocks, about),
        "cut": len(clocks) == MOST,
        "replay": _replayed(replayed, about) if asked.version_id else None,
        "breadcrumbs": [{"label": _("SLA review"), "url": ""}],
    }
    return page(request, "dashboard/sla_review.html", context)


@staff(Capability.VIEW)
@require_GET
def sla_review_csv(request: HttpRequest, agency: str) -> HttpResponse:
    """Every promise of the period, the newest first."""
    clocks = list(_clocks(_asked(request))[:10_000])
    about, names = _incidents(clocks), clients.client_names()
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


def _asked(request: HttpRequest) -> Asked:
    period = request.GET.get("period", "quarter")
    period = period if period in PERIODS else "quarter"
    start, end = bounds(period, now(), ZoneInfo(own_agency().time_zone))
    slug, version = request.GET.get("client", ""), request.GET.get("replay", "")
    client = next((row for row in clients.clients() if row.slug == slug), None)
    known = {str(row.id): row.id for row in slas.latest_policy_versions()}
    return Asked(period, start, end, client, known.get(version))


def bounds(period: str, at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The period around ``at``, as whole months of the zone and half-open."""
    first = at.astimezone(zone).date().replace(day=1)
    back = {"month": 0, "last_month": 1, "quarter": 2, "year": 11}[period]
    ahead = 0 if period == "last_month" else 1
    months = first.year * 12 + first.month - 1
    edges = [divmod(months + shift, 12) for shift in (-back, ahead)]
    start, end = (datetime.combine(first.replace(year=y, month=m + 1), time(), zone) for y, m in edges)
    return start, end


def _clocks(asked: Asked) -> Any:
    return attainment.decided_between(asked.start, asked.end, asked.client.id if asked.client else None)


def _incidents(clocks: Iterable[Any]) -> dict[uuid.UUID, Any]:
    wanted = {clock.subject_id for clock in clocks}
    return {row.id: row for row in incidents.incidents().filter(id__in=wanted).select_related("client", "system")}


def _filters(asked: Asked) -> list[dict[str, Any]]:
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


def _groups(clocks: list[Any], about: Mapping[uuid.UUID, Any]) -> list[tuple[str, list[tuple[str, Any]]]]:
    """By client and by plan, each with its worst first."""
    plans = agreements.tier_names(row.system_id for row in about.values())

    def plan_of(clock: Any) -> str:
        row = about.get(clock.subject_id)
        return plans.get(row.system_id, "") if row else ""

    def client_of(clock: Any) -> str:
        row = about.get(clock.subject_id)
        return row.client.name if row else ""

    keys = ((_("By client"), client_of), (_("By plan"), plan_of))
    return [(title, _worst_first(attainment.grouped(clocks, key))) for title, key in keys]


def _worst_first(groups: Mapping[str, attainment.Attainment]) -> list[tuple[str, attainment.Attainment]]:
    rows = [(name or _("None now"), row) for name, row in groups.items()]
    return sorted(rows, key=lambda pair: (pair[1].share is None, pair[1].share or 0, pair[0]))


def _sides(clocks: Iterable[Any]) -> list[tuple[str, str, int, float]]:
    """Who the time of the resolutions was with: key, word, seconds and share, without those that had none."""
    found: Counter[str] = responsibility.time_by_side(responsibility.resolutions(clocks), now())
    whole = sum(found.values())
    return [
        (side, str(SIDE_WORDS[side]), found[side], found[side] / whole) for side in responsibility.SIDES if found[side]
    ]


def _missed(clocks: list[Any], about: Mapping[uuid.UUID, Any]) -> list[tuple[Any, Any, list[tuple[str, int, str]]]]:
    """The newest promises that were missed, with their incidents and whose time it was, in words."""
    missed = [clock for clock in clocks if clock.breached_at][:50]
    waits = responsibility.pauses_of(missed, now())
    return [
        (
            clock,
            about.get(clock.subject_id),
            [(str(SIDE_WORDS[side]), seconds, reason) for side, seconds, reason in waits[clock.id]],
        )
        for clock in missed
    ]


def _unpromised(asked: Asked) -> int:
    """Incidents of the period on which nothing was promised; they stand beside, in no denominator."""
    rows = incidents.incidents(client_id=asked.client.id if asked.client else None)
    return rows.filter(opened_at__gte=asked.start, opened_at__lt=asked.end, policy_version_id=None).count()


def _replayed(rows: list[replay.Replayed], about: Mapping[uuid.UUID, Any]) -> dict[str, Any]:
    """What the period would have been: kept of decided before and after, and each promise that differs."""
    made = [row for row in rows if row.after != replay.NOT_PROMISED]
    before, after = Counter(row.before for row in made), Counter(row.after for row in made)
    return {
        "before": (before[replay.MET], before[replay.MET] + before[replay.MISSED]),
        "after": (after[replay.MET], after[replay.MET] + after[replay.MISSED]),
        "not_promised": len(rows) - len(made),
        "changed": [(row, about.get(row.clock.subject_id)) for row in made if row.differs][:100],
    }


def attained(start: datetime, end: datetime, client: Any) -> dict[str, Any]:
    """The review of a period as programs read it."""
    asked = Asked("", start, end, client, None)
    clocks = list(_clocks(asked)[:MOST])
    groups = [rows for _title, rows in _groups(clocks, _incidents(clocks))]
    by_client, by_plan = ([{"name": name, **_plain(row)} for name, row in rows] for rows in groups)
    return {
        "total": _plain(attainment.grouped(clocks, lambda clock: "").get("", attainment.Attainment())),
        "by_promise": [
            {"metric": metric, "severity": severity, **_plain(row)}
            for metric, severity, row in attainment.by_promise(clocks)
        ],
        "by_client": by_client,
        "by_plan": by_plan,
        "responsibility": [{"side": side, "seconds": seconds} for side, _word, seconds, _share in _sides(clocks)],
        "unpromised_incidents": _unpromised(asked),
        "is_cut": len(clocks) == MOST,
    }


def _plain(row: attainment.Attainment) -> dict[str, Any]:
    names = ("kept", "missed", "decided", "cancelled", "share")
    return {name: getattr(row, name) for name in names} | {
        "median_seconds": row.median,
        "ninth_decile_seconds": row.ninth,
        "measured": len(row.times),
        "target_seconds": row.target,
        "suggested_target_seconds": row.suggested,
    }
