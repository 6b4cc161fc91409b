"""X01: every route × everybody who must and must not come in, generated from the URL resolver.

A route that is new appears here by itself. What its view declares says who may enter; the arguments come from one table
below, so a route with a new kind of argument fails until somebody says what a real one looks like.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

from clients.models import Client
from core.access.roles import Role, TokenScope, may
from core.access.views import Access, access_of
from core.tokens import create_token
from retainer.access import FOREIGN_PREFIXES
from tests.cast import Cast, House
from tests.rows import rows_of


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


def path(route: Route, house: House, rows: dict[str, Any]) -> str:
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


@pytest.fixture(scope="module")
def standing_rows(standing_cast: Cast, django_db_blocker: Any) -> dict[str, Any]:
    with django_db_blocker.unblock():
        return rows_of(standing_cast.north)


@pytest.fixture
def cast(standing_cast: Cast, db: None) -> Cast:
    return standing_cast


@pytest.fixture
def rows(standing_rows: dict[str, Any]) -> dict[str, Any]:
    return standing_rows


@pytest.fixture
def visitor(db: None) -> Browser:
    return Browser(raise_request_exception=True)


def test_every_route_says_who_may_come_in() -> None:
    assert [str(route) for route in ROUTES if route.access is None] == []


def test_the_matrix_is_not_empty() -> None:
    assert len(STAFF) > 40
    assert len(PORTAL) >= 7
    assert len(API) > 15


@pytest.mark.parametrize("route", STAFF + PORTAL, ids=str)
def test_an_anonymous_visitor_is_sent_to_sign_in(
    route: Route, cast: Cast, rows: dict[str, Any], visitor: Browser
) -> None:
    for method in ("get", "post"):
        response = getattr(visitor, method)(path(route, cast.north, rows))
        assert response.status_code == 302
        assert response.url.startswith("/accounts/login/")


@pytest.mark.parametrize("route", STAFF, ids=str)
def test_people_who_are_not_on_the_staff_find_nothing(
    route: Route, cast: Cast, rows: dict[str, Any], visitor: Browser
) -> None:
    address = path(route, cast.north, rows)
    missing = None
    for outsider in (cast.stranger, cast.south.owner, cast.north.contact):
        visitor.force_login(outsider)
        for method in ("get", "post"):
            response = getattr(visitor, method)(address)
            assert response.status_code == 404
        missing = visitor.get(f"/a/no-such-agency/{route.pattern.split('>/', 1)[-1]}")
    # The same words as for an agency that does not exist.
    assert missing is not None
    assert missing.status_code == 404


@pytest.mark.parametrize("route", STAFF, ids=str)
@pytest.mark.parametrize("role", Role.values)
def test_a_role_opens_exactly_what_its_capabilities_allow(
    route: Route, role: str, cast: Cast, rows: dict[str, Any], visitor: Browser
) -> None:
    north = cast.north
    user = {"owner": north.owner, "account_manager": north.manager, "engineer": north.engineer, "viewer": north.viewer}[
        role
    ]
    visitor.force_login(user)
    assert route.access is not None
    response = visitor.get(path(route, north, rows))
    if may(role, route.access.capability):
        # 405: the address takes POST alone.
        assert response.status_code in (200, 204, 302, 405), response.content[:500]
    else:
        assert response.status_code == 403
        assert visitor.post(path(route, north, rows)).status_code == 403


@pytest.mark.parametrize("route", PORTAL, ids=str)
def test_the_portal_opens_for_its_own_contact_alone(
    route: Route, cast: Cast, rows: dict[str, Any], visitor: Browser
) -> None:
    address = path(route, cast.north, rows)
    visitor.force_login(cast.north.contact)
    assert visitor.get(address).status_code in (200, 204, 302)
    for outsider in (cast.stranger, cast.south.contact, cast.north.other_contact, cast.north.owner):
        visitor.force_login(outsider)
        assert visitor.get(address).status_code == 404


@pytest.mark.parametrize("route", PORTAL, ids=str)
def test_nothing_in_the_portal_takes_a_write(route: Route, cast: Cast, rows: dict[str, Any], visitor: Browser) -> None:
    visitor.force_login(cast.north.contact)
    for method in ("post", "put", "patch", "delete"):
        assert getattr(visitor, method)(path(route, cast.north, rows)).status_code == 405


@pytest.mark.parametrize("route", STAFF + PORTAL, ids=str)
def test_x18_no_signed_in_answer_may_be_kept(route: Route, cast: Cast, rows: dict[str, Any], visitor: Browser) -> None:
    visitor.force_login(cast.north.owner if route in STAFF else cast.north.contact)
    response = visitor.get(path(route, cast.north, rows))
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("route", API, ids=str)
def test_x02_the_api_opens_for_no_token_that_is_missing_broken_or_of_another_agency(
    route: Route, cast: Cast, rows: dict[str, Any], visitor: Browser
) -> None:
    address = path(route, cast.north, rows)
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


@pytest.mark.parametrize("route", STAFF, ids=str)
def test_x03_another_agencys_row_under_ones_own_address_is_the_same_404_as_none(
    route: Route, cast: Cast, rows: dict[str, Any], visitor: Browser
) -> None:
    if not _arguments_of_rows(route):
        return
    visitor.force_login(cast.south.owner)
    nothing = {key: _nothing(value) for key, value in rows.items()}
    foreign = visitor.get(path(route, cast.south, rows))
    missing = visitor.get(path(route, cast.south, nothing))
    assert foreign.status_code == missing.status_code
    assert foreign.status_code in (302, 404, 405)


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
