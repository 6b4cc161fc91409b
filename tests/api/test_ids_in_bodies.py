"""X03: an id of another agency, in any body or query, is answered like an id that never was."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from rest_framework import serializers

from retainer.api.urls import router
from tests.api.support import PROBED, World, call
from tests.cast import random_id

SYSTEM = {"name": "Bot", "criticality": "low"}
RETAINER = {
    "name": "Care",
    "price_minor": 40_000,
    "currency": "EUR",
    "price_reason": "agreed",
    "hours_seconds": 3600,
    "time_zone": "Europe/Berlin",
    "starts_on": "2026-03-01",
}
CONTACT = {"name": "Ada", "email": "ada@example.com", "rights": ["viewer"]}
CHECK = {"name": "Probe", "kind": "http", "url": PROBED, "interval_seconds": 60}
LIMIT = {"metric": "latency", "comparison": "above", "limit": 2}
INCIDENT = {"title": "Wrong answers", "severity": "high"}
STRETCH = {"starts_at": "2099-06-01T08:00:00Z", "ends_at": "2099-06-01T09:00:00Z"}

# Address, the body around the ids, and each id field with the noun whose id belongs there.
BODIES: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("contacts/", CONTACT, {"client": "clients"}),
    ("systems/", SYSTEM, {"client": "clients", "owner": "owner"}),
    ("retainers/", RETAINER, {"client": "clients", "tier": "tiers"}),
    ("retainers/{draft}/systems/", {}, {"system": "systems", "policy_version": "policy_version"}),
    ("approvals/{approvals}/ask-also/", {}, {"contact": "contacts"}),
    ("approvals/{approvals}/record-offline/", {"agreed_on": "2026-01-01", "words": "Letter"}, {"contact": "contacts"}),
    ("incidents/", INCIDENT, {"system": "systems"}),
    ("incidents/{incidents}/owner/", {}, {"owner": "owner"}),
    ("incidents/{incidents}/merge/", {}, {"into": "incidents"}),
    ("incidents/{incidents}/policy/", {}, {"policy_version": "policy_version"}),
    ("checks/", CHECK, {"system": "systems"}),
    ("thresholds/", LIMIT, {"check": "checks"}),
    ("maintenance-windows/", {"title": "New model", **STRETCH}, {"system": "systems"}),
    ("overrides/", STRETCH, {"rota": "rotas", "user": "owner"}),
    ("time-off/", STRETCH, {"user": "owner"}),
    ("backlog-items/", {"title": "Ask again", "kind": "feature"}, {"incident": "incidents"}),
]
CASES = [(path, body, fields, name) for path, body, fields in BODIES for name in fields]
QUERIES = [
    ("contacts/", "client", "clients"),
    ("systems/", "client", "clients"),
    ("retainers/", "client", "clients"),
    ("approvals/", "client", "clients"),
    ("approvals/", "subject", "retainers"),
    ("incidents/", "client", "clients"),
    ("incidents/", "system", "systems"),
    ("clocks/", "incident", "incidents"),
    ("clocks/", "client", "clients"),
    ("checks/", "client", "clients"),
    ("checks/", "system", "systems"),
    ("checks/", "environment", "environment"),
    ("thresholds/", "check", "checks"),
    ("alerts/", "client", "clients"),
    ("alerts/", "system", "systems"),
    ("alerts/", "check", "checks"),
    ("alerts/", "incident", "incidents"),
    ("disputes/", "incident", "incidents"),
    ("disputes/", "client", "clients"),
    ("overrides/", "rota", "rotas"),
    ("maintenance-windows/", "client", "clients"),
    ("maintenance-windows/", "system", "systems"),
    ("backlog-items/", "client", "clients"),
    ("backlog-items/", "system", "systems"),
    ("backlog-items/", "incident", "incidents"),
    ("deliveries/", "event_id", "event"),
    ("deliveries/", "client", "clients"),
    ("audit/", "actor", "owner"),
    ("audit/", "object", "webhooks"),
    ("audit/", "client", "clients"),
]


@pytest.mark.parametrize(("path", "body", "fields", "name"), CASES, ids=[f"{c[0]} {c[3]}" for c in CASES])
def test_an_id_of_another_agency_in_a_body_is_an_id_that_never_was(
    path: str, body: dict[str, Any], fields: dict[str, str], name: str, north: World, south: World
) -> None:
    """X03: 400 or 404, to the letter the same for both, and nothing is written."""
    ids = {field: str(north.ids[noun]) for field, noun in fields.items()}
    where = path.format(**north.ids)
    real = call("POST", where, north.token, {**body, **ids, name: str(south.ids[fields[name]])})
    never = call("POST", where, north.token, {**body, **ids, name: str(random_id())})
    assert real.status_code == never.status_code
    assert real.status_code in (400, 404), real.content
    assert real.content == never.content


@pytest.mark.parametrize(("path", "name", "noun"), QUERIES, ids=[f"{q[0]}?{q[1]}" for q in QUERIES])
def test_an_id_of_another_agency_in_a_query_finds_nothing(
    path: str, name: str, noun: str, north: World, south: World
) -> None:
    """X03: the same empty list as for a random id; the agency's own id finds its row."""

    def found(value: uuid.UUID) -> list[Any]:
        answer = call("GET", path, north.token, **{name: str(value)})
        assert answer.status_code == 200, answer.content
        return list(json.loads(answer.content)["results"])

    assert found(south.ids[noun]) == found(random_id()) == []
    assert found(north.ids[noun])


def test_every_id_field_there_is_has_its_case_above() -> None:
    """X03: from the endpoints' own tables, so that a new field without a case fails. A PATCH has its POST's fields."""
    tried = {(path.split("/")[0], name) for path, _body, _fields, name in CASES}
    tried |= {(path.split("/")[0], name) for path, name, _noun in QUERIES}
    registry: list[tuple[str, Any, str]] = router.registry
    declared = {
        (noun, name)
        for noun, endpoint, _basename in registry
        for shape in (*endpoint.bodies.values(), *_lists(endpoint))
        for name, field in shape().fields.items()
        if isinstance(field, serializers.UUIDField)
    }
    assert declared == tried


def _lists(endpoint: Any) -> list[Any]:
    return [query for act, query in endpoint.queries.items() if act not in endpoint.singles]


def test_an_id_of_another_agencys_client_in_a_report_is_an_id_that_never_was(north: World, south: World) -> None:
    period = {"from": "2026-06-01T00:00:00Z", "to": "2026-07-01T00:00:00Z"}
    real = call("GET", "attainment/", north.token, client=str(south.ids["clients"]), **period)
    never = call("GET", "attainment/", north.token, client=str(random_id()), **period)
    assert (real.status_code, real.content) == (404, never.content)


@pytest.mark.parametrize(
    ("path", "field", "noun"),
    [("systems/{systems}/", "owner", "owner"), ("retainers/{draft}/", "tier", "tiers")],
)
def test_an_id_of_another_agency_in_a_patch_is_an_id_that_never_was(
    path: str, field: str, noun: str, north: World, south: World
) -> None:
    """X03: the same when a row is changed."""
    where = path.format(**north.ids)
    real = call("PATCH", where, north.token, {field: str(south.ids[noun])})
    never = call("PATCH", where, north.token, {field: str(random_id())})
    assert real.status_code == never.status_code
    assert real.status_code in (400, 404)
    assert real.content == never.content
