"""Writes of the kernel: agencies, staff, invitations."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from contextlib import suppress
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core import events
from core.access.roles import Capability, Role, may
from core.audit import record, record_and_announce
from core.clock import now
from core.errors import Conflict, DomainError, Forbidden, NotFound, TooMany
from core.ids import uuid7
from core.json_values import JsonObject, JsonValue
from core.limits import refuse_over
from core.models import Agency, Invitation, Membership, NetAllowance, User
from core.rates import DAY, Limit, spend
from core.tenancy.context import require_agency, require_scope
from core.tenancy.scope import lookup_scope, tenant_scope
from core.text import is_quoted, printable

INVITATION_DAYS = 7
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def create_agency(*, name: str, owner: User | None, time_zone: str = "UTC", currency: str = "USD") -> Agency:
    """A new agency with its first owner. Call it inside ``tenant_scope(new id)``; the id is the scope's.

    Nobody ever comes into one without an owner.
    """
    name = _text(name, field="name", most=80)
    agency = Agency(id=require_agency(), name=name, slug=_slug(name), time_zone=_zone(time_zone), currency=currency)
    try:
        with transaction.atomic():
            agency.save(force_insert=True)
    except IntegrityError:
        # Another agency has this name already: slugs are public, so saying so tells nothing.
        agency.slug = f"{agency.slug[:33]}-{secrets.token_hex(3)}"
        agency.save(force_insert=True)
    record(action="core.agency.created", object_type="agency", object_id=agency.id, changes={"slug": agency.slug})
    if owner is not None:
        _join(user=owner, role=Role.OWNER)
        _settle(owner)
    return agency


def update_agency(
    *, name: str, time_zone: str, currency: str, brand_colour: str, mail_from: str, require_mfa: bool
) -> Agency:
    """Changes the agency's own settings."""
    agency = Agency.objects.select_for_update().get(pk=require_agency())
    before = agency.mail_from, agency.require_mfa
    agency.name, agency.time_zone = _text(name, field="name", most=80), _zone(time_zone)
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise DomainError(_("A currency is three letters, such as EUR."), field="currency")
    if not _COLOUR.fullmatch(brand_colour):
        raise DomainError(_("A colour looks like #4F49D6."), field="brand_colour")
    if is_quoted(mail_from):
        raise DomainError(_("Write the address without quotation marks."), field="mail_from")
    agency.currency, agency.brand_colour = currency, brand_colour.upper()
    agency.mail_from, agency.require_mfa = mail_from, require_mfa
    agency.save()
    record_and_announce(
        action=events.AGENCY_UPDATED,
        object_type="agency",
        object_id=agency.id,
        changes=_rules_changed(*before, agency),
    )
    return agency


def _rules_changed(mail_from: str, require_mfa: bool, agency: Agency) -> JsonObject:
    """What somebody who looks for a break-in wants to know; an address is somebody's and stands in no record."""
    changes: dict[str, JsonValue] = {}
    if agency.require_mfa != require_mfa:
        changes["require_mfa"] = [require_mfa, agency.require_mfa]
    if agency.mail_from != mail_from:
        changes["mail_from"] = "changed"
    return changes


def invite_member(*, email: str, role: str) -> tuple[Invitation, str]:
    """An invitation to the staff and the token of its link, which is only ever in that link."""
    if role not in Role.values:
        raise DomainError(_("Choose a role."), field="role")
    email = email.strip().lower()
    if is_quoted(email):
        raise DomainError(_("Write the address without quotation marks."), field="email")
    if Membership.objects.filter(user__email=email, ended_at=None).exists():
        raise Conflict(_("This person is on your staff already."), field="email")
    _refuse_more_people()
    allow_invitation(email)
    return _invite(email=email, role=role, contact_id=None)


def _refuse_more_people() -> None:
    """Whoever was invited and may still come counts like those who are here."""
    staff = Membership.objects.filter(ended_at=None).values_list("id")
    invited = Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=now()).exclude(role="")
    refuse_over(
        staff.union(invited.values_list("id"), all=True), settings.AGENCY_MOST_PEOPLE, _("people on your staff")
    )


