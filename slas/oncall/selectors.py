"""Who is on call now and next."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access.roles import Capability, may
from core.clock import now
from core.errors import NotFound
from core.selectors import members
from slas.escalation import ACCOUNT_MANAGER, AGENCY_OWNER, ON_CALL, ON_CALL_NEXT, OWNER, PERSON, ROTA
from slas.oncall.models import Override, Rota, TimeOff
from slas.oncall.shifts import Stretch, Turns, called, shifts

AHEAD = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Duty:
    """A rota with who is on call and who after them, and its shifts of the next four weeks: from, to, user or None."""

    rota: Rota
    called: list[uuid.UUID]
    shifts: list[tuple[datetime, datetime, uuid.UUID | None]]
    overrides: list[Override]

    @property
    def key(self) -> str:
        """The rota's id as text, for what names it on a page."""
        return str(self.rota.id)


def rotas() -> QuerySet[Rota]:
    """The agency's rotas by name."""
    return Rota.objects.order_by("name")


def rota(rota_id: uuid.UUID) -> Rota:
    """One rota; NotFound otherwise."""
    row: Rota | None = Rota.objects.find(id=rota_id)
    if row is None:
        raise NotFound(_("There is no such rota."))
    return row


def time_off() -> QuerySet[TimeOff]:
    """Who is away now or later, the next first, with their users."""
    return TimeOff.objects.filter(ends_at__gt=now()).select_related("user").order_by("starts_at", "id")


def overrides() -> QuerySet[Override]:
    """Stretches that somebody took over and that are not over, newest first."""
    return Override.objects.filter(ends_at__gt=now()).order_by("-id")


def on_call(moment: datetime, rota_id: uuid.UUID | None = None) -> list[uuid.UUID]:
    """The users of the rota in the order in which they are called; of the first by name where none is given.

    Empty where there is no rota, or nobody of it is there.
    """
    rows = rotas() if rota_id is None else rotas().filter(id=rota_id)
    row = rows.first()
    if row is None:
        return []
    staff = {member.user_id for member in members() if may(member.role, Capability.WORK)}
    stretches = Override.objects.filter(rota=row, starts_at__lte=moment, ends_at__gt=moment)
    away = TimeOff.objects.filter(starts_at__lte=moment, ends_at__gt=moment)
    found = called(_turns(row, staff), _stretches(stretches), _stretches(away), moment)
    return [person for person in found if person in staff]


def duties(start: datetime) -> list[Duty]:
    """Every rota from ``start`` on."""
    end = start + AHEAD
    staff = {member.user_id for member in members() if may(member.role, Capability.WORK)}
    away = _stretches(TimeOff.objects.filter(starts_at__lt=end, ends_at__gt=start))
    taken: dict[uuid.UUID, list[Override]] = defaultdict(list)
    for one in Override.objects.filter(starts_at__lt=end, ends_at__gt=start).select_related("user"):
        taken[one.rota_id].append(one)
    return [_duty(row, taken[row.id], away, staff, (start, end)) for row in rotas()]


def _duty(
    row: Rota, rows: list[Override], away: list[Stretch], staff: set[uuid.UUID], period: tuple[datetime, datetime]
) -> Duty:
    turns, taken = _turns(row, staff), [one for one in _stretches(rows) if one.user_id in staff]
    return Duty(row, called(turns, taken, away, period[0]), shifts(turns, taken, away, *period), rows)


def _turns(row: Rota, staff: Iterable[uuid.UUID]) -> Turns:
    """The rota with those who still work here."""
    present = set(staff)
    people = tuple(person for person in map(uuid.UUID, row.people) if person in present)
    return Turns(people, ZoneInfo(row.zone), row.first_day, row.handover_at, row.turn_days)


def _stretches(rows: Iterable[Override | TimeOff]) -> list[Stretch]:
    return [Stretch(row.user_id, row.starts_at, row.ends_at) for row in rows]


def addressee_names() -> dict[str, str]:
    """The names of the people and the rotas that a step can call, by their ids as text."""
    people = {str(member.user_id): str(member.user) for member in members()}
    return people | {str(row.id): row.name for row in rotas()}


def addressee_label(to: str, names: Mapping[str, str]) -> str:
    """Whom a step calls, in words; ``names`` as ``addressee_names`` gives them."""
    if to.startswith(PERSON):
        return names.get(to.removeprefix(PERSON), _("somebody who has left"))
    if to.startswith(ROTA):
        return _("on call: %(name)s") % {"name": names.get(to.removeprefix(ROTA), _("a rota that is gone"))}
    return str(ADDRESSEE_LABELS.get(to, to))


ADDRESSEE_LABELS = {
    OWNER: gettext_lazy("the owner"),
    ON_CALL: gettext_lazy("whoever is on call"),
    ON_CALL_NEXT: gettext_lazy("the next on call"),
    ACCOUNT_MANAGER: gettext_lazy("the account managers"),
    AGENCY_OWNER: gettext_lazy("the agency's owners"),
}


def addressee_choices() -> list[tuple[str, str]]:
    """The rotas and the people whom a step can call by name."""
    by_rota = [(f"{ROTA}{row.id}", _("on call: %(name)s") % {"name": row.name}) for row in rotas()]
    people = [
        (f"{PERSON}{member.user_id}", str(member.user)) for member in members() if may(member.role, Capability.WORK)
    ]
    return [*by_rota, *people]
