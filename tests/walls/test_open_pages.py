"""An open page that stands is answered cheaply, by its marks and for whom it was; and nobody gets in by it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.types import StartResponse

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client as Browser
from django.test import RequestFactory
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext

from core.models import Membership
from core.web import live_cache
from incidents import services as incidents
from tests.cast import AgencyFixture, Cast
from tests.matrix import browser_of
from tests.rows import signed_retainer
from tests.walls.test_routes import PORTAL, STAFF, Route, path

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}
django = ClientHandler()


def whole_way(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
    """All of Django, as a server calls it, on the connection of the test."""
    response: Any = django(environ)
    start_response(f"{response.status_code} {response.reason_phrase}", [])
    return [response.content]


served = live_cache.in_front_of(whole_way)


@pytest.fixture(autouse=True)
def nothing_is_known() -> Iterator[None]:
    live_cache.forget()
    yield
    live_cache.forget()


def live_parts(browser: Browser, address: str) -> list[str]:
    html = browser.get(address).content.decode()
    return [found.replace("&amp;", "&") for found in re.findall(r'data-live hx-get="([^"]+)"', html)]


def noting(said: list[str]) -> StartResponse:
    """Takes an answer's status as a server does."""

    def start(status: str, _headers: list[tuple[str, str]], _error: object = None, /) -> Callable[[bytes], None]:
        said.append(status)
        return lambda _written: None

    return start


def look(browser: Browser, part: str, headers: dict[str, str] = HX) -> tuple[int, bytes]:
    """Status and body, asked for as the server does it, with the browser's cookies."""
    environ = RequestFactory().get(part, headers=headers).environ
    environ["HTTP_COOKIE"] = "; ".join(f"{name}={cookie.value}" for name, cookie in browser.cookies.items())
    said: list[str] = []
    body = b"".join(served(environ, noting(said)))
    return int(said[0][:3]), body


def raw_look(part: str, cookies: str) -> int:
    """Status of a live part that is asked for with exactly these cookies."""
    environ = RequestFactory().get(part, headers=HX).environ
    environ["HTTP_COOKIE"] = cookies
    said: list[str] = []
    list(served(environ, noting(said)))
    return int(said[0][:3])


def ask(browser: Browser, part: str) -> tuple[int, int]:
    """Status and how many statements it cost."""
    with CaptureQueriesContext(connection) as captured:
        status, _body = look(browser, part)
    return status, len(captured)


def as_if_later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    now = time.monotonic()
    monkeypatch.setattr("core.web.live_cache.time.monotonic", lambda: now + seconds)


@pytest.fixture
def house(cast: Cast) -> AgencyFixture:
    return cast.north


@pytest.fixture
def home(house: AgencyFixture) -> tuple[Browser, str]:
    browser = Browser()
    browser.force_login(house.owner)
    (part,) = live_parts(browser, "/a/north/")
    return browser, part


@pytest.mark.parametrize("route", [*STAFF, *PORTAL], ids=str)
def test_every_live_part_costs_nothing_the_third_time(
    route: Route, house: AgencyFixture, cast: Cast, north_rows: dict[str, Any]
) -> None:
    browser, rows = browser_of(cast, house.contact if route in PORTAL else house.owner), north_rows
    shown = browser.get(path(route, house, rows))
    if shown.status_code != 200 or b"data-live hx-get" not in shown.content:
        return
    for part in live_parts(browser, path(route, house, rows)):
        assert ask(browser, part)[0] == 204
        assert ask(browser, part)[0] == 204
        assert ask(browser, part) == (204, 0)


