"""X25: no role makes more of itself or of anybody else than it may, whatever is posted wherever.

The matrix is generated: every role on every address of the staff posts a form that is filled in as the page itself
would have it, and asks for more besides. What counts afterwards is what the tables say about who may do what.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django import forms
from django.core import mail
from django.db import connection
from django.test import Client as Browser

from clients.models import Contact
from core.access.roles import BEHIND, Capability, Right, Role, TokenScope, may
from core.access.roles import STAFF as CAPABILITIES
from core.errors import Conflict
from core.models import Agency, ApiToken, Invitation, Membership, User
from core.selectors import member_of_user, memberships_of
from core.services import change_role, end_membership, invite_member
from core.tokens import create_token
from tests.api.support import Route as ApiRoute
from tests.api.support import World, call, token_of, world
from tests.api.support import routes as api_routes
from tests.cast import AgencyFixture, Cast, person
from tests.matrix import Matrix, browser_of
from tests.walls.test_routes import STAFF, Route, path

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


@pytest.fixture(autouse=True)
def nothing_is_counted(settings: Any) -> None:
    """Attempts are counted outside the database, where no test's rollback takes them back."""
    settings.ACCOUNT_RATE_LIMITS = False


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


def test_x25_the_matrix_knows_every_address_that_it_speaks_of() -> None:
    assert len(DECISIVE) == len(CHANGES)
    assert len(API_WRITES) > 20


@pytest.mark.slow
@pytest.mark.parametrize("route", STAFF, ids=str)
def test_x25_an_address_changes_who_may_do_what_only_for_a_role_that_decides_it(
    route: Route, cast: Cast, north_rows: dict[str, Any]
) -> None:
    address = path(route, cast.north, north_rows)
    here, there = powers(cast.north), powers(cast.south)
    table, capability = CHANGES.get(route.name, ("", Capability.VIEW))
    with Matrix() as matrix:
        for role in Role.values:
            with matrix.case(role):
                user = user_in(cast.north, role)
                greedy_post(user, address, cast, browser_of(cast, user))
                # Exactly, and not at most: an owner's post that changed nothing would prove nothing about the others.
                assert changed(here, powers(cast.north)) == ({table} if table and may(role, capability) else set())
                assert changed(there, powers(cast.south)) == set()


@pytest.mark.parametrize("route", DECISIVE, ids=str)
def test_x25_no_other_method_goes_round_the_wall(route: Route, cast: Cast, north_rows: dict[str, Any]) -> None:
    address, before = path(route, cast.north, north_rows), powers(cast.north)
    with Matrix() as matrix:
        for role in BELOW_OWNER:
            with matrix.case(role):
                browser = browser_of(cast, user_in(cast.north, role))
                for method in ("get", "head", "put", "patch", "delete"):
                    disguise = {"X-HTTP-Method-Override": "POST"}
                    getattr(browser, method)(address, {"role": "owner", "_method": "POST"}, headers=disguise)
                assert changed(before, powers(cast.north)) == set()


@pytest.mark.parametrize("role", Role.values)
def test_x25_ones_own_profile_holds_nothing_that_could_be_raised(role: str, cast: Cast) -> None:
    user, before = user_in(cast.north, role), powers(cast.north)
    # It is saved: what was too much has been left out, and not merely refused along with something else.
    assert greedy_post(user, "/me/", cast).status_code == 302
    assert changed(before, powers(cast.north)) == set()


def test_x25_a_person_has_no_power_of_their_own() -> None:
    """Every power comes from a membership, a contact or a token; there is no administrator's flag to set."""
    fields = {field.name for field in User._meta.get_fields()}
    assert not fields & {"is_staff", "is_superuser", "role", "agency", "groups", "user_permissions"}


