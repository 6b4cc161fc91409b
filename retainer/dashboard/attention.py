"""What needs somebody: a row an outage, in the order of its deadlines, each with the act that is next."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, TypedDict

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.clock import now
from core.selectors import names_of
from incidents import selectors as incidents
from incidents.next_action import UPDATE, next_action, standing_of
from incidents.states import Action
from monitoring import recent
from monitoring import selectors as monitoring
from retainer.dashboard import verdict
from retainer.dashboard.roster import Roster
from slas.selectors import ClockView, party_label

if TYPE_CHECKING:
    from incidents.models import Incident
    from monitoring.models import Alert

MOST_ROWS = 8
SOON, WEEK = timedelta(hours=1), timedelta(days=7)
NOW, TODAY, THIS_WEEK, LATER = range(4)
GROUPS: dict[int, str | Promise] = {
    NOW: gettext_lazy("Now"),
    TODAY: gettext_lazy("Today"),
    THIS_WEEK: gettext_lazy("This week"),
    LATER: gettext_lazy("Later"),
}


@dataclass(frozen=True, slots=True)
class Verb:
    """The act that is next. ``post`` does it at once; else the address is that of the form that does it."""

    label: str
    url: str
    post: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """One row of the attention list. ``alert`` is what measured it, where anything did."""

    kind: str
    state: str
    title: str
    client_name: str
    about: str
    url: str
    clock: ClockView | None
    at: datetime
    waiting_on: str
    owner: str
    verb: Verb | None
    incident_id: uuid.UUID | None = None
    alert: Alert | None = None
    trend: recent.Trend | None = None
    is_first: bool = False

    @property
    def due(self) -> datetime | None:
        """When its nearest promise falls due; None where it has none, and where its clock stands still."""
        if self.clock is None or self.clock.state == "paused":
            return None
        return self.clock.due_at

    @property
    def group(self) -> int:
        """Now is what is late or nearly so, and what has no deadline and nobody has taken up."""
        if self.clock is None:
            return NOW if self.state in ("new", "firing") else THIS_WEEK
        if self.due and (self.clock.state in ("breached", "at_risk") or self.due <= now() + SOON):
            return NOW
        return _group_of(self.clock.due_at)


class Attention(TypedDict):
    """The list as a page shows it: the rows by group, and of all rows how many there are, where, and the verdict."""

    needs: list[tuple[str | Promise, list[Need]]]
    needs_total: int
    needs_more: bool
    needs_url: str
    verdict: str


def _group_of(due: datetime | None) -> int:
    """By days of the reader."""
    if due is None or due >= now() + WEEK:
        return LATER
    return TODAY if localtime(due).date() <= localtime(now()).date() else THIS_WEEK


def attention(
    slug: str, open_rows: Sequence[Incident], states: Counter[str], named: Roster, *, works: bool
) -> Attention:
    """The rows by group, how many there are in all and where those are, and the verdict."""
    rows = _incident_needs(slug, open_rows, named) + _alert_needs(slug, named, works=works)
    rows.sort(key=lambda need: (need.group, need.clock.due_at if need.clock and need.clock.due_at else need.at))
    shown = _with_trends(rows[:MOST_ROWS])
    if works:
        shown = _with_verbs(slug, shown, {row.id: row for row in open_rows})
    grouped = groupby(shown, key=lambda need: need.group)
    return {
        "needs": [(GROUPS[group], list(found)) for group, found in grouped],
        "needs_total": len(rows),
        "needs_more": len(rows) > len(shown),
        "needs_url": _all_url(slug, rows),
        "verdict": verdict.of_needs(rows) if rows else verdict.of_quiet(states),
    }


def _all_url(slug: str, rows: Iterable[Need]) -> str:
    """The list that holds all of them, in the same order: that of incidents, unless there are only alerts."""
    if any(need.kind == "incident" for need in rows):
        return f"{reverse('incidents:list', args=[slug])}?state=open&sort=due"
    return f"{reverse('monitoring:alerts', args=[slug])}?state=firing"


def _with_trends(rows: Sequence[Need]) -> list[Need]:
    """Only what is shown is drawn, so that the cost does not grow with what waits."""
    behind = recent.alerts_behind([need.incident_id for need in rows if need.incident_id])
    alerts = [need.alert or (behind.get(need.incident_id) if need.incident_id else None) for need in rows]
    drawn = recent.trends({alert.id: alert for alert in alerts if alert}.values())
    return [
        replace(need, alert=alert, trend=drawn[alert.id] if alert else None, is_first=place == 0)
        for place, (need, alert) in enumerate(zip(rows, alerts, strict=True))
    ]


def _with_verbs(slug: str, rows: Sequence[Need], open_rows: Mapping[uuid.UUID, Incident]) -> list[Need]:
    """The rows of incidents with the act that is next, which is that of the incident's own page."""
    return [
        replace(need, verb=verb_of(slug, open_rows[need.incident_id], need.clock, need.alert))
        if need.incident_id
        else need
        for need in rows
    ]


