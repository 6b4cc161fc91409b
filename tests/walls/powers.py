"""Who may do what as the tables say it, and posts that ask for more than they may."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.test import Client as Browser

from clients.models import Contact
from core.access.roles import Capability, Right, Role, TokenScope
from core.models import Agency, ApiToken, Invitation, Membership, User
from core.selectors import member_of_user
from core.services import change_role, end_membership
from tests.api.support import routes as api_routes
from tests.cast import AgencyFixture, Cast
from tests.walls.test_routes import STAFF

# The addresses that change who may do what: the table that they change, and the capability that it takes.
CHANGES: dict[str, tuple[str, Capability]] = {
    "settings:invite": ("invitations", Capability.PEOPLE),
    "settings:revoke_invitation": ("invitations", Capability.PEOPLE),
    "settings:member_role": ("staff", Capability.PEOPLE),
    "settings:remove_member": ("staff", Capability.PEOPLE),
    "settings:new_token": ("tokens", Capability.SETTINGS),
    "settings:revoke_token": ("tokens", Capability.SETTINGS),
    "settings:agency": ("rules", Capability.SETTINGS),
    "clients:new_contact": ("contacts", Capability.CLIENTS),
    "clients:edit_contact": ("contacts", Capability.CLIENTS),
    "clients:end_contact": ("contacts", Capability.CLIENTS),
    "clients:restore_contact": ("contacts", Capability.CLIENTS),
}
DECISIVE = [route for route in STAFF if route.name in CHANGES]
API_WRITES = [route for route in api_routes() if route.method != "GET"]
BELOW_OWNER = [role for role in Role.values if role != Role.OWNER]
# The role of somebody who has been taken off the staff.
GONE = ""
Powers = dict[str, set[tuple[Any, ...]]]


def powers(house: AgencyFixture) -> Powers:
    """Everything in the agency that says who may do what."""
    with house.scope():
        tokens, contacts = ApiToken.objects.all(), Contact.objects.all()
        return {
            "staff": set(Membership.objects.values_list("user__email", "role", "ended_at")),
            "invitations": set(Invitation.objects.values_list("email", "role", "contact_id", "revoked_at")),
            "tokens": {(row.id, row.created_by_id, row.revoked_at, *row.scopes) for row in tokens},
            "contacts": {(row.id, row.email, row.user_id, row.ended_at, *row.rights) for row in contacts},
            "rules": set(Agency.objects.values_list("slug", "require_mfa", "suspended_at")),
            # People belong to no agency: their rows are the same from everywhere.
            "people": set(User.objects.values_list("email", "is_active")),
        }


def changed(before: Powers, after: Powers) -> set[str]:
    """The names of the tables that say something else now."""
    return {name for name in before if before[name] != after[name]}


def user_in(house: AgencyFixture, role: str) -> User:
    """The person who has this role in the house."""
    people: dict[str, User] = {
        Role.OWNER: house.owner,
        Role.ACCOUNT_MANAGER: house.manager,
        Role.ENGINEER: house.engineer,
        Role.VIEWER: house.viewer,
    }
    return people[role]


def signed_in(user: User) -> Browser:
    """A browser in which this person is signed in."""
    browser = Browser(raise_request_exception=True)
    browser.force_login(user)
    return browser


def role_of(house: AgencyFixture, user: User) -> str:
    """The role that this person has in the house now."""
    with house.scope():
        member = member_of_user(user.id)
    return member.role if member else GONE


def member_id(house: AgencyFixture, user: User) -> uuid.UUID:
    """The id of this person's place on the staff."""
    with house.scope():
        member = member_of_user(user.id)
    assert member is not None
    return member.id


def set_role(house: AgencyFixture, user: User, role: str) -> None:
    """Gives a member another role, as an owner does, or takes them off the staff."""
    member = member_id(house, user)
    with house.scope():
        if role == GONE:
            end_membership(member_id=member)
        else:
            change_role(member_id=member, role=role)


def second_owner(house: AgencyFixture) -> User:
    """One more owner, who was an engineer."""
    set_role(house, house.engineer, Role.OWNER)
    return house.engineer


def address_of(house: AgencyFixture, user: User, act: str) -> str:
    """Where this member's role is changed (``role``) or the member is removed (``remove``)."""
    return f"/a/{house.agency.slug}/settings/people/{member_id(house, user)}/{act}/"


def greed(user: User, cast: Cast) -> dict[str, Any]:
    """What somebody who wants too much adds to any form."""
    return {
        "role": Role.OWNER.value,
        "agency": cast.south.agency.slug,
        "agency_id": str(cast.south.agency.id),
        "user": str(user.id),
        "user_id": str(user.id),
        "member_id": str(member_id(cast.south, cast.south.owner)),
        "contact_id": str(cast.south.contact_row.id),
        "is_staff": "on",
        "is_superuser": "on",
        "is_active": "on",
        "capabilities": list(Capability.values),
        "rights": list(Right.values),
        "scopes": list(TokenScope.values),
        "email": "climber@example.com",
    }


def filled(form: Any) -> dict[str, Any]:
    """The form as somebody would fill it in: what stands there already, else an example of its kind."""
    values = {name: _value(form.get_initial_for_field(field, name), field) for name, field in form.fields.items()}
    return {name: value for name, value in values.items() if value is not None}


def _value(initial: Any, field: Any) -> Any:
    if isinstance(field, forms.BooleanField):
        return "on"
    if initial not in (None, "", []):
        return initial
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return next((str(value) for value, _label in choices if value), None)
    if isinstance(field, forms.EmailField):
        return "example@example.com"
    return "1" if isinstance(field, forms.IntegerField) else "Example"


def greedy_post(user: User, address: str, cast: Cast, browser: Browser | None = None) -> Any:
    """Posts the page's own form and everything that would be too much."""
    browser = browser or signed_in(user)
    shown = browser.get(address)
    form = shown.context["form"] if shown.context and "form" in shown.context else None
    return browser.post(address, (filled(form) if form else {}) | greed(user, cast))


# --- the matrix of the pages -----------------------------------------------------------------------------------------
