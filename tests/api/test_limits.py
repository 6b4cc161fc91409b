"""So many calls and values in any minute, for a token and for all that its agency has; and so many of each noun."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser

from clients import services as clients
from core import clock, rates
from core.clock import now
from core.errors import Full
from core.rates import Limit, spend
from core.services import invite_member
from core.tokens import create_token
from retainer.notifications.services import create_endpoint
from tests.api.support import World, call, send, token_of
from tests.cast import AgencyFixture, Cast
from tests.standing import place


def statuses(token: str, times: int) -> list[int]:
    return [call("GET", "clients/", token).status_code for _call in range(times)]


def after(seconds: float) -> Any:
    return clock.at(now() + timedelta(seconds=seconds))


def refused(answer: HttpResponse) -> dict[str, Any]:
    """The problem that says when to come back."""
    assert answer.status_code == 429
    assert answer["Content-Type"] == "application/problem+json"
    assert 1 <= int(answer["Retry-After"]) <= 65
    body: dict[str, Any] = json.loads(answer.content)
    assert body["code"] == "throttled"
    return body


# --- calls -----------------------------------------------------------------------------------------------------------


def test_too_many_calls_are_refused_and_told_when_to_come_back(cast: Cast, settings: Any) -> None:
    """429, for the token that made them and for no other."""
    settings.API_RATE_PER_MINUTE = 2
    token, other = token_of(cast.north), token_of(cast.north)
    with after(0):
        assert statuses(token, 3) == [200, 200, 429]
        answer = call("GET", "clients/", token)
        assert "This token may call 2 times a minute." in refused(answer)["detail"]
        assert (answer["RateLimit-Limit"], answer["RateLimit-Remaining"]) == ("2", "0")
        assert call("GET", "clients/", other).status_code == 200
    with after(int(answer["Retry-After"])):
        assert call("GET", "clients/", token).status_code == 200


@pytest.mark.parametrize("second", [0, 1.7, 29.9, 59.9])
def test_no_minute_sees_more_than_a_minutes_calls_wherever_it_begins(cast: Cast, settings: Any, second: float) -> None:
    """A minute of the clock's own would let twice as many through in the moment in which it turns."""
    settings.API_RATE_PER_MINUTE = 3
    token = token_of(cast.north)
    start = now().replace(second=0, microsecond=0) + timedelta(minutes=10, seconds=second)
    passed = []
    for step in range(30):
        at = start + timedelta(seconds=step * 5)
        with clock.at(at):
            passed += [at for status in statuses(token, 2) if status == 200]
    for first in passed:
        assert len([one for one in passed if first <= one < first + timedelta(seconds=60)]) <= 3
    assert len(passed) >= 6, "and they do come back"


def test_a_hundred_tokens_are_worth_no_more_than_their_agency(cast: Cast, settings: Any) -> None:
    settings.AGENCY_CALLS_PER_MINUTE = 4
    tokens, other = [token_of(cast.north) for _token in range(3)], token_of(cast.south)
    with after(0):
        found = [status for token in tokens for status in statuses(token, 2)]
        assert found == [200] * 4 + [429] * 2
        detail = refused(call("GET", "clients/", tokens[0]))["detail"]
        assert "All tokens of this agency together may call 4 times a minute." in detail
        assert statuses(other, 1) == [200]