def test_what_changed_is_told_at_the_next_look(
    house: AgencyFixture, home: tuple[Browser, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, part = home
    assert [ask(browser, part)[0] for _look in range(3)] == [204] * 3
    with house.scope():
        signed_retainer(house)
        incidents.open_incident(system_id=house.system.id, title="Broken", severity="high", source="staff")
    as_if_later(monkeypatch, 0.5)
    status, body = look(browser, part)
    assert status == 200
    assert b"Broken" in body


def test_one_look_reads_what_the_other_pages_of_the_place_wait_for(
    house: AgencyFixture, home: tuple[Browser, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, part = home
    with house.scope():
        signed_retainer(house)
        row = incidents.open_incident(system_id=house.system.id, title="Broken", severity="high", source="staff")
    (part,) = live_parts(browser, "/a/north/")
    (other,) = live_parts(browser, f"/a/north/incidents/{row.number}/")
    for asked in (part, other) * 3:
        assert ask(browser, asked)[0] == 204
    as_if_later(monkeypatch, 0.5)
    status, statements = ask(browser, other)
    assert status == 204
    assert statements > 0
    assert ask(browser, part) == (204, 0)


def test_what_nobody_asked_for_since_is_not_read_along(
    house: AgencyFixture, home: tuple[Browser, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, part = home
    with house.scope():
        signed_retainer(house)
        row = incidents.open_incident(system_id=house.system.id, title="Broken", severity="high", source="staff")
    (part,) = live_parts(browser, "/a/north/")
    (other,) = live_parts(browser, f"/a/north/incidents/{row.number}/")
    for asked in (part, other) * 3:
        ask(browser, asked)
    for later in (0.5, 1.0):
        as_if_later(monkeypatch, later)
        ask(browser, other)
    as_if_later(monkeypatch, 1.5)
    ask(browser, other)
    assert ask(browser, part)[1] > 0, "its own mark was left alone while nobody asked"


def test_it_is_known_for_one_session_and_one_address(home: tuple[Browser, str], cast: Cast) -> None:
    browser, part = home
    for _look in range(3):
        ask(browser, part)
    stranger = Browser()
    stranger.force_login(cast.south.owner)
    assert look(stranger, part)[0] == 404
    assert look(Browser(), part)[0] == 401
    assert look(browser, part + "x")[0] == 200


def test_who_lost_their_place_is_told_nothing_new_and_let_in_no_more(
    house: AgencyFixture, home: tuple[Browser, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, part = home
    for _look in range(3):
        ask(browser, part)
    with house.scope():
        Membership.objects.filter(user=house.owner).delete()
    as_if_later(monkeypatch, live_cache.LET_IN_SECONDS + 1)
    assert look(browser, part)[0] == 404


def test_who_lost_their_place_sees_no_change_either(
    house: AgencyFixture, home: tuple[Browser, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, part = home
    for _look in range(3):
        ask(browser, part)
    with house.scope():
        signed_retainer(house)
        incidents.open_incident(system_id=house.system.id, title="Secret", severity="high", source="staff")
        Membership.objects.filter(user=house.owner).delete()
    as_if_later(monkeypatch, 0.5)
    status, body = look(browser, part)
    assert status == 404
    assert b"Secret" not in body


def test_a_page_of_the_portal_reads_its_marks_as_the_portal(
    house: AgencyFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser()
    browser.force_login(house.contact)
    (part,) = live_parts(browser, f"/p/north/{house.client.slug}/")
    ask(browser, part)
    as_if_later(monkeypatch, 0.5)
    with CaptureQueriesContext(connection) as captured:
        assert look(browser, part)[0] == 204
    scopes = [query["sql"] for query in captured.captured_queries if "set_config" in query["sql"]]
    assert scopes
    assert all("retainer_portal" in sql or "'none'" in sql for sql in scopes)
    assert any("retainer_portal" in sql and str(house.client.id) in sql for sql in scopes)


def test_a_full_memory_starts_anew(home: tuple[Browser, str], monkeypatch: pytest.MonkeyPatch) -> None:
    browser, part = home
    monkeypatch.setattr(live_cache, "MOST_KEPT", 1)
    for number in range(3):
        ask(browser, f"{part}&x={number}")
    assert len(live_cache._standing) <= 1


@pytest.mark.parametrize("order", ["{made_up}; {real}", "{real}; {made_up}", "{made_up};{spaced}"])
@pytest.mark.parametrize("times", [1, 3])
def test_a_made_up_session_beside_a_real_one_is_never_known(order: str, times: int, home: tuple[Browser, str]) -> None:
    """Django believes the last of two cookies of one name, so what was let in is that one and no other."""
    browser, part = home
    name = settings.SESSION_COOKIE_NAME
    real = f"{name}={browser.cookies[name].value}"
    for _look in range(times):
        cookies = order.format(made_up=f"{name}=made-up", real=real, spaced=real.replace("=", " ="))
        raw_look(part, cookies)
    assert {session for session, _address in live_cache._standing} <= {browser.cookies[name].value}
    assert raw_look(part, f"{name}=made-up") == 401


@pytest.mark.parametrize("written", ["{name}=a; {name}={real}", "{name}={real}; {name}=a", '{name}="{real}"'])
def test_a_cookie_is_read_as_django_reads_it(written: str, home: tuple[Browser, str]) -> None:
    browser, part = home
    name = settings.SESSION_COOKIE_NAME
    for _look in range(3):
        ask(browser, part)
    cookies = written.format(name=name, real=browser.cookies[name].value)
    before = raw_look(part, cookies)
    live_cache.forget()
    assert before == raw_look(part, cookies)


def test_a_request_that_is_no_live_part_goes_the_whole_way(home: tuple[Browser, str]) -> None:
    browser, part = home
    for _look in range(3):
        ask(browser, part)
    status, body = look(browser, part, {})
    assert status == 200
    assert b"<html" in body
