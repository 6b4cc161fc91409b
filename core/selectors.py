"""Reads of the kernel: people, memberships, agencies, tokens, audit."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, Model, QuerySet
from django.utils.translation import gettext as _

from core.errors import NotFound
from core.models import Agency, ApiToken, AuditEvent, Invitation, Membership, NetAllowance, OutboxEvent, User
from core.tenancy.context import require_agency
from core.tenancy.scope import identity_scope, sweeper_scope


@dataclass(frozen=True, slots=True)
class MembershipView:
    """One agency a person is on the staff of."""

    agency_id: uuid.UUID
    slug: str
    name: str
    role: str
    require_mfa: bool


def agency() -> Agency:
    """The scope's own agency."""
    return Agency.objects.get(pk=require_agency())


def have_rows(*rows: QuerySet[Model]) -> tuple[bool, ...]:
    """Of each of these whether it finds anything in the scope's agency. One query for all."""
    found: tuple[bool, ...] = Agency.objects.filter(pk=require_agency()).values_list(*map(Exists, rows)).get()
    return found


def all_agencies() -> list[Agency]:
    """Every agency by slug, for the operator's commands. Opens the sweeper's scope itself."""
    with sweeper_scope():
        return list(Agency.objects.order_by("slug"))


def memberships_of(user_id: uuid.UUID) -> list[MembershipView]:
    """The agencies the person works for, by name."""
    with identity_scope(user_id):
        rows = Membership.objects.filter(user_id=user_id, ended_at=None, agency__suspended_at=None)
        places = [
            MembershipView(row.agency_id, row.agency.slug, row.agency.name, row.role, row.agency.require_mfa)
            for row in rows.select_related("agency")
        ]
    return sorted(places, key=lambda place: place.name.lower())


def members() -> QuerySet[Membership]:
    """The staff of the scope's agency, with their users."""
    return Membership.objects.filter(ended_at=None).select_related("user").order_by("created_at")


def member(member_id: uuid.UUID) -> Membership:
    """One member of the scope's agency; NotFound otherwise."""
    row = members().filter(id=member_id).first()
    if row is None:
        raise NotFound(_("There is no such person here."))
    return row


def member_of_user(user_id: uuid.UUID) -> Membership | None:
    """The person's place in the scope's agency, if they have one."""
    return members().filter(user_id=user_id).first()


def invitations() -> QuerySet[Invitation]:
    """The invitations to staff that are still open."""
    return Invitation.objects.filter(accepted_at=None, revoked_at=None, contact_id=None).order_by("-created_at")


def tokens() -> QuerySet[ApiToken]:
    """The agency's tokens, newest first."""
    return ApiToken.objects.order_by("-created_at")


def audit_events() -> QuerySet[AuditEvent]:
    """What happened in the agency, newest first."""
    return AuditEvent.objects.order_by("-at", "-id")


def audit_event(event_id: uuid.UUID) -> AuditEvent:
    """One act; NotFound otherwise."""
    row: AuditEvent | None = AuditEvent.objects.find(id=event_id)
    if row is None:
        raise NotFound(_("There is no such event."))
    return row


def net_allowances(agency_id: uuid.UUID) -> list[tuple[str, int]]:
    """The exact hosts and ports the operator lets this agency reach although they are not public."""
    return list(NetAllowance.objects.filter(agency_id=agency_id).values_list("host", "port"))


def all_net_allowances(agency_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[tuple[str, int]]]:
    """The hosts and ports of each of several agencies, for the prober in its sweeper's scope."""
    found: dict[uuid.UUID, list[tuple[str, int]]] = {}
    rows = NetAllowance.objects.filter(agency_id__in=list(agency_ids))
    for agency_id, host, port in rows.values_list("agency_id", "host", "port"):
        found.setdefault(agency_id, []).append((host, port))
    return found


def names_of(user_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """Display names by user id. Someone who has been erased is simply missing."""
    wanted = {user_id for user_id in user_ids if user_id}
    return {user.id: str(user) for user in User.objects.filter(id__in=wanted)} if wanted else {}


def events_version() -> str:
    """A mark that changes with every write of the scope's agency, at the cost of one index descent.

    It names the last few events instead of the last one: ids are handed out before the commit, so a newer id may
    become visible before an older one.
    """
    newest = OutboxEvent.objects.order_by("-id").values_list("id", flat=True)[:6]
    return "-".join(str(event_id)[-6:] for event_id in newest) or "none"
