"""X01: every route × everybody who must and must not come in, generated from the URL resolver.

A route that is new appears here by itself. What its view declares says who may enter; the arguments come from one table
below, so a route with a new kind of argument fails until somebody says what a real one looks like.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

from clients.models import Client
from core.access.roles import Role, TokenScope, may
from core.access.views import Access, access_of
from core.models import User
from core.tokens import create_token
from retainer.access import FOREIGN_PREFIXES
from tests.cast import AgencyFixture, Cast
from tests.matrix import Matrix, browser_of


@dataclass(frozen=True)
class Route:
    """One address: its name, its pattern with converters, its declared access."""

    name: str
    pattern: str
    access: Access | None

    def __str__(self) -> str:
        return self.name or self.pattern


def walk(patterns: list[Any], prefix: str = "", namespace: str = "") -> Iterator[Route]:
    for item in patterns:
        pattern = prefix + str(item.pattern)
        if isinstance(item, URLResolver):
            inner = f"{namespace}{item.namespace}:" if item.namespace else namespace
            yield from walk(item.url_patterns, pattern, inner)
        elif isinstance(item, URLPattern):
            yield Route(f"{namespace}{item.name or ''}", pattern, access_of(item.callback))


ALL = list(walk(get_resolver().url_patterns))
ROUTES = [route for route in ALL if not route.pattern.startswith(FOREIGN_PREFIXES)]
STAFF = [route for route in ROUTES if route.access and route.access.face == "staff"]
PORTAL = [route for route in ROUTES if route.access and route.access.face == "portal"]
API = [route for route in ROUTES if route.access and route.access.face == "api"]
# Who has which role, by their name in the cast.
PEOPLE = {Role.OWNER: "owner", Role.ACCOUNT_MANAGER: "manager", Role.ENGINEER: "engineer", Role.VIEWER: "viewer"}


def path(route: Route, house: AgencyFixture, rows: dict[str, Any]) -> str:
    """A real address of this route in the house: each argument stands for a row that exists."""
    filled = "/" + route.pattern
    for kind, name in _arguments(route.pattern):
        value = rows.get(f"{route.name}:{name}", rows.get(name))
        if name == "id" and route.name.startswith("api:"):
            value = rows["api"][route.pattern.split("/")[2]]
        assert value is not None, f"tests/rows.py has no example for <{kind}:{name}> of {route.name}"
        filled = filled.replace(f"<{kind}:{name}>", str(value))
    # A chart's address says in its query which one is meant.
    query = f"?check={rows['check_id']}&metric=latency" if filled.endswith(("series.json", "evidence.json")) else ""
    return filled.replace("<slug:agency>", house.agency.slug) + query


def _arguments(pattern: str) -> Iterator[tuple[str, str]]:
    for piece in pattern.split("<")[1:]:
        kind, _, name = piece.split(">")[0].partition(":")
        if (kind, name) != ("slug", "agency"):
            yield kind, name


class Rooms:
    """Where everybody tries to get in: the two agencies, the north's rows, and the address that is tried."""

    def __init__(self, route: Route, cast: Cast) -> None:
        self.route, self.cast, self.rows = route, cast, cast.extras["north"]
        self.address = path(route, cast.north, self.rows)
        assert route.access is not None
        self.access: Access = route.access

    def browser(self, person: User) -> Browser:
        """This person's browser."""
        return browser_of(self.cast, person)


@pytest.fixture
def visitor(db: None) -> Browser:
    return Browser(raise_request_exception=True)


def test_every_route_says_who_may_come_in() -> None:
    assert [str(route) for route in ROUTES if route.access is None] == []


def test_the_matrix_is_not_empty() -> None:
    assert len(STAFF) > 40
    assert len(PORTAL) >= 7
    assert len(API) > 15


@pytest.mark.parametrize("route", STAFF, ids=str)
@pytest.mark.usefixtures("north_rows")
def test_a_page_of_the_staff_opens_for_whom_its_declaration_says(route: Route, cast: Cast) -> None:
    """X01, X03 and X18: one item a route, in which everybody tries it."""
    rooms = Rooms(route, cast)
    with Matrix() as matrix:
        with matrix.case("an anonymous visitor"):
            _is_sent_to_sign_in(rooms)
        for name in ("stranger", "south.owner", "north.contact"):
            with matrix.case(name):
                _finds_nothing(rooms, attrgetter(name)(cast))
        for role, name in PEOPLE.items():
            with matrix.case(role):
                _opens_what_the_capabilities_allow(rooms, role, getattr(cast.north, name))
        with matrix.case("x03 another agency's row under one's own address"):
            _is_the_same_as_none(rooms)