@pytest.mark.parametrize("role", Role.values)
def test_x25_who_starts_an_agency_owns_that_one_alone(role: str, cast: Cast, settings: Any) -> None:
    settings.SIGN_UP = "open"
    user, here, there = user_in(cast.north, role), powers(cast.north), powers(cast.south)
    greedy_post(user, "/start/", cast)
    assert {(place.slug, place.role) for place in memberships_of(user.id)} == {("north", role), ("example", Role.OWNER)}
    assert changed(here, powers(cast.north)) | changed(there, powers(cast.south)) == set()


def test_x25_signing_up_gives_no_place_anywhere(cast: Cast, settings: Any) -> None:
    settings.SIGN_UP = "open"
    form = {"email": "climber@example.com", "password1": "correct horse battery", "password2": "correct horse battery"}
    Browser().post("/accounts/signup/", greed(cast.stranger, cast) | form)
    assert memberships_of(User.objects.get(email="climber@example.com").id) == []


# --- oneself, and the last owner -------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", Role.values)
@pytest.mark.parametrize("role", Role.values)
def test_x25_nobody_gives_themselves_another_role(role: str, wanted: str, cast: Cast) -> None:
    """Not even the owner, who is the last one here."""
    user = user_in(cast.north, role)
    signed_in(user).post(address_of(cast.north, user, "role"), {"role": wanted})
    assert role_of(cast.north, user) == role


@pytest.mark.parametrize("act", ["role", "remove"])
@pytest.mark.parametrize("role", Role.values)
def test_x25_nobody_demotes_or_removes_the_last_owner(role: str, act: str, cast: Cast) -> None:
    browser = signed_in(user_in(cast.north, role))
    browser.post(address_of(cast.north, cast.north.owner, act), {"role": Role.VIEWER.value})
    assert role_of(cast.north, cast.north.owner) == Role.OWNER


@pytest.mark.parametrize("word", ["root", "superuser", "is_superuser", "", "OWNER", "owner ", "owner\x00"])
def test_x25_a_role_that_does_not_exist_is_given_to_nobody(word: str, cast: Cast) -> None:
    browser = signed_in(cast.north.owner)
    assert browser.post(address_of(cast.north, cast.north.viewer, "role"), {"role": word}).status_code == 422
    assert role_of(cast.north, cast.north.viewer) == Role.VIEWER


@pytest.mark.parametrize("role", [*BELOW_OWNER, GONE])
def test_x25_a_demoted_owner_keeps_nothing_in_a_browser_that_is_still_open(role: str, cast: Cast) -> None:
    former = second_owner(cast.north)
    browser, own_role = signed_in(former), address_of(cast.north, former, "role")
    assert browser.get(own_role).status_code == 200
    set_role(cast.north, former, role)
    assert browser.post(own_role, {"role": Role.OWNER.value}).status_code == (404 if role == GONE else 403)
    assert role_of(cast.north, former) == role


