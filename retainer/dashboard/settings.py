"""The settings pages: agency, people, audit."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import selectors, services
from core.access.roles import Capability
from core.access.views import staff
from core.errors import DomainError
from core.json_values import JsonValue
from core.models import AuditEvent, Invitation, User
from core.text import unlinked
from core.web.exports import csv_file
from core.web.forms import Screen, form_page
from core.web.pages import done, listed, page, refused
from retainer import navigation
from retainer.dashboard.forms import AgencyForm, InviteForm, RoleForm
from retainer.dashboard.trail import said_of
from retainer.notifications import senders
from retainer.notifications.messages import mail_bodies, message_of
from retainer.notifications.services import link, queue_email
from retainer.viewer import person_of


def crumbs(agency: str, *more: tuple[str, str]) -> list[dict[str, str]]:
    """Settings › page."""
    first = {"label": _("Settings"), "url": reverse("settings:home", args=[agency])}
    return [first, *({"label": label, "url": url} for label, url in more)]


@staff(Capability.VIEW)
@require_GET
def home(request: HttpRequest, agency: str) -> HttpResponse:
    """What can be set, and who may set it."""
    context = {"pages": navigation.settings(request), "breadcrumbs": crumbs(agency)}
    return page(request, "settings/home.html", context)


@staff(Capability.SETTINGS, confirmed="settings:home")
@require_http_methods(["GET", "POST"])
def agency_settings(request: HttpRequest, agency: str) -> HttpResponse:
    """Name, zone, currency, colour, sender, second factor."""
    row = selectors.agency()
    fields = ("name", "time_zone", "currency", "brand_colour", "mail_from", "require_mfa")
    form = AgencyForm(request.POST or None, initial={name: getattr(row, name) for name in fields})
    back = reverse("settings:home", args=[agency])
    screen = Screen(
        title=_("Agency and brand"),
        submit=_("Save agency"),
        back=back,
        breadcrumbs=crumbs(agency, (_("Agency and brand"), "")),
        template="settings/agency.html",
        more={"standing": senders.standing()},
    )

    def save(data: dict[str, Any]) -> tuple[str, str]:
        changed = data["mail_from"] != row.mail_from
        senders.update_agency(**data)
        return _("Saved."), reverse("settings:agency", args=[agency]) if changed else back

    return form_page(request, form, screen, save)


@staff(Capability.SETTINGS)
@require_POST
def check_sender(request: HttpRequest, agency: str) -> HttpResponse:
    """Has the DNS of the sender's domain looked at again."""
    said = _("We look at the DNS within a minute. Open this page again to see what we found.")
    return act_on(request, senders.look_again, said, reverse("settings:agency", args=[agency]))


@staff(Capability.VIEW)
@require_GET
def people(request: HttpRequest, agency: str) -> HttpResponse:
    """Who works here, in which role, and who is invited."""
    context = {
        "members": selectors.members(),
        "invitations": selectors.invitations(),
        "breadcrumbs": crumbs(agency, (_("People"), "")),
    }
    return page(request, "settings/people.html", context)


@staff(Capability.PEOPLE, confirmed="settings:people")
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, agency: str) -> HttpResponse:
    """Invites somebody to the staff, by mail."""
    back = reverse("settings:people", args=[agency])
    screen = Screen(
        title=_("Invite a person"),
        submit=_("Send invitation"),
        back=back,
        breadcrumbs=crumbs(agency, (_("People"), back), (_("Invite"), "")),
    )

    def save(data: dict[str, str]) -> tuple[str, str]:
        invitation, token = services.invite_member(email=data["email"], role=data["role"])
        send_invitation(invitation, inviter=person_of(request), token=token)
        return _("Invitation sent to %(email)s. It is valid for 7 days.") % {"email": invitation.email}, back

    return form_page(request, InviteForm(request.POST or None), screen, save)


def send_invitation(invitation: Invitation, *, inviter: User, token: str) -> None:
    """Queues the mail with the only copy of the link. It says who asks whom to do what.

    The reader may be a stranger: the names are of the inviter's own choice, and only their address is known to be so.
    """
    house = selectors.agency()
    words = {
        "name": unlinked(house.name),
        "inviter": unlinked(inviter.name) or inviter.email,
        "address": inviter.email,
        "role": invitation.get_role_display().lower(),
    }
    message = message_of("staff/invited", url=link(reverse("invitation", args=[token])), **words)
    why = _("%(address)s has entered your address at %(name)s. Without the link nothing happens.") % words
    body, html = mail_bodies(message, house=house, why=why)
    queue_email(
        event_id=invitation.id,
        event_name="core.invitation.sent",
        to=invitation.email,
        subject=message.subject,
        body=body,
        html=html,
    )


