"""Rotas, time off, and stretches that somebody takes over. Each change says in the audit who is called from then on."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core.access.roles import Capability, may
from core.audit import record_and_announce
from core.clock import now
from core.errors import Conflict, DomainError, NotFound
from core.json_values import JsonObject
from core.selectors import members
from slas.engine import CalendarError, load_zone
from slas.events import ONCALL_CHANGED
from slas.oncall.models import Override, Rota, TimeOff

LONGEST_TURN = 92
MOST_PEOPLE = 100
LONGEST_STRETCH = timedelta(days=366)
FARTHEST = timedelta(days=5 * 366)


def save_rota(
    *,
    name: str,
    zone: str,
    first_day: date,
    handover_at: time,
    turn_days: int,
    people: Sequence[uuid.UUID | str],
    rota_id: uuid.UUID | None = None,
) -> Rota:
    """A new rota, or the one of that id as it is from now on. ``people`` are users of the staff in their order."""
    title = " ".join(name.split())[:80]
    if not title:
        raise DomainError(_("Give it a name."), field="name")
    if not 1 <= turn_days <= LONGEST_TURN:
        raise DomainError(_("A turn lasts between 1 and 92 days."), field="turn_days")
    try:
        load_zone(zone)
    except CalendarError as error:
        raise DomainError(error.message, field="zone") from error
    with transaction.atomic():
        rota = Rota() if rota_id is None else _locked(rota_id)
        # Whoever was in it and has left since is no mistake of whoever saves it now.
        ids = _staff([person for person in people if str(person) not in _left(rota)])
        if Rota.objects.filter(name=title).exclude(id=rota.id).exists():
            raise DomainError(_("There is a rota of this name. Choose another."), field="name", code="conflict")
        rota.name, rota.zone, rota.first_day, rota.handover_at = title, zone, first_day, handover_at
        rota.turn_days, rota.people = turn_days, [str(person) for person in ids]
        rota.save()
        _emit("rota", rota.id, {"people": rota.people, "turn_days": turn_days})
    return rota


def delete_rota(*, rota_id: uuid.UUID) -> None:
    """Nobody is called by it any more; where an escalation named it, those who look after the client are called."""
    with transaction.atomic():
        _locked(rota_id).delete()
        _emit("rota", rota_id, {"deleted": True})


def take_over(*, rota_id: uuid.UUID, user_id: uuid.UUID | str, starts_at: datetime, ends_at: datetime) -> Override:
    """Somebody takes a stretch of the rota, whoever's turn it is. Two stretches of one rota never overlap."""
    _ordered(starts_at, ends_at)
    (person,) = _staff([user_id], field="user_id")
    with transaction.atomic():
        rota = _locked(rota_id)
        if Override.objects.filter(rota=rota, starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
            raise Conflict(
                _("Somebody has taken over part of this time already. Remove that first."), field="starts_at"
            )
        made: Override = Override.objects.create(rota=rota, user_id=person, starts_at=starts_at, ends_at=ends_at)
        _emit("rota", rota.id, {"override": str(made.id), "user": str(person)})
    return made


def give_back(*, override_id: uuid.UUID) -> None:
    """The stretch goes back to whoever's turn it is."""
    row = Override.objects.find(id=override_id)
    if row is None:
        raise NotFound(_("There is no such stretch."))
    with transaction.atomic():
        row.delete()
        _emit("rota", row.rota_id, {"override_removed": str(override_id)})


def take_time_off(*, user_id: uuid.UUID | str, starts_at: datetime, ends_at: datetime, note: str = "") -> TimeOff:
    """Somebody is away: their turn goes to the next of each rota."""
    _ordered(starts_at, ends_at)
    (person,) = _staff([user_id], field="user_id")
    with transaction.atomic():
        made: TimeOff = TimeOff.objects.create(
            user_id=person, starts_at=starts_at, ends_at=ends_at, note=" ".join(note.split())[:120]
        )
        _emit("time_off", made.id, {"user": str(person)})
    return made


def cancel_time_off(*, time_off_id: uuid.UUID) -> None:
    """They are there after all."""
    row = TimeOff.objects.find(id=time_off_id)
    if row is None:
        raise NotFound(_("There is no such time off."))
    with transaction.atomic():
        row.delete()
        _emit("time_off", time_off_id, {"deleted": True})


def _locked(rota_id: uuid.UUID) -> Rota:
    rota: Rota | None = Rota.objects.select_for_update(of=("self",)).filter(id=rota_id).first()
    if rota is None:
        raise NotFound(_("There is no such rota."), field="rota_id")
    return rota


def _staff(people: Sequence[uuid.UUID | str], field: str = "people") -> list[uuid.UUID]:
    known = {str(member.user_id): member.user_id for member in members() if may(member.role, Capability.WORK)}
    found = list(dict.fromkeys(known.get(str(person)) for person in people))
    if not found or len(found) > MOST_PEOPLE:
        raise DomainError(_("Choose at least one person."), field=field)
    if None in found:
        raise NotFound(_("There is no such person here who may work on incidents."), field=field)
    return [person for person in found if person is not None]


def _left(rota: Rota) -> set[str]:
    """The people of a rota who may not be called any more."""
    return set(rota.people) - {str(member.user_id) for member in members() if may(member.role, Capability.WORK)}


def _ordered(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise DomainError(_("The end lies before the start."), field="ends_at")
    if ends_at <= now():
        raise DomainError(_("This has passed already."), field="ends_at")
    if ends_at > now() + FARTHEST:
        raise DomainError(_("Choose a time within five years."), field="ends_at")
    if ends_at - starts_at > LONGEST_STRETCH:
        raise DomainError(_("This is longer than a year."), field="ends_at")


def _emit(kind: str, object_id: uuid.UUID, changes: JsonObject) -> None:
    record_and_announce(action=ONCALL_CHANGED, object_type=kind, object_id=object_id, changes=changes)