def allow_invitation(email: str) -> None:
    """Counts an invitation to this address; raises TooMany where the agency or the address has had enough of a day.

    Each is a mail to somebody who has not asked for it. The address is counted for all agencies together, and so is
    who invites: otherwise whoever starts many agencies has the allowance of each. What stands in PostgreSQL holds where
    Redis has lost its count.
    """
    most = settings.AGENCY_INVITATIONS_PER_DAY
    house = Limit(f"invitations:{require_agency()}", most)
    person = Limit(f"invited:{_mailbox(email)}", settings.ADDRESS_INVITATIONS_PER_DAY)
    inviter = require_scope().actor.user_id
    verdict = spend([house, person, *([Limit(f"inviter:{inviter}", most)] if inviter else [])], within=DAY)
    today = Invitation.objects.filter(created_at__gt=now() - timedelta(days=1))
    often = today.filter(email=email).count() >= person.most
    if often or (verdict.limit == person and not verdict.allowed):
        raise TooMany(_("This address has been invited often enough for today. Try again tomorrow."), wait=verdict.wait)
    if verdict.allowed and today.count() < most:
        return
    said = _("You and your agency may send %(most)s invitations a day, and have. Try again tomorrow.")
    raise TooMany(said % {"most": most}, wait=verdict.wait)


def allow_agency(owner: User) -> None:
    """Counts an agency that somebody starts by themselves; raises TooMany where they had enough of them for a day."""
    most = settings.PERSON_AGENCIES_PER_DAY
    verdict = spend([Limit(f"agencies:{owner.id}", most)], within=DAY)
    if not verdict.allowed:
        said = _("You may start %(most)s agencies a day, and have. Try again tomorrow.")
        raise TooMany(said % {"most": most}, wait=verdict.wait)


def _mailbox(email: str) -> str:
    """One name for all that a mailbox is written as, which says nothing of whose it is.

    Dots and what follows a plus mean nothing to the largest of providers; elsewhere two people share an allowance.
    """
    local, _at, domain = email.strip().lower().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode()
    return hashlib.sha256(f"{local.partition('+')[0].replace('.', '')}@{domain}".encode()).hexdigest()[:32]


def invite_contact_person(*, email: str, contact_id: uuid.UUID) -> tuple[Invitation, str]:
    """An invitation to the portal for one contact."""
    return _invite(email=email.strip().lower(), role="", contact_id=contact_id)


def _invite(*, email: str, role: str, contact_id: uuid.UUID | None) -> tuple[Invitation, str]:
    token = secrets.token_urlsafe(32)
    # A second invitation to the same address replaces the first, so that only one link ever works.
    Invitation.objects.filter(email=email, contact_id=contact_id, accepted_at=None, revoked_at=None).update(
        revoked_at=now()
    )
    invitation = Invitation.objects.create(
        email=email,
        role=role,
        contact_id=contact_id,
        digest=token_digest(token),
        invited_by_id=require_scope().actor.user_id,
        expires_at=now() + timedelta(days=INVITATION_DAYS),
    )
    record(
        action="core.invitation.sent",
        object_type="invitation",
        object_id=invitation.id,
        changes={"role": role, "contact_id": str(contact_id) if contact_id else None},
    )
    return invitation, token


def revoke_invitation(*, invitation_id: uuid.UUID) -> None:
    """Makes an open invitation's link worthless."""
    changed = Invitation.objects.filter(id=invitation_id, accepted_at=None, revoked_at=None).update(revoked_at=now())
    if not changed:
        raise NotFound(_("There is no such open invitation."))
    record(action="core.invitation.revoked", object_type="invitation", object_id=invitation_id)


