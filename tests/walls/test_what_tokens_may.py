"""X25: a token does no more than its scopes say, and no more than whoever made it still may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from core.access.roles import BEHIND, Capability, Role, TokenScope, may
from core.access.roles import STAFF as CAPABILITIES
from core.tokens import create_token
from tests.api.support import Route as ApiRoute
from tests.api.support import World, call, token_of, world
from tests.cast import AgencyFixture, Cast
from tests.walls.powers import (
    API_WRITES,
    DECISIVE,
    GONE,
    changed,
    greed,
    member_id,
    powers,
    second_owner,
    set_role,
    signed_in,
)
from tests.walls.test_routes import Route, path


@pytest.fixture(autouse=True)
def nothing_is_counted(settings: Any) -> None:
    """Attempts are counted outside the database, where no test's rollback takes them back."""
    settings.ACCOUNT_RATE_LIMITS = False


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
