"""X43 and its neighbours: a body carries what is declared for it and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from tests.api.support import Route, World, call, read, routes

WRITES = [route for route in routes() if route.method in ("POST", "PUT", "PATCH")]
SMUGGLED = {
    "agency": "x",
    "agency_id": "x",
    "client_id": "x",
    "role": "owner",
    "status": "active",
    "state": "resolved",
    "id": "x",
    "created_at": "2020-01-01T00:00:00Z",
    "live_at": "2020-01-01T00:00:00Z",
    "published_at": "2020-01-01T00:00:00Z",
    "actor": "x",
    "number": 1,
}
# What is another's to set elsewhere is what these are for.
DECLARED = {"PATCH members/<uuid:id>/": {"role"}, "POST backlog-items/<uuid:id>/move/": {"state"}}


@pytest.mark.parametrize("route", WRITES, ids=str)
def test_no_write_takes_a_field_that_is_not_declared_for_it(route: Route, north: World, south: World) -> None:
    """X43: agency, client, role, status and their like are refused by name, on every write there is."""
    values = {name: str(south.house.agency.id) if value == "x" else value for name, value in SMUGGLED.items()}
    answer = call(route.method, route.url(north.ids), north.token, values)
    assert answer.status_code == 400, answer.content
    named = {error["field"] for error in json.loads(answer.content)["errors"]}
    assert set(SMUGGLED) - DECLARED.get(str(route), set()) <= named


def test_a_patch_that_smuggles_a_field_beside_a_good_one_changes_nothing(north: World) -> None:
    """X43: the good part of a bad body is not carried out."""
    where = f"clients/{north.ids['clients']}/"
    before = read(where, north.token)
    assert call("PATCH", where, north.token, {"name": "New", "live_at": "2020-01-01T00:00:00Z"}).status_code == 400
    assert read(where, north.token) == before


def test_an_empty_patch_is_refused(north: World) -> None:
    """Nothing to change is a mistake in the call, not a success."""
    assert call("PATCH", f"clients/{north.ids['clients']}/", north.token, {}).status_code == 400


@pytest.mark.parametrize("body", [[], [1], "text", 7, None, True])
def test_a_body_that_is_no_object_is_refused(body: Any, north: World) -> None:
    """A list or a word where an object belongs is a 400 that says so."""
    answer = call("POST", "clients/", north.token, [] if body is None else body)
    assert answer.status_code == 400
    assert json.loads(answer.content)["code"] == "invalid"


HOSTILE = ["\x00", "a\x00b", "x" * 100_000, "", "   ", 10**30, -1, 1e308, [], {}, None, True, "\ud800"]


@pytest.mark.parametrize("route", WRITES, ids=str)
def test_no_value_in_any_field_breaks_a_write(route: Route, north: World) -> None:
    """Each declared field with each hostile value is a refusal or a success, and never a 500."""
    for name in _declared(route, north):
        for value in HOSTILE:
            answer = call(route.method, route.url(north.ids), north.token, {name: value})
            assert answer.status_code < 500, (name, value, answer.content)


def test_an_instant_without_a_zone_is_refused(north: World) -> None:
    """09:00 somewhere is no instant."""
    body = {
        "system": str(north.ids["systems"]),
        "title": "Wrong",
        "severity": "high",
        "opened_at": "2026-03-02T09:00:00",
    }
    answer = call("POST", "incidents/", north.token, body)
    assert answer.status_code == 400
    assert json.loads(answer.content)["errors"][0]["field"] == "opened_at"


@pytest.mark.parametrize("text", ['{"name": NaN}', "{", '{"name": "a"', "\xff", "[" * 100_000])
def test_a_body_that_is_no_json_is_refused(text: str, north: World) -> None:
    """What cannot be read is a 400."""
    raw = _raw(north.token, text)
    assert raw.status_code == 400
    assert raw["Content-Type"] == "application/problem+json"


def _raw(token: str, text: str) -> Any:
    return Client(headers={"Authorization": f"Bearer {token}"}).post(
        "/api/v1/clients/", data=text.encode("latin-1"), content_type="application/json"
    )


def _declared(route: Route, world: World) -> list[str]:
    """The fields of a write, from the endpoint's own table."""
    view = resolve(route.url(world.ids)).func
    body = view.cls.bodies[view.actions[route.method.lower()]]  # type: ignore[attr-defined]
    return list(body().fields)
