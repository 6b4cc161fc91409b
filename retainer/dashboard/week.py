"""What has a date: planned maintenance, retainers that end, clients who are reminded; and who is on call."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import selectors as agreements
from core.clock import now
from core.format import day, moment
from core.selectors import names_of
from monitoring.maintenance import selectors as maintenance
from retainer.dashboard.roster import ClientEntry, Roster
from slas import selectors as slas

if TYPE_CHECKING:
    from incidents.models import Incident

WEEK = timedelta(days=7)
# The nearest of each kind; nobody reads further on this page.
MOST_OF_A_KIND = 200

Owners = Mapping[uuid.UUID, ClientEntry]


@dataclass(frozen=True, slots=True)
class Dated:
    """One thing with a date, of one client. ``text`` is said where its client stands beside it."""

    at: datetime
    whole_day: bool
    icon: str
    text: str
    client_id: uuid.UUID
    client_name: str
    url: str

    @property
    def when(self) -> str:
        """The date in the reader's zone; of what runs already that it does."""
        if self.whole_day:
            return day(self.at.date())
        return moment(self.at) if self.at > now() else _("now")


@dataclass(frozen=True, slots=True)
class OnCall:
    """One rota: who is called now, and who takes over when. Empty names where nobody is."""

    rota: str
    name: str
    next_name: str
    next_at: datetime | None


def dated(slug: str, open_rows: Iterable[Incident], named: Roster) -> list[Dated]:
    """Everything ahead that has a date, the next first."""
    owners = named.clients
    found = [*_windows(slug, owners), *_ends(slug, owners), *_reminders(slug, open_rows, owners)]
    return sorted(found, key=lambda one: one.at)


def _windows(slug: str, named: Owners) -> list[Dated]:
    rows = maintenance.coming_windows().filter(client_id__in=named).select_related("system")[:MOST_OF_A_KIND]
    return [
        Dated(
            at=row.starts_at,
            whole_day=False,
            icon="wrench",
            text=_("Maintenance of %(system)s") % {"system": row.system.name},
            client_id=row.client_id,
            client_name=named[row.client_id].name,
            url=reverse("dashboard:system", args=[slug, named[row.client_id].slug, row.system.slug]),
        )
        for row in rows
    ]


def _ends(slug: str, named: Owners) -> list[Dated]:
    """The last day is the one before the first on which it no longer runs."""
    rows = agreements.ending().filter(client_id__in=named)[:MOST_OF_A_KIND]
    return [
        Dated(
            at=datetime.combine(row.ends_on - timedelta(days=1), time.min, ZoneInfo(row.time_zone)),
            whole_day=True,
            icon="file-text",
            text=_("Last day of “%(retainer)s”") % {"retainer": row.name},
            client_id=row.client_id,
            client_name=named[row.client_id].name,
            url=reverse("agreements:retainer", args=[slug, row.id]),
        )
        for row in rows
        if row.ends_on and not agreements.is_over(row)
    ]


def _reminders(slug: str, open_rows: Iterable[Incident], named: Owners) -> list[Dated]:
    """The client gets these mails by itself; somebody may want to call before. Nobody gets any before the agency goes
    live with the client."""
    return [
        Dated(
            at=row.remind_at,
            whole_day=False,
            icon="hourglass",
            text=_("Reminder about %(reference)s") % {"reference": row.reference},
            client_id=row.client_id,
            client_name=named[row.client_id].name,
            url=reverse("dashboard:incident", args=[slug, row.number]),
        )
        for row in open_rows
        if row.remind_at and row.waiting_on == "client" and row.client_id in named and named[row.client_id].live_at
    ]


def this_week(rows: Sequence[Dated]) -> list[Dated]:
    """What comes within seven days."""
    return [row for row in rows if row.at < now() + WEEK]


def next_sentence(rows: Sequence[Dated]) -> str:
    """The next of them in a sentence; empty where nothing has a date."""
    if not rows:
        return ""
    words = {"text": rows[0].text, "client": rows[0].client_name, "when": rows[0].when}
    return _("Next: %(text)s, %(client)s, %(when)s.") % words


def on_call() -> list[OnCall]:
    """Every rota with who is on call now and who is next."""
    duties = slas.duties(now())
    people = names_of(who for duty in duties for _since, _until, who in duty.shifts[:3])
    return [_on_call(duty, people) for duty in duties]


def _on_call(duty: slas.Duty, people: dict[uuid.UUID, str]) -> OnCall:
    (_since, _until, who), *later = duty.shifts
    following = next(((since, then) for since, _end, then in later[:2] if then), None)
    return OnCall(
        rota=duty.rota.name,
        name=people.get(who, "") if who else "",
        next_name=people.get(following[1], "") if following else "",
        next_at=following[0] if following else None,
    )
