"""A token that is bound to one client sees that client and no other."""

from __future__ import annotations

import pytest

from tests.api.support import Route, World, call, read, routes, send, token_of
from tests.cast import random_id

OF_A_CLIENT = [
    "clients",
    "contacts",
    "systems",
    "retainers",
    "incidents",
    "clocks",
    "checks",
    "thresholds",
    "alerts",
    "backlog-items",
]
OF_THE_AGENCY = ["members", "webhooks", "deliveries", "audit"]


@pytest.mark.parametrize("route", [route for route in routes() if route.noun in OF_THE_AGENCY], ids=str)
def test_a_bound_token_sees_nothing_of_what_is_the_whole_agencys(route: Route, north: World) -> None:
    """Staff, receivers, messages and the audit trail name other clients too."""
    bound = token_of(north.house, client_id=north.house.client.id)
    assert call(route.method, route.url(north.ids), bound).status_code == 403


@pytest.mark.parametrize("noun", OF_A_CLIENT)
def test_a_bound_token_lists_its_own_clients_rows(noun: str, north: World) -> None:
    """Bound to the client that has rows, it sees them; bound to the other, it sees none of them."""
    mine = token_of(north.house, client_id=north.house.client.id)
    other = token_of(north.house, client_id=north.house.other_client.id)
    assert str(north.ids[noun]) in {row["id"] for row in read(f"{noun}/", mine)["results"]}
    assert str(north.ids[noun]) not in {row["id"] for row in read(f"{noun}/", other)["results"]}


@pytest.mark.parametrize(
    "route", [route for route in routes() if route.is_of_one_row and route.noun in OF_A_CLIENT], ids=str
)
def test_a_row_of_the_other_client_is_a_row_that_never_was(route: Route, north: World) -> None:
    """The same wall inside an agency as between two."""
    other = token_of(north.house, client_id=north.house.other_client.id)
    real = call(route.method, route.url(north.ids), other)
    never = call(route.method, route.url({route.noun: random_id()}), other)
    assert real.status_code == never.status_code
    assert real.status_code in (400, 404)
    assert real.content == never.content


def test_a_bound_token_adds_nothing_to_the_other_client(north: World) -> None:
    """Nor does it write there."""
    other = token_of(north.house, client_id=north.house.other_client.id)
    system = {"client": str(north.house.client.id), "name": "Bot", "criticality": "low"}
    incident = {"system": str(north.house.system.id), "title": "Wrong", "severity": "high"}
    assert call("POST", "systems/", other, system).status_code == 404
    assert call("POST", "incidents/", other, incident).status_code == 404


def test_a_bound_token_reads_of_an_incident_what_the_client_reads(north: World) -> None:
    """A program at the client's must not show what the agency says among itself."""
    bound = token_of(north.house, client_id=north.house.client.id)
    where = f"incidents/{north.ids['incidents']}"
    send(f"{where}/notes/", north.token, {"body": "They will never notice"})
    send(f"{where}/updates/", north.token, {"body": "We are looking into it"})
    said = {
        token: [row["body"] for row in read(f"{where}/events/", token)["results"]] for token in (bound, north.token)
    }
    assert "They will never notice" in said[north.token]
    assert "They will never notice" not in said[bound]
    assert "We are looking into it" in said[bound]


def test_a_bound_token_does_not_read_what_the_agency_asks_of_others(north: World) -> None:
    """A plan's range says how far somebody else was met."""
    bound = token_of(north.house, client_id=north.house.client.id)
    whole = {row["price_min_minor"] for row in read("tiers/", north.token)["results"]}
    one = read(f"tiers/{north.ids['tiers']}/", bound)
    assert len(whole) > 1
    assert (one["price_min_minor"], one["price_max_minor"]) == (None, None)
    assert {row["price_min_minor"] for row in read("tiers/", bound)["results"]} == {None}


def test_a_bound_token_makes_no_new_client(north: World) -> None:
    """A new client is none of its business, and it could not even read it back."""
    bound = token_of(north.house, client_id=north.house.client.id)
    assert call("POST", "clients/", bound, {"name": "Acme", "time_zone": "UTC"}).status_code == 403


def test_a_bound_token_works_on_its_own_client(north: World) -> None:
    """What it may do, it can do."""
    bound = token_of(north.house, client_id=north.house.client.id)
    incident = {"system": str(north.house.system.id), "title": "Wrong", "severity": "high"}
    assert call("POST", "incidents/", bound, incident).status_code == 201