@staff(Capability.PEOPLE)
@require_POST
def revoke_invitation(request: HttpRequest, agency: str, invitation_id: uuid.UUID) -> HttpResponse:
    """Takes an invitation back."""
    return act_on(
        request,
        lambda: services.revoke_invitation(invitation_id=invitation_id),
        _("Invitation withdrawn."),
        reverse("settings:people", args=[agency]),
    )


@staff(Capability.PEOPLE, confirmed="settings:people")
@require_http_methods(["GET", "POST"])
def member_role(request: HttpRequest, agency: str, member_id: uuid.UUID) -> HttpResponse:
    """Gives a member another role."""
    back = reverse("settings:people", args=[agency])
    try:
        member = selectors.member(member_id)
    except DomainError as error:
        return refused(request, error, back)
    name = str(member.user)
    screen = Screen(
        title=_("Role of %(name)s") % {"name": name},
        submit=_("Change role"),
        back=back,
        breadcrumbs=crumbs(agency, (_("People"), back), (name, "")),
    )

    def save(data: dict[str, str]) -> tuple[str, str]:
        services.change_role(member_id=member_id, role=data["role"])
        return _("Role changed."), back

    return form_page(request, RoleForm(request.POST or None, initial={"role": member.role}), screen, save)


@staff(Capability.PEOPLE, confirmed="settings:people")
@require_POST
def remove_member(request: HttpRequest, agency: str, member_id: uuid.UUID) -> HttpResponse:
    """Takes a person off the staff."""
    return act_on(
        request,
        lambda: services.end_membership(member_id=member_id),
        _("Removed from the staff. Their tokens stopped working."),
        reverse("settings:people", args=[agency]),
    )


@staff(Capability.SETTINGS)
@require_GET
def audit(request: HttpRequest, agency: str) -> HttpResponse:
    """What was done, by whom, newest first."""
    rows = listed(request, selectors.audit_events())
    names = selectors.names_of(row.actor_id for row in rows if row.actor_kind in ("user", "contact"))
    names |= {token.id: _("Token %(name)s") % {"name": token.name} for token in selectors.tokens()}
    lines = [(row, _actor(row, names), said_of(row.action), _changes(row.changes)) for row in rows]
    context = {"rows": rows, "lines": lines, "breadcrumbs": crumbs(agency, (_("Audit and export"), ""))}
    return page(request, "settings/audit.html", context)


def _actor(row: AuditEvent, names: Mapping[uuid.UUID, str]) -> str:
    kind = row.actor_kind.capitalize()
    return names.get(row.actor_id, kind) if row.actor_id else kind


def _changes(changes: Mapping[str, JsonValue] | None) -> str:
    """What changed, in one line; a pair is before and after."""
    said = []
    for name, value in (changes or {}).items():
        shown = " → ".join(str(part) for part in value) if isinstance(value, list) else value
        said.append(f"{name.replace('_', ' ')}: {shown}")
    return ", ".join(said)


@staff(Capability.SETTINGS)
@require_GET
def audit_csv(request: HttpRequest, agency: str) -> HttpResponse:
    """The newest ten thousand rows of the audit log."""
    rows = selectors.audit_events()[:10_000]
    return csv_file(
        "audit",
        [
            "at",
            "actor_kind",
            "actor_id",
            "action",
            "what",
            "object_type",
            "object_id",
            "client_id",
            "changes",
            "request_id",
            "ip",
        ],
        (
            [
                row.at.isoformat(),
                row.actor_kind,
                row.actor_id,
                row.action,
                said_of(row.action),
                row.object_type,
                row.object_id,
                row.client_id,
                row.changes,
                row.request_id,
                row.ip,
            ]
            for row in rows
        ),
    )


def act_on(request: HttpRequest, act: Callable[[], object], message: str, back: str) -> HttpResponse:
    """Does it and says so, or says why it could not be done; either way back to the page."""
    try:
        act()
    except DomainError as error:
        return refused(request, error, back)
    return done(request, message, back)
