"""Whether promises were kept in a period, and who the time was with; the same on every face."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import selectors as agreements
from core.clock import now
from incidents import selectors as incidents
from slas.clocks import attainment, responsibility
from slas.words import Party

if TYPE_CHECKING:
    from clients.models import Client
    from incidents.models import Incident
    from slas.clocks.models import Clock

# More than an agency decides in a year; beyond it the page says so.
MOST = 5000
SIDE_WORDS = {
    responsibility.US: gettext_lazy("Us"),
    **{party.value: party.label for party in Party},
    "unnamed": gettext_lazy("Nobody was named"),
    responsibility.CLOSED: gettext_lazy("Outside hours"),
}


@dataclass(frozen=True)
class Period:
    """What the address asks for."""

    period: str
    start: datetime
    end: datetime
    client: Client | None
    version_id: uuid.UUID | None


def bounds(period: str, at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The period around ``at``, as whole months of the zone and half-open."""
    first = at.astimezone(zone).date().replace(day=1)
    back = {"month": 0, "last_month": 1, "quarter": 2, "year": 11}[period]
    ahead = 0 if period == "last_month" else 1
    months = first.year * 12 + first.month - 1
    edges = [divmod(months + shift, 12) for shift in (-back, ahead)]
    start, end = (datetime.combine(first.replace(year=y, month=m + 1), time(), zone) for y, m in edges)
    return start, end


def clocks_of(asked: Period) -> QuerySet[Clock]:
    return attainment.decided_between(asked.start, asked.end, asked.client.id if asked.client else None)


def incidents_behind(clocks: Iterable[Clock]) -> dict[uuid.UUID, Incident]:
    wanted = {clock.subject_id for clock in clocks}
    return {row.id: row for row in incidents.incidents().filter(id__in=wanted).select_related("client", "system")}


def by_client_and_plan(
    clocks: list[Clock], about: Mapping[uuid.UUID, Incident]
) -> list[tuple[str, list[tuple[str, attainment.Attainment]]]]:
    """By client and by plan, each with its worst first."""
    plans = agreements.tier_names(row.system_id for row in about.values())

    def plan_of(clock: Clock) -> str:
        row = about.get(clock.subject_id)
        return plans.get(row.system_id, "") if row else ""

    def client_of(clock: Clock) -> str:
        row = about.get(clock.subject_id)
        return row.client.name if row else ""

    keys = ((_("By client"), client_of), (_("By plan"), plan_of))
    return [(title, _worst_first(attainment.grouped(clocks, key))) for title, key in keys]


def _worst_first(groups: Mapping[str, attainment.Attainment]) -> list[tuple[str, attainment.Attainment]]:
    rows = [(name or _("None now"), row) for name, row in groups.items()]
    return sorted(rows, key=lambda pair: (pair[1].share is None, pair[1].share or 0, pair[0]))


def time_by_side(clocks: Iterable[Clock]) -> list[tuple[str, str, int, float]]:
    """Who the time of the resolutions was with: key, word, seconds and share, without those that had none."""
    found: Counter[str] = responsibility.time_by_side(responsibility.resolutions(clocks), now())
    whole = sum(found.values())
    return [
        (side, str(SIDE_WORDS[side]), found[side], found[side] / whole) for side in responsibility.SIDES if found[side]
    ]


def newest_missed(
    clocks: list[Clock], about: Mapping[uuid.UUID, Incident]
) -> list[tuple[Clock, Incident | None, list[tuple[str, int, str]]]]:
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


def unpromised(asked: Period) -> int:
    """Incidents of the period on which nothing was promised; they stand beside, in no denominator."""
    rows = incidents.incidents(client_id=asked.client.id if asked.client else None)
    return rows.filter(opened_at__gte=asked.start, opened_at__lt=asked.end, policy_version_id=None).count()


def attained(start: datetime, end: datetime, client: Client | None) -> dict[str, object]:
    """The review of a period as programs read it."""
    asked = Period("", start, end, client, None)
    clocks = list(clocks_of(asked)[:MOST])
    groups = [rows for _title, rows in by_client_and_plan(clocks, incidents_behind(clocks))]
    by_client, by_plan = ([{"name": name, **_plain(row)} for name, row in rows] for rows in groups)
    return {
        "total": _plain(attainment.grouped(clocks, lambda clock: "").get("", attainment.Attainment())),
        "by_promise": [
            {"metric": metric, "severity": severity, **_plain(row)}
            for metric, severity, row in attainment.by_promise(clocks)
        ],
        "by_client": by_client,
        "by_plan": by_plan,
        "responsibility": [{"side": side, "seconds": seconds} for side, _word, seconds, _share in time_by_side(clocks)],
        "unpromised_incidents": unpromised(asked),
        "is_cut": len(clocks) == MOST,
    }


def _plain(row: attainment.Attainment) -> dict[str, object]:
    names = ("kept", "missed", "decided", "cancelled", "share")
    return {name: getattr(row, name) for name in names} | {
        "median_seconds": row.median,
        "ninth_decile_seconds": row.ninth,
        "measured": len(row.times),
        "target_seconds": row.target,
        "suggested_target_seconds": row.suggested,
    }
