"""Lists by page, and the filters that are declared for them."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.api.support import Route, World, call, read, routes, send

LISTS = [route for route in routes() if route.method == "GET" and not route.is_of_one_row]


def _clients(north: World, count: int) -> list[str]:
    made = [send("clients/", north.token, {"name": f"Client {n}", "time_zone": "UTC"})["id"] for n in range(count)]
    return made[::-1]


def _cursor(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_pages_follow_each_other_without_gap_or_repetition(north: World) -> None:
    """Going forward by ``next`` gives each row once, newest first, and ``previous`` leads back."""
    made = _clients(north, 5)
    first = read("clients/", north.token, limit="2")
    second = read("clients/", north.token, **_cursor(first["next"]))
    assert [row["id"] for row in first["results"] + second["results"]] == made[:4]
    assert first["previous"] is None
    back = read("clients/", north.token, **_cursor(second["previous"]))
    assert back["results"] == first["results"]


def test_a_row_that_is_added_moves_no_row_to_another_page(north: World) -> None:
    """An offset would show the last row of page one again on page two."""
    made = _clients(north, 4)
    first = read("clients/", north.token, limit="2")
    _clients(north, 1)
    second = read("clients/", north.token, **_cursor(first["next"]))
    assert [row["id"] for row in second["results"]][:2] == made[2:4]


@pytest.mark.parametrize("limit", ["0", "-1", "201", "many", ""])
def test_a_limit_that_cannot_be_kept_is_refused(limit: str, north: World) -> None:
    """Rather than silently giving another number of rows than was asked for."""
    answer = call("GET", "clients/", north.token, limit=limit)
    assert answer.status_code == 400
    assert json.loads(answer.content)["errors"][0]["field"] == "limit"


@pytest.mark.parametrize(
    "cursor", ["x", "%%%", base64.b64encode(b"p=not-an-id").decode(), base64.b64encode(b"o=-1").decode(), "ü"]
)
def test_a_cursor_that_was_made_up_is_refused(cursor: str, north: World) -> None:
    """A broken cursor is a 400 that names it."""
    answer = call("GET", "clients/", north.token, cursor=cursor)
    assert answer.status_code == 400, answer.content
    assert json.loads(answer.content)["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize(
    "place", ["", "x", "0001-01-01", "2026-01-01 00:00:00", "9999-12-31T23:59:59-12:00", "infinity"]
)
def test_a_moment_that_was_made_up_is_refused_where_moments_are_the_order(place: str, north: World) -> None:
    """Without a zone, or at the edge of time, it says nothing that the database could be asked for."""
    cursor = base64.b64encode(urlencode({"p": place}).encode()).decode()
    answer = call("GET", f"checks/{north.ids['checks']}/samples/", north.token, metric="latency", cursor=cursor)
    assert answer.status_code == 400
    assert json.loads(answer.content)["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize("route", LISTS, ids=str)
def test_no_list_takes_a_filter_that_is_not_declared(route: Route, north: World) -> None:
    """A misspelt filter that is ignored would show everything, and look right."""
    answer = call("GET", route.url({}), north.token, clinet="x", agency="y")
    assert answer.status_code == 400
    assert {error["field"] for error in json.loads(answer.content)["errors"]} == {"clinet", "agency"}


@pytest.mark.parametrize("route", [route for route in routes() if route.is_of_one_row], ids=str)
def test_no_other_route_takes_a_query_at_all(route: Route, north: World) -> None:
    """The same for a single row and for a write."""
    answer = call(route.method, route.url(north.ids), north.token, {}, clinet="x")
    assert answer.status_code == 400
    assert "clinet" in {error["field"] for error in json.loads(answer.content)["errors"]}


def test_filters_find_what_they_name(north: World) -> None:
    """Client, state and time of incidents; state of clocks."""

    def found(path: str, **query: str) -> list[Any]:
        return list(read(path, north.token, **query)["results"])

    house = north.house
    assert found("incidents/", client=str(house.client.id), state="new", severity="high")
    assert not found("incidents/", client=str(house.other_client.id))
    assert not found("incidents/", state="closed")
    opened = found("incidents/")[0]["opened_at"]
    assert found("incidents/", opened_from=opened)
    assert not found("incidents/", opened_to=opened)
    assert {clock["state"] for clock in found("clocks/", state="running")} <= {"running"}
    assert found("systems/", criticality="high")
    assert not found("systems/", criticality="low")
    assert found("checks/", enabled="true")
    assert not found("checks/", enabled="false")


def test_a_filter_with_a_value_it_cannot_have_is_refused(north: World) -> None:
    """An unknown state is a mistake and no empty list."""
    for path, query in [
        ("incidents/", {"state": "asleep"}),
        ("systems/", {"client": "x"}),
        ("clocks/", {"state": "?"}),
    ]:
        answer = call("GET", path, north.token, **query)
        assert answer.status_code == 400
        assert json.loads(answer.content)["errors"][0]["field"] in query
