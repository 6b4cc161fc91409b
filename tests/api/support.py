"""What the tests of the API share: tokens, calls, the routes from the resolver, and one row of every noun."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from agreements import selectors as agreements
from agreements import services as agreement_services
from agreements.models import Retainer
from core.access.roles import TokenScope
from core.audit import next_number
from core.tokens import create_token
from incidents import services as incidents
from monitoring.checks import services as monitoring
from monitoring.models import Alert, Check, Threshold
from slas import selectors as slas
from slas import services as sla_services
from tests.cast import AgencyFixture
from tests.rows import approval_of, machines_and_people, people_and_windows

EVERY_SCOPE = list(TokenScope.values)
ROOT = "/api/v1/"
# An address of this machine that both agencies may reach, so that no test asks the outside for a name.
PROBED = "http://127.0.0.1:9/health"


@dataclass
class World:
    """A token for everything, and the id of one row of each noun."""

    house: AgencyFixture
    token: str
    ids: dict[str, uuid.UUID]


def token_of(house: AgencyFixture, scopes: list[str] | None = None, **more: Any) -> str:
    """The plain text of a new token of the house."""
    with house.scope():
        return create_token(name="A program", scopes=EVERY_SCOPE if scopes is None else scopes, **more)[1]


def call(
    method: str, path: str, token: str | None = None, body: Any = None, *, key: str | None = None, **query: str
) -> HttpResponse:
    """One call as a program makes it."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if key is not None:
        headers["Idempotency-Key"] = key
    client = Client(headers=headers, raise_request_exception=True)
    where = path if path.startswith("/") else ROOT + path
    more: dict[str, Any] = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    if method == "POST" and body is None:
        more = {"data": "{}", "content_type": "application/json"}
    return client.generic(method, where, **more, query_params=query or None)  # type: ignore[return-value]


def read(path: str, token: str, **query: str) -> Any:
    """The body of a successful GET."""
    answer = call("GET", path, token, **query)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def send(path: str, token: str, body: Any = None, **more: Any) -> Any:
    """The body of a successful POST."""
    answer = call("POST", path, token, body, **more)
    assert answer.status_code in (200, 201), answer.content
    return json.loads(answer.content)


@dataclass(frozen=True)
class Route:
    """One method of one address; ``noun`` is the first word of its path."""

    method: str
    path: str
    noun: str
    scope: str
    reads: str

    def url(self, ids: dict[str, uuid.UUID]) -> str:
        """The address with the noun's row from ``ids``."""
        return ROOT + self.path.replace("<uuid:id>", str(ids.get(self.noun)))

    @property
    def is_of_one_row(self) -> bool:
        """True where the address names a row."""
        return "<" in self.path

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def routes() -> list[Route]:
    """Every method of every address under ``/api/v1/``, from the resolver, so that none can be forgotten."""
    found = []
    for path, view in _views(get_resolver().url_patterns):
        if path.startswith("api/v1/"):
            path = path.removeprefix("api/v1/")
            noun = re.split("/", path)[0]
            access = view.cls.access
            found += [
                Route(verb.upper(), path, noun, access.token_scope, access.reads)
                for verb in view.actions
                if verb != "head"
            ]
    return sorted(found, key=str)


def _views(patterns: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from _views(entry.url_patterns, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.callback


def world(house: AgencyFixture) -> World:
    """The house with a retainer in force, a check, an alert, and an incident with running clocks."""
    house.allow("127.0.0.1", 9)
    with house.scope():
        sla_services.install_catalogue()
        agreement_services.install_catalogue()
        tier = agreements.tiers()[0]
        version = slas.latest_policy_versions()[0]
        retainer, draft = _retainer(house, tier.id), _retainer(house, tier.id)
        agreement_services.cover_system(
            retainer_id=retainer.id, system_id=house.system.id, policy_version_id=version.id
        )
        house.system.owner = house.owner
        house.system.save()
        agreement_services.activate(retainer_id=retainer.id)
        incident = incidents.open_incident(
            system_id=house.system.id, title="Answers are wrong", severity="high", source="staff"
        )
        check = _check(house)
        ids = {
            "clients": house.client.id,
            "contacts": house.contact_row.id,
            "systems": house.system.id,
            "tiers": tier.id,
            "retainers": retainer.id,
            "policies": version.policy_id,
            "calendars": slas.calendars()[0].id,
            "incidents": incident.id,
            "clocks": slas.clocks_of("incident", incident.id)[0].id,
            "checks": check.id,
            "thresholds": monitoring.set_threshold(
                check_id=check.id, metric="latency", comparison="above", limit=1.0
            ).id,
            "alerts": _alert(house, check, incident.id).id,
            "approvals": approval_of(house, retainer).id,
            **people_and_windows(house, incident.id),
            **machines_and_people(house, incident.id),
        }
        more = {
            "draft": draft.id,
            "policy_version": version.id,
            "environment": house.environment.id,
            "owner": house.owner.id,
        }
    return World(house, token_of(house), ids | more)


def _retainer(house: AgencyFixture, tier_id: uuid.UUID) -> Retainer:
    return agreement_services.create_retainer(
        client_id=house.client.id,
        tier_id=tier_id,
        name="Care",
        price_minor=40_000,
        currency="EUR",
        hours_minutes=120,
        time_zone="Europe/Berlin",
        starts_on=date(2026, 1, 1),
        price_reason="agreed",
    )


def _check(house: AgencyFixture) -> Check:
    check: Check = monitoring.create_check(
        system_id=house.system.id,
        name="Answers",
        kind="http",
        url=PROBED,
        interval_seconds=60,
    )
    return check


def _limit(check: Check) -> Threshold:
    return monitoring.set_threshold(check_id=check.id, metric="latency", comparison="above", limit=1.0)


def _alert(house: AgencyFixture, check: Check, incident_id: uuid.UUID) -> Alert:
    began = house.system.created_at
    alert: Alert = Alert.objects.create(
        client=house.client,
        number=next_number(kind="alert"),
        fingerprint=f"check:{check.id}",
        system=house.system,
        source_check=check,
        health="down",
        title="Answers: down",
        began_at=began,
        fired_at=began,
        incident_id=incident_id,
    )
    return alert
