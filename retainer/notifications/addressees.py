"""Who is meant by a step of the escalation, at the moment at which it is told."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.urls import reverse

from core.access.roles import Capability, Role, may
from core.clock import now
from core.models import Membership
from core.selectors import members
from core.web.signed import sign
from slas import selectors as slas
from slas.escalation import ACCOUNT_MANAGER, AGENCY_OWNER, ON_CALL, ON_CALL_NEXT, OWNER, PERSON, ROTA

ACKNOWLEDGE = "acknowledge"
# A link in a notice outlives the night in which it was sent, and not much more.
ACKNOWLEDGE_LASTS = timedelta(hours=24)


def addressees(to: str, owner_id: uuid.UUID | None) -> list[Membership]:
    """The people whom a step calls. Nobody is ever the wrong answer: then it calls those who look after clients."""
    staff = {member.user_id: member for member in members() if may(member.role, Capability.WORK)}
    wanted = _wanted(to, owner_id, list(staff.values()))
    found = [staff[user_id] for user_id in wanted if user_id in staff]
    return found or _fallback(list(staff.values()))


def _wanted(to: str, owner_id: uuid.UUID | None, staff: list[Membership]) -> list[uuid.UUID]:
    if to == OWNER:
        return [owner_id] if owner_id else []
    if to == ON_CALL:
        return slas.on_call(now())[:1]
    if to == ON_CALL_NEXT:
        return slas.on_call(now())[1:2]
    if to.startswith(ROTA):
        return slas.on_call(now(), uuid.UUID(to.removeprefix(ROTA)))[:1]
    if to.startswith(PERSON):
        return [uuid.UUID(to.removeprefix(PERSON))]
    role = {ACCOUNT_MANAGER: Role.ACCOUNT_MANAGER, AGENCY_OWNER: Role.OWNER}.get(to)
    return [member.user_id for member in staff if member.role == role]


def _fallback(staff: list[Membership]) -> list[Membership]:
    managers = [member for member in staff if member.role == Role.ACCOUNT_MANAGER]
    return managers or [member for member in staff if member.role == Role.OWNER]


def acknowledge_path(agency_id: uuid.UUID, incident_id: uuid.UUID, user_id: uuid.UUID) -> str:
    """The path under which this person acknowledges this incident, from wherever they read of it."""
    return reverse("notice", args=[sign(ACKNOWLEDGE, agency=agency_id, incident=incident_id, user=user_id)])