def token_digest(token: str) -> str:
    """What is stored of a link's token: 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_invitation(token: str) -> Invitation | None:
    """The open invitation behind a link, or None. Reads nothing else of its agency."""
    return invitation_of(token_digest(token))


def invitation_of(digest: str) -> Invitation | None:
    """The open invitation by the digest of its link, or None. The digest opens nothing: a session may hold it."""
    with lookup_scope(digest):
        invitation = Invitation.objects.find(digest=digest)
    if invitation is None or invitation.accepted_at or invitation.revoked_at or invitation.expires_at <= now():
        return None
    return invitation


def accept_invitation(*, token: str, user: User, name: str = "", time_zone: str = "") -> Invitation:
    """Lets the invited address in, once. Anybody else who holds the link stays outside.

    ``name`` and ``time_zone`` are what the person says of themselves on the way in; empty keeps what is known.
    """
    found = find_invitation(token)
    if found is None:
        raise NotFound(_("This invitation is no longer valid. Ask for a new one."))
    if found.email != user.email.lower():
        raise Forbidden(_("This invitation is for another address. Sign in with the address it was sent to."))
    with tenant_scope(found.agency_id):
        invitation = Invitation.objects.select_for_update().get(id=found.id)
        if invitation.accepted_at or invitation.revoked_at:
            raise NotFound(_("This invitation is no longer valid. Ask for a new one."))
        invitation.accepted_at, invitation.accepted_by = now(), user
        invitation.save(update_fields=["accepted_at", "accepted_by"])
        if invitation.role:
            _join(user=user, role=invitation.role)
        _introduce(user, name, time_zone)
        if not time_zone:
            _settle(user)
        record(action="core.invitation.accepted", object_type="invitation", object_id=invitation.id)
    return invitation


def _introduce(user: User, name: str, time_zone: str) -> None:
    if name.strip():
        user.name = _text(name, field="name", most=120)
    if time_zone:
        user.time_zone = _zone(time_zone)
    user.save(update_fields=["name", "time_zone"])


def _settle(user: User) -> None:
    """Somebody who has chosen no time zone reads times in that of the agency they come to."""
    if user.time_zone == "UTC":
        user.time_zone = Agency.objects.get(pk=require_agency()).time_zone
        user.save(update_fields=["time_zone"])


def _join(*, user: User, role: str) -> None:
    member, made = Membership.objects.get_or_create(user=user, defaults={"role": role})
    if not made and member.ended_at is None:
        # Invited at another of their addresses. A role is changed by an owner, never by a link.
        return
    if not made:
        member.role, member.ended_at = role, None
        member.save(update_fields=["role", "ended_at"])
    record(action="core.member.joined", object_type="member", object_id=member.id, changes={"role": role})


def change_role(*, member_id: uuid.UUID, role: str) -> Membership:
    """Gives a member another role. The last owner keeps theirs."""
    if role not in Role.values:
        raise DomainError(_("Choose a role."), field="role")
    member = _locked_member(member_id)
    if require_scope().actor.kind == "token" and Role.OWNER in (role, member.role):
        raise Forbidden(_("Owners are made and unmade by an owner who is signed in, never by a token."), field="role")
    if member.role == Role.OWNER and role != Role.OWNER:
        _refuse_last_owner(member)
    before, member.role = member.role, role
    member.save(update_fields=["role"])
    record(
        action="core.member.role_changed",
        object_type="member",
        object_id=member.id,
        changes={"role": [before, role]},
    )
    if not may(role, Capability.PEOPLE):
        _withdraw_invitations_by(member)
    return member


def end_membership(*, member_id: uuid.UUID) -> Membership:
    """Takes a person off the staff. Their tokens stop working with them."""
    member = _locked_member(member_id)
    if member.role == Role.OWNER:
        _refuse_last_owner(member)
    member.ended_at = now()
    member.save(update_fields=["ended_at"])
    record(action="core.member.left", object_type="member", object_id=member.id)
    _withdraw_invitations_by(member)
    return member


def _withdraw_invitations_by(member: Membership) -> None:
    """Nobody comes in at the word of somebody who may no longer invite."""
    open_ones = Invitation.objects.filter(invited_by_id=member.user_id, accepted_at=None, revoked_at=None)
    for invitation_id in list(open_ones.exclude(role="").values_list("id", flat=True)):
        revoke_invitation(invitation_id=invitation_id)


def _locked_member(member_id: uuid.UUID) -> Membership:
    # All owners are locked together, so that two of them cannot remove each other at the same moment.
    rows = list(Membership.objects.filter(ended_at=None).select_for_update(of=("self",)).order_by("id"))
    for member in rows:
        if member.id == member_id:
            return member
    raise NotFound(_("There is no such person here."))


def _refuse_last_owner(member: Membership) -> None:
    if not Membership.objects.filter(role=Role.OWNER, ended_at=None).exclude(id=member.id).exists():
        raise Conflict(_("An agency keeps at least one owner. Make somebody else an owner first."))


def allow_address(*, host: str, port: int, reason: str) -> None:
    """Lets the scope's agency reach one address that is not public. For the operator; no page offers it."""
    allowance, made = NetAllowance.objects.get_or_create(host=host, port=port, defaults={"reason": reason})
    if made:
        record(action="core.address.allowed", object_type="address", object_id=allowance.id, changes={"host": host})


def new_agency_id() -> uuid.UUID:
    """The id that a new agency's scope is entered with."""
    return uuid7()


def _text(value: str, *, field: str, most: int) -> str:
    value = printable(value)
    if not value:
        raise DomainError(_("This is needed."), field=field)
    if len(value) > most:
        raise DomainError(_("Use at most %(most)s characters.") % {"most": most}, field=field)
    return value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise DomainError(_("There is no time zone called %(name)s.") % {"name": name}, field="time_zone") from error
    return name


def _slug(name: str) -> str:
    return slugify(name)[:40].strip("-") or f"agency-{secrets.token_hex(3)}"