def test_the_headers_are_those_of_the_nearer_limit(cast: Cast, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE, settings.AGENCY_CALLS_PER_MINUTE = 10, 5
    with after(0):
        answer = call("GET", "clients/", token_of(cast.north))
    assert (answer["RateLimit-Limit"], answer["RateLimit-Remaining"]) == ("5", "4")


def test_a_refused_call_counts_for_nothing(cast: Cast, settings: Any) -> None:
    """Whoever calls on and on gets through as soon as somebody who waits."""
    settings.API_RATE_PER_MINUTE = 1
    token = token_of(cast.north)
    with after(0):
        assert statuses(token, 4) == [200, 429, 429, 429]
    with after(40):
        assert statuses(token, 1) == [429]
    with after(66):
        assert statuses(token, 1) == [200]


@pytest.fixture
def no_redis(settings: Any) -> Iterator[None]:
    rates.forget()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    yield
    rates.forget()


def test_calls_go_through_where_redis_is_gone(cast: Cast, no_redis: None) -> None:
    """A lost counter stops nobody's work."""
    assert statuses(token_of(cast.north), 2) == [200, 200]


def test_a_key_costs_the_same_however_much_is_taken(db: None) -> None:
    """Thirteen slots at most, and it ends by itself."""
    limit = Limit("test:bounded", 1_000_000)
    for second in range(0, 300, 3):
        with after(second):
            spend([limit], 1000)
    link = rates._script().registered_client
    key = f"rate:test:bounded:{place.turn}"
    assert 0 < link.hlen(key) <= rates.SLOTS
    assert 0 < link.ttl(key) <= 90


# --- values that are sent --------------------------------------------------------------------------------------------


@pytest.fixture
def check(north: World) -> str:
    body = {"system": str(north.house.system.id), "name": "Sent", "kind": "push", "metrics": [{"name": "queue"}]}
    made: str = send("checks/", north.token, body | {"interval_seconds": 60})["id"]
    return made


def values(number: int) -> dict[str, Any]:
    at = now() - timedelta(hours=1)
    slots = [(at + timedelta(milliseconds=place)).isoformat() for place in range(number)]
    return {"samples": [{"metric": "queue", "value": 1, "at": slot} for slot in slots]}


def test_values_over_the_agencys_minute_are_refused_whole_and_may_be_sent_again(
    north: World, check: str, settings: Any
) -> None:
    settings.AGENCY_SAMPLES_PER_MINUTE = 100
    where, body = f"checks/{check}/samples/", values(60)
    with after(100):
        assert send(where, north.token, values(60))["stored"] == 60
        answer = call("POST", where, token_of(north.house), body)
        assert "Your agency may send 100 values a minute." in refused(answer)["detail"]
        assert send(where, north.token, values(40))["received"] == 40
    with after(100 + 66):
        assert send(where, north.token, body)["received"] == 60


def test_a_batch_that_is_larger_than_the_minute_goes_through_after_a_quiet_one(
    north: World, check: str, settings: Any
) -> None:
    """It would never fit otherwise."""
    settings.AGENCY_SAMPLES_PER_MINUTE = 10
    with after(300):
        assert send(f"checks/{check}/samples/", north.token, values(50))["stored"] == 50
        refused(call("POST", f"checks/{check}/samples/", north.token, values(1)))


# --- so many of each noun --------------------------------------------------------------------------------------------


MADE: dict[str, Callable[[AgencyFixture, int], object]] = {
    "AGENCY_MOST_ENDPOINTS": lambda house, n: create_endpoint(name=f"No. {n}", url="https://93.184.216.34/"),
    "AGENCY_MOST_TOKENS": lambda house, n: create_token(name=f"No. {n}", scopes=["read"]),
    "AGENCY_MOST_PEOPLE": lambda house, n: invite_member(email=f"{n}@example.com", role="viewer"),
    "AGENCY_MOST_CLIENTS": lambda house, n: clients.create_client(name=f"No. {n}", time_zone="UTC"),
    "AGENCY_MOST_SYSTEMS": lambda house, n: clients.create_system(
        client_id=house.client.id, name=f"No. {n}", criticality="low"
    ),
}


def is_full(make: Callable[[AgencyFixture, int], object], house: AgencyFixture, number: int) -> bool:
    try:
        make(house, number)
    except Full as told:
        return "Your agency has 8 " in told.message
    return False


@pytest.mark.parametrize("setting", MADE)
def test_an_agency_has_so_many_of_each_and_is_told_so(setting: str, cast: Cast, settings: Any) -> None:
    """The cast has some already; another agency's are no matter."""
    setattr(settings, setting, 8)
    with cast.north.scope():
        made = next(number for number in range(10) if is_full(MADE[setting], cast.north, number))
    assert 0 < made <= 8
    with cast.south.scope():
        MADE[setting](cast.south, 0)


def test_a_program_is_refused_with_a_conflict_and_a_form_keeps_what_was_typed(cast: Cast, settings: Any) -> None:
    settings.AGENCY_MOST_CLIENTS = 0
    answer = call("POST", "clients/", token_of(cast.north), {"name": "Acme", "time_zone": "UTC"})
    assert (answer.status_code, json.loads(answer.content)["code"]) == (409, "full")
    browser = Browser()
    browser.force_login(cast.north.owner)
    settings.AGENCY_MOST_TOKENS = 0
    page = browser.post("/a/north/settings/api/tokens/new/", {"name": "My program", "scopes": ["read"], "days": "30"})
    assert page.status_code == 422
    assert "Your agency has 0 working tokens" in page.content.decode()
    assert "My program" in page.content.decode()