def _incident_needs(slug: str, open_rows: Sequence[Incident], named: Roster) -> list[Need]:
    nearest = incidents.nearest_clocks([row.id for row in open_rows])
    people = names_of([row.owner_id for row in open_rows])
    found = []
    for row in open_rows:
        clock = nearest.get(row.id)
        whose, promise = _whose(row, named), clock.label if clock else ""
        found.append(
            Need(
                kind="incident",
                state=row.state,
                title=row.title,
                client_name=whose[0],
                about=_joined([*whose, row.reference, promise]),
                url=reverse("dashboard:incident", args=[slug, row.number]),
                clock=clock,
                at=row.opened_at,
                waiting_on=_party(row.waiting_on),
                owner=people.get(row.owner_id, "") if row.owner_id else "",
                verb=None,
                incident_id=row.id,
            )
        )
    return found


def _whose(row: Incident | Alert, named: Roster) -> list[str]:
    """The client's name and the system's."""
    return [named.client_name(row.client_id), named.system_name(row.system_id)]


def _party(waiting_on: str) -> str:
    """As it stands behind "Waiting on"."""
    return party_label(waiting_on).lower() if waiting_on else _("us")


def _joined(parts: Iterable[str]) -> str:
    return " · ".join(part for part in parts if part)


def verb_of(slug: str, row: Incident, clock: ClockView | None, alert: Alert | None) -> Verb:
    """What is to be done with an open incident next. Only what shows the client nothing is done from here at once."""
    page = reverse("dashboard:incident", args=[slug, row.number])
    well = alert.recovered_at is not None if alert else None
    key = next_action(standing_of(row, [clock] if clock else [], well=well))
    if key == Action.ACKNOWLEDGE:
        return Verb(_("Acknowledge"), reverse("incidents:step", args=[slug, row.number, "acknowledge"]), post=True)
    if key == Action.RESUME and row.waiting_on == "client":
        return Verb(_("Record reply"), f"{page}#client_body")
    label, place = {
        UPDATE: (_("Send update"), "composer-update"),
        Action.RESUME: (_("Let the clocks run again"), "next-step"),
        Action.CONFIRM: (_("Confirm"), "next-step"),
        Action.MITIGATE: (_("Mark workaround in place"), "next-step"),
    }.get(key, (_("Resolve"), "resolve_body"))
    return Verb(label, f"{page}#{place}")


def _alert_needs(slug: str, named: Roster, *, works: bool) -> list[Need]:
    """Alerts that nobody has. Those of one ended incident are one row, and those of one check without any."""
    outages: dict[uuid.UUID, list[Alert]] = defaultdict(list)
    for row in monitoring.alerts_nobody_has().select_related("incident", "threshold", "source_check"):
        outages[row.incident_id or row.source_check_id].append(row)
    return [_alert_need(slug, rows, named, works=works) for rows in outages.values()]


def _alert_need(slug: str, rows: Sequence[Alert], named: Roster, *, works: bool) -> Need:
    # The newest is in front; the outage is called by what began it.
    row, more = rows[-1], len(rows) - 1
    others = ngettext("%(count)s more alert", "%(count)s more alerts", more) % {"count": more} if more else ""
    whose = _whose(row, named)
    return Need(
        kind="alert",
        state=row.state,
        title=_called(row),
        client_name=whose[0],
        about=_joined([*whose, _reference(row), others]),
        url=reverse("monitoring:alert", args=[slug, row.number]),
        clock=None,
        at=row.fired_at,
        waiting_on=_("us"),
        owner="",
        verb=_verb_of_alert(slug, row) if works else None,
        alert=row,
    )


def _called(row: Alert) -> str:
    """By what it means for people, where somebody has said so; that a value is gone means something else."""
    meant = row.threshold.impact if row.threshold and row.health == "degraded" else ""
    return str(meant or row.title)


def _verb_of_alert(slug: str, row: Alert) -> Verb:
    """What was called solved and goes on is opened again; what has no incident, or only a closed one, gets one."""
    if row.incident is not None and row.incident.state in ("resolved", "false_alarm"):
        page = reverse("dashboard:incident", args=[slug, row.incident.number])
        return Verb(_("Reopen"), f"{page}#reopen_reason")
    return Verb(_("Report incident"), f"{reverse('incidents:new', args=[slug])}?system={row.system_id}")


def _reference(row: Alert) -> str:
    """Beside one that goes on although somebody ended its incident stands which that was."""
    if row.incident is None:
        return _("Alert")
    words = {"reference": row.incident.reference, "state": row.incident.get_state_display().lower()}
    return _("Alert of %(reference)s, %(state)s") % words