@pytest.mark.parametrize("first", ["viewer", GONE], ids=["demote", "remove"])
@pytest.mark.parametrize("second", ["viewer", GONE], ids=["demote", "remove"])
def test_x25_two_owners_who_act_on_each_other_at_once_leave_one(first: str, second: str, committed_cast: Cast) -> None:
    north = committed_cast.north
    owners = [north.owner, second_owner(north)]
    together = threading.Barrier(2)
    threads = [
        threading.Thread(target=_act_at_once, args=(north, owner, role, together))
        for owner, role in zip(owners, (first, second), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert [role_of(north, owner) for owner in owners].count(Role.OWNER) == 1


def _act_at_once(house: AgencyFixture, user: User, role: str, together: threading.Barrier) -> None:
    try:
        together.wait(timeout=10)
        set_role(house, user, role)
    except Conflict:
        # Whoever comes second would have taken the last owner.
        pass
    finally:
        connection.close()


# --- invitations -----------------------------------------------------------------------------------------------------


def invited(house: AgencyFixture, email: str, role: str, by: User | None = None) -> str:
    """The token of an invitation that an owner has sent."""
    with house.scope(by):
        return invite_member(email=email, role=role)[1]


def move_to(browser: Browser, email: str) -> None:
    """Makes another address one's own: adds it, follows the link that was mailed to it, and makes it the first."""
    browser.post("/accounts/email/", {"email": email, "action_add": ""})
    (sent,) = [one for one in mail.outbox if one.to == [email]]
    link = re.search(r"https?://\S+/confirm-email/\S+", str(sent.body))
    assert link
    browser.post(urlsplit(link[0]).path)
    browser.post("/accounts/email/", {"email": email, "action_primary": ""})


@pytest.mark.parametrize("wanted", Role.values)
@pytest.mark.parametrize("role", Role.values)
def test_x25_an_invitation_gives_its_own_role_whatever_is_posted_with_it(role: str, wanted: str, cast: Cast) -> None:
    newcomer = person("New", "new@example.com")
    token = invited(cast.north, newcomer.email, role)
    asked = greed(newcomer, cast) | {"role": wanted}
    signed_in(newcomer).post(f"/invite/{token}/?role={wanted}&agency=south", asked)
    assert [(place.slug, place.role) for place in memberships_of(newcomer.id)] == [("north", role)]


@pytest.mark.parametrize("role", BELOW_OWNER)
def test_x25_an_invitation_that_somebody_else_got_raises_nobody(role: str, cast: Cast) -> None:
    user, token = user_in(cast.north, role), invited(cast.north, "new@example.com", Role.OWNER)
    answer = signed_in(user).post(f"/invite/{token}/", {"email": "new@example.com", "role": "owner"})
    assert answer.status_code == 403
    assert role_of(cast.north, user) == role


@pytest.mark.parametrize("role", BELOW_OWNER)
def test_x25_an_address_that_is_only_claimed_opens_no_invitation(role: str, cast: Cast) -> None:
    user, token = user_in(cast.north, role), invited(cast.north, "new@example.com", Role.OWNER)
    browser = signed_in(user)
    # The link lies in this browser's session, which is what tells the accounts that an address is proved.
    browser.get(f"/invite/{token}/")
    browser.post("/accounts/email/", {"email": "new@example.com", "action_add": ""})
    browser.post("/accounts/email/", {"email": "new@example.com", "action_primary": ""})
    assert browser.post(f"/invite/{token}/").status_code == 403
    assert role_of(cast.north, user) == role


def test_x25_the_last_owner_is_not_demoted_by_an_invitation_to_their_own_new_address(cast: Cast) -> None:
    owner, token = cast.north.owner, invited(cast.north, "second@example.com", Role.VIEWER)
    browser = signed_in(owner)
    move_to(browser, "second@example.com")
    owner.refresh_from_db()
    assert owner.email == "second@example.com"
    browser.post(f"/invite/{token}/")
    assert role_of(cast.north, owner) == Role.OWNER


@pytest.mark.parametrize("role", [*BELOW_OWNER, GONE], ids=[*BELOW_OWNER, "removed"])
def test_x25_an_owner_who_was_demoted_or_removed_lets_nobody_in_by_an_invitation_they_left_behind(
    role: str, cast: Cast
) -> None:
    former, accomplice = second_owner(cast.north), person("Accomplice", "accomplice@example.com")
    token = invited(cast.north, accomplice.email, Role.OWNER, by=former)
    set_role(cast.north, former, role)
    signed_in(accomplice).post(f"/invite/{token}/")
    assert memberships_of(accomplice.id) == []


# --- tokens and the API ----------------------------------------------------------------------------------------------


def test_x25_who_makes_tokens_may_do_all_that_a_token_may() -> None:
    all_of_a_token = {Capability.VIEW, *BEHIND.values()}
    makers = [role for role in Role.values if may(role, Capability.SETTINGS)]
    assert makers
    assert all(all_of_a_token <= CAPABILITIES[role] for role in makers)


@pytest.mark.parametrize("scope", ["tokens", "members", "money", "view", "*", "admin", "owner", "write", ""])
def test_x25_a_token_gets_no_scope_that_does_not_exist(scope: str, cast: Cast) -> None:
    form = {"name": "Climber", "days": "90", "scopes": ["read", scope]}
    assert signed_in(cast.north.owner).post("/a/north/settings/api/tokens/new/", form).status_code == 422
    assert powers(cast.north)["tokens"] == set()


@pytest.mark.parametrize("route", DECISIVE, ids=str)
def test_x25_a_token_opens_no_page(route: Route, cast: Cast, north_rows: dict[str, Any]) -> None:
    address = path(route, cast.north, north_rows)
    bearer, before = {"Authorization": f"Bearer {token_of(cast.north)}"}, powers(cast.north)
    answer = Browser().post(address, greed(cast.north.viewer, cast), headers=bearer)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert changed(before, powers(cast.north)) == set()


@pytest.mark.parametrize("route", API_WRITES, ids=str)
def test_x25_the_api_takes_no_field_that_is_too_much_whatever_the_token_may(
    route: ApiRoute, cast: Cast, worlds: tuple[World, World]
) -> None:
    tokens = {scope: token_of(cast.north, ["read", scope]) for scope in TokenScope.values}
    here, there = powers(cast.north), powers(cast.south)
    # A DELETE has no body, and nothing reads the one that comes with it.
    let_in = 204 if route.method == "DELETE" else 400
    for scope, token in tokens.items():
        answer = call(route.method, route.url(worlds[0].ids), token, greed(cast.north.viewer, cast))
        # All of these tokens read, and a calculation needs no more.
        may = route.scope in (scope, TokenScope.READ)
        assert answer.status_code == (let_in if may else 403), answer.content
    assert changed(here, powers(cast.north)) | changed(there, powers(cast.south)) == set()


@pytest.mark.parametrize("scope", TokenScope.values)
def test_x25_a_contacts_rights_change_by_one_scope_alone(scope: str, cast: Cast) -> None:
    token, address = token_of(cast.north, ["read", scope]), f"contacts/{cast.north.contact_row.id}/"
    before, right_one = powers(cast.north), scope == TokenScope.CLIENTS
    assert call("PATCH", address, token, {"rights": ["viewer"]}).status_code == (200 if right_one else 403)
    assert changed(before, powers(cast.north)) == ({"contacts"} if right_one else set())


def test_x25_a_token_of_one_client_changes_no_rights_at_another(cast: Cast) -> None:
    token = token_of(cast.north, client_id=cast.north.other_client.id)
    before, address = powers(cast.north), f"contacts/{cast.north.contact_row.id}/"
    assert call("PATCH", address, token, {"rights": ["viewer"]}).status_code == 404
    assert changed(before, powers(cast.north)) == set()


@pytest.mark.parametrize("word", ["owner", "account_manager", "engineer", "people", "settings", "money"])
def test_x25_a_contact_gets_no_right_that_belongs_to_the_staff(word: str, cast: Cast) -> None:
    token, before, contact = token_of(cast.north), powers(cast.north), cast.north.contact_row
    assert call("PATCH", f"contacts/{contact.id}/", token, {"rights": [word]}).status_code == 400
    page = f"/a/north/clients/{cast.north.client.slug}/contacts/{contact.id}/edit/"
    form = {"name": contact.name, "email": contact.email, "rights": ["viewer", word]}
    assert signed_in(cast.north.manager).post(page, form).status_code == 422
    assert changed(before, powers(cast.north)) - {"tokens"} == set()


# One act for each scope that writes, with the capability which the same act takes of a person.
ACTS: dict[str, tuple[Capability, Callable[[AgencyFixture], tuple[str, str, dict[str, Any]]]]] = {
    "clients": (
        Capability.CLIENTS,
        lambda house: ("PATCH", f"contacts/{house.contact_row.id}/", {"rights": ["viewer"]}),
    ),
    "incidents": (
        Capability.WORK,
        lambda house: ("POST", "incidents/", {"system": str(house.system.id), "title": "Wrong", "severity": "low"}),
    ),
    "monitoring": (
        Capability.CONFIGURE,
        lambda house: (
            "POST",
            "checks/",
            {"system": str(house.system.id), "name": "C", "kind": "http", "url": "https://1.1.1.1/"},
        ),
    ),
    "people": (
        Capability.PEOPLE,
        lambda house: ("PATCH", f"members/{member_id(house, house.viewer)}/", {"role": "engineer"}),
    ),
    "settings": (
        Capability.SETTINGS,
        lambda house: ("POST", "webhooks/", {"name": "Hook", "url": "https://1.1.1.1/"}),
    ),
    "retainers": (
        Capability.RETAINERS,
        lambda house: ("PATCH", f"retainers/{world(house).ids['draft']}/", {"name": "Renamed"}),
    ),
}


@pytest.mark.parametrize("scope", ACTS)
@pytest.mark.parametrize("role", [*Role.values, GONE], ids=[*Role.values, "removed"])
def test_x25_a_token_does_no_more_than_the_person_who_made_it_still_may(role: str, scope: str, cast: Cast) -> None:
    maker, (capability, act) = second_owner(cast.north), ACTS[scope]
    with cast.north.scope(maker):
        _, token = create_token(name="Kept", scopes=["read", scope])
    set_role(cast.north, maker, role)
    method, address, body = act(cast.north)
    answer = call(method, address, token, body)
    done = answer.status_code in (200, 201)
    assert not done or may(role, capability)
    # Whose maker is an owner still does it: the others are refused for their role and not for a wrong body.
    assert done or role != Role.OWNER, answer.content


@pytest.mark.parametrize("owner_is", ["made", "unmade"])
def test_x25_a_token_makes_and_unmakes_no_owner(owner_is: str, cast: Cast) -> None:
    former, token = second_owner(cast.north), token_of(cast.north, ["read", "people"])
    whom, role = (cast.north.viewer, Role.OWNER) if owner_is == "made" else (former, Role.VIEWER)
    before = powers(cast.north)
    assert call("PATCH", f"members/{member_id(cast.north, whom)}/", token, {"role": role}).status_code == 403
    assert changed(before, powers(cast.north)) == set()


@pytest.mark.parametrize("noun", ["webhooks", "deliveries", "audit"])
@pytest.mark.parametrize("role", [*Role.values, GONE], ids=[*Role.values, "removed"])
def test_x25_a_token_reads_no_settings_for_somebody_whose_pages_show_none(role: str, noun: str, cast: Cast) -> None:
    """An account manager's token reads prices, and no more than that of what is the owner's."""
    maker = second_owner(cast.north)
    with cast.north.scope(maker):
        _, token = create_token(name="Kept", scopes=["read", "settings"])
    set_role(cast.north, maker, role)
    assert (call("GET", f"{noun}/", token).status_code == 200) == may(role, Capability.SETTINGS)
    assert call("GET", f"{noun}/", token_of(cast.north, ["read"])).status_code == 403


@pytest.mark.parametrize("role", [*Role.values, GONE], ids=[*Role.values, "removed"])
def test_x25_a_token_reads_no_price_for_somebody_whose_pages_show_none(
    role: str, cast: Cast, worlds: tuple[World, World]
) -> None:
    maker, ids = second_owner(cast.north), worlds[0].ids
    with cast.north.scope(maker):
        _, token = create_token(name="Kept", scopes=["read"])
    set_role(cast.north, maker, role)
    answer = call("GET", f"retainers/{ids['draft']}/", token)
    assert (b'"price_minor":40000' in answer.content) <= may(role, Capability.MONEY)
    assert answer.status_code == 200 or role != Role.OWNER, answer.content