@pytest.mark.parametrize("route", PORTAL, ids=str)
@pytest.mark.usefixtures("north_rows")
def test_a_page_of_the_portal_opens_for_its_own_contact_alone(route: Route, cast: Cast) -> None:
    rooms = Rooms(route, cast)
    with Matrix() as matrix:
        with matrix.case("an anonymous visitor"):
            _is_sent_to_sign_in(rooms)
        with matrix.case("its own contact"):
            answer = rooms.browser(cast.north.contact).get(rooms.address)
            assert answer.status_code in (200, 204, 302)
            _may_not_be_kept(answer)
        for name in ("stranger", "south.contact", "north.other_contact", "north.owner"):
            with matrix.case(name):
                assert rooms.browser(attrgetter(name)(cast)).get(rooms.address).status_code == 404
        for method in ("post", "put", "patch", "delete"):
            with matrix.case(f"a {method} of its own contact"):
                visitor = rooms.browser(cast.north.contact)
                assert getattr(visitor, method)(rooms.address).status_code == 405


def _is_sent_to_sign_in(rooms: Rooms) -> None:
    for method in ("get", "post"):
        response = getattr(Browser(raise_request_exception=True), method)(rooms.address)
        assert response.status_code == 302
        assert response.url.startswith("/accounts/login/")


def _finds_nothing(rooms: Rooms, outsider: User) -> None:
    visitor = rooms.browser(outsider)
    for method in ("get", "post"):
        assert getattr(visitor, method)(rooms.address).status_code == 404
    # The same words as for an agency that does not exist.
    missing = visitor.get(f"/a/no-such-agency/{rooms.route.pattern.split('>/', 1)[-1]}")
    assert missing.status_code == 404


def _opens_what_the_capabilities_allow(rooms: Rooms, role: str, person: User) -> None:
    visitor = rooms.browser(person)
    response = visitor.get(rooms.address)
    if may(role, rooms.access.capability):
        # 405: the address takes POST alone.
        assert response.status_code in (200, 204, 302, 405), response.content[:500]
    else:
        assert response.status_code == 403
        assert visitor.post(rooms.address).status_code == 403
    _may_not_be_kept(response)


def _may_not_be_kept(response: Any) -> None:
    """X18: no answer to somebody who is signed in lies in a cache afterwards."""
    assert "no-store" in response["Cache-Control"]


def _is_the_same_as_none(rooms: Rooms) -> None:
    if not _arguments_of_rows(rooms.route):
        return
    visitor, south = rooms.browser(rooms.cast.south.owner), rooms.cast.south
    nothing = {key: _nothing(value) for key, value in rooms.rows.items()}
    foreign = visitor.get(path(rooms.route, south, rooms.rows))
    missing = visitor.get(path(rooms.route, south, nothing))
    assert foreign.status_code == missing.status_code
    assert foreign.status_code in (302, 404, 405)


@pytest.mark.parametrize("route", API, ids=str)
def test_x02_the_api_opens_for_no_token_that_is_missing_broken_or_of_another_agency(
    route: Route, cast: Cast, north_rows: dict[str, Any], visitor: Browser
) -> None:
    address = path(route, cast.north, north_rows)
    assert visitor.get(address).status_code == 401
    assert visitor.get(address, headers={"authorization": "Bearer rtn_0_0"}).status_code == 401
    visitor.force_login(cast.north.owner)
    assert visitor.get(address).status_code == 401, "a session is not a token"
    with cast.south.scope():
        _, plain = create_token(name="t", scopes=TokenScope.values)
    if _arguments_of_rows(route):
        response = visitor.get(address, headers={"authorization": f"Bearer {plain}"})
        # 400: the address needs a query, which is looked at first, for everybody alike.
        assert response.status_code in (400, 404, 405)


def _arguments_of_rows(route: Route) -> bool:
    return any(True for _ in _arguments(route.pattern))


def _nothing(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return uuid.uuid4()
    return 987_654 if isinstance(value, int) else "no-such-thing"


def test_a_forgotten_declaration_lets_nobody_in(visitor: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaking it on purpose: without its declaration the home page is refused, to its owner too."""
    home = next(item for item in get_resolver().reverse_dict.getlist("home"))
    assert home
    monkeypatch.setattr("retainer.access.access_of", lambda view: None)
    visitor.raise_request_exception = False
    visitor.force_login(cast.north.owner)
    assert visitor.get("/").status_code == 500
    with cast.north.scope():
        assert Client.objects.count() == 2
