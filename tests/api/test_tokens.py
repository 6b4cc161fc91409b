"""X02: every route of the API against every kind of token that must not pass."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from core import tokens
from core.clock import at, now
from core.models import ApiToken
from core.selectors import member_of_user
from core.services import end_membership
from tests.api.support import EVERY_SCOPE, Route, World, call, routes, token_of
from tests.cast import Cast, random_id

ROUTES = routes()


def test_the_resolver_gives_the_routes_that_the_api_promises() -> None:
    """The generated tests below are worth something only while routes are really found."""
    nouns = {route.noun for route in ROUTES}
    assert nouns == {
        "alerts",
        "approvals",
        "attainment",
        "audit",
        "backlog-items",
        "calendars",
        "checks",
        "clients",
        "clocks",
        "contacts",
        "deliveries",
        "disputes",
        "incidents",
        "maintenance-windows",
        "members",
        "on-call",
        "overrides",
        "policies",
        "retainers",
        "rotas",
        "systems",
        "thresholds",
        "tiers",
        "time-off",
        "uptime",
        "webhooks",
    }
    assert len(ROUTES) >= 45


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_no_route_answers_without_a_token(route: Route, db: None) -> None:
    """X02: no token, a token that is none, and a session cookie's absence all read 401."""
    nowhere = dict.fromkeys([route.noun], random_id())
    for token in (None, "rtn_0000000000000000_nothing", "rubbish"):
        answer = call(route.method, route.url(nowhere), token)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert json.loads(answer.content)["code"] == "unauthenticated"


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_no_route_answers_a_token_that_lacks_its_scope(route: Route, cast: Cast) -> None:
    """X02: a write needs the noun's scope, and reading needs the scope "read"."""
    needed = route.reads if route.method == "GET" else route.scope
    token = token_of(cast.north, [scope for scope in EVERY_SCOPE if scope != needed])
    answer = call(route.method, route.url({route.noun: random_id()}), token)
    assert answer.status_code == 403
    assert json.loads(answer.content)["code"] == "forbidden"


def test_no_route_answers_an_expired_token(cast: Cast) -> None:
    """X02: expired."""
    token = token_of(cast.north, days=1)
    with at(now() + timedelta(days=1, seconds=1)):
        assert _statuses(token) == {401}


def test_no_route_answers_a_revoked_token(cast: Cast) -> None:
    """X02: revoked."""
    token = token_of(cast.north)
    with cast.north.scope():
        tokens.revoke_token(token_id=ApiToken.objects.get().id)
    assert _statuses(token) == {401}


def test_no_route_answers_once_the_maker_of_the_token_has_left(cast: Cast) -> None:
    """X02: creator ended."""
    with cast.north.scope(cast.north.engineer):
        token = tokens.create_token(name="A program", scopes=EVERY_SCOPE)[1]
    with cast.north.scope():
        member = member_of_user(cast.north.engineer.id)
        assert member is not None
        end_membership(member_id=member.id)
    assert _statuses(token) == {401}


def _statuses(token: str) -> set[int]:
    return {call(route.method, route.url({route.noun: random_id()}), token).status_code for route in ROUTES}


@pytest.mark.parametrize("route", [route for route in ROUTES if route.is_of_one_row], ids=str)
def test_a_row_of_another_agency_is_a_row_that_never_was(route: Route, north: World, cast: Cast) -> None:
    """X02: the other agency's token gets, for a real id, to the letter what it gets for a random one."""
    token = token_of(cast.south)
    real = call(route.method, route.url(north.ids), token)
    never = call(route.method, route.url({route.noun: random_id()}), token)
    assert real.status_code == never.status_code
    assert real.status_code in (400, 404)
    assert real.content == never.content


# Reads that give one answer about the whole agency.
WHOLE = {"attainment", "on-call"}
PERIOD = {"from": "2026-06-01T00:00:00Z", "to": "2026-07-01T00:00:00Z"}
LISTS = [r for r in ROUTES if r.method == "GET" and not r.is_of_one_row and r.noun not in WHOLE]


@pytest.mark.parametrize("route", LISTS, ids=str)
def test_a_list_holds_rows_of_the_tokens_agency_alone(route: Route, north: World, south: World) -> None:
    """X02: two agencies with the same nouns never see each other's."""
    mine = json.loads(call("GET", route.url({}), north.token).content)["results"]
    theirs = json.loads(call("GET", route.url({}), south.token).content)["results"]
    assert str(north.ids[route.noun]) in {row["id"] for row in mine}
    assert not {row["id"] for row in mine} & {row["id"] for row in theirs}


def test_who_is_on_call_is_the_agencys_own_business(north: World, south: World) -> None:
    mine, theirs = (json.loads(call("GET", "on-call/", one.token).content)["rotas"] for one in (north, south))
    assert str(north.ids["rotas"]) in {row["rota"] for row in mine}
    assert not {row["rota"] for row in mine} & {row["rota"] for row in theirs}


def test_attainment_names_the_agencys_own_clients(north: World, south: World) -> None:
    with_names = json.loads(call("GET", "attainment/", north.token, **PERIOD).content)
    assert south.house.client.name not in json.dumps(with_names)


@pytest.mark.parametrize("route", [r for r in ROUTES if r.method == "GET" and r.is_of_one_row], ids=str)
def test_every_read_works_for_the_agency_itself(route: Route, north: World) -> None:
    """The other side of the refusals above: without it they would hold on an API that is broken."""
    query = {"metric": "latency_ms"} if "samples" in route.path else PERIOD if route.noun == "uptime" else {}
    answer = call("GET", route.url(north.ids), north.token, **query)
    assert answer.status_code == 200, answer.content
