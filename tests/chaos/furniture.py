"""What a run is set up with: for each agency promises, receivers, systems, and the checks that watch them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from agreements import selectors as agreements
from agreements import services as agreement_services
from clients import services as clients
from clients.models import AISystem, Client
from core import clock
from core.json_values import JsonObject
from core.tokens import create_token
from monitoring.checks import services as monitoring
from retainer.notifications.services import create_endpoint
from slas import services as slas
from slas.models import CalendarVersion
from tests.cast import AgencyFixture
from tests.chaos.facts.plan import ALWAYS, OFFICE, Plan, Terms, promises
from tests.chaos.targets import Targets

INTERVAL = 5
COUNT = 2
TIMEOUT_MS = 2000
# Seconds of open time: some are kept, most fall due while something is broken.
HURRY = Terms(
    "In a hurry",
    {"triage": 8, "first_response": 12, "mitigation": 20, "resolution": 25, "periodic_update": 30},
    ALWAYS,
)
IN_OFFICE_HOURS = Terms("In office hours", {"first_response": 12, "resolution": 5400}, OFFICE)
METRIC = "rate"


@dataclass
class Furnished:
    """One agency as it was set up. ``checks`` and ``pushed`` are ids by name; ``sleeper`` is paused now and then."""

    house: AgencyFixture
    plan: Plan
    token: str
    sleeper: uuid.UUID
    checks: dict[str, uuid.UUID] = field(default_factory=dict)
    pushed: dict[str, uuid.UUID] = field(default_factory=dict)
    limited: set[str] = field(default_factory=set)
    asleep: set[str] = field(default_factory=set)


def furnish(
    house: AgencyFixture, targets: Targets, hook_port: int, *, checks: int, terms: Terms, systems: int = 4
) -> Furnished:
    """Everything of one agency. Its incidents by hand are of one client, its checks of the other."""
    house.allow("127.0.0.1", hook_port)
    house.allow("127.0.0.1", targets.port)
    with house.scope():
        slas.install_catalogue()
        agreement_services.install_catalogue()
        version = slas.create_policy(name=terms.name, targets=promises(terms.seconds, _hours(terms).id))
        watched = [house.other_system, *(_system(house.other_client, number) for number in range(1, systems))]
        _sign(house.client, [house.system], house, version.id)
        _sign(house.other_client, watched, house, version.id)
        clients.go_live(client_id=house.client.id)
        token = create_token(name="Programs", scopes=["read", "incidents", "monitoring"], days=366)[1]
        plan = _plan(house, terms, [house.system, *watched], version.id, hook_port)
    made = Furnished(house, plan, token, watched[-1].id)
    for number in range(checks):
        _check(made, targets, number, watched[number % systems])
    for number in range(max(2, checks // 40)):
        _pushed(made, number, watched[0])
    return made


def _hours(terms: Terms) -> CalendarVersion:
    spec: JsonObject = {"zone": "UTC", "always": True} if terms.hours == ALWAYS else terms.hours
    return slas.create_calendar(name=f"{terms.name}: hours", spec=spec)


def _system(client: Client, number: int) -> AISystem:
    return clients.create_system(client_id=client.id, name=f"Bot {number}", criticality="high")


def _sign(client: Client, systems: list[AISystem], house: AgencyFixture, version_id: uuid.UUID) -> None:
    retainer = agreement_services.create_retainer(
        client_id=client.id,
        tier_id=agreements.tiers()[0].id,
        name="Example",
        price_minor=40_000,
        currency="EUR",
        hours_minutes=600,
        time_zone="Europe/Berlin",
        starts_on=(clock.now() - timedelta(days=30)).date(),
    )
    for system in systems:
        agreement_services.cover_system(retainer_id=retainer.id, system_id=system.id, policy_version_id=version_id)
        system.owner_id = house.engineer.id
        system.save()
    agreement_services.activate(retainer_id=retainer.id)


def _plan(house: AgencyFixture, terms: Terms, systems: list[AISystem], version_id: uuid.UUID, hook_port: int) -> Plan:
    name = house.agency.slug
    hooks: dict[str, tuple[str, ...]] = {
        f"/{name}/all": (),
        f"/{name}/alerts": ("monitoring.alert.fired", "monitoring.alert.recovered"),
    }
    for path, names in hooks.items():
        create_endpoint(name=path, url=f"http://127.0.0.1:{hook_port}{path}", events=list(names))
    return Plan(
        agency_id=house.agency.id,
        agency=name,
        staff=(house.owner.email, house.manager.email, house.engineer.email),
        terms={system.id: terms for system in systems},
        policies={system.id: version_id for system in systems},
        hooks=hooks,
        contacts={house.client.id: (house.contact.email,), house.other_client.id: ()},
    )


def _check(made: Furnished, targets: Targets, number: int, system: AISystem) -> None:
    name = f"{made.plan.agency}-{number}"
    port = targets.port
    # A few have a port of their own, which can be closed.
    if number % 20 == 5:
        port = targets.open_door(name)
        made.house.allow("127.0.0.1", port)
    with made.house.scope():
        check = monitoring.create_check(
            system_id=system.id,
            name=name,
            kind="http_json",
            url=f"http://127.0.0.1:{port}/{name}",
            metrics=[{"name": METRIC, "path": METRIC, "unit": "ratio"}],
            interval_seconds=INTERVAL,
            timeout_ms=TIMEOUT_MS,
            bad_count=COUNT,
            good_count=COUNT,
        )
        made.checks[name] = check.id
        if number % 3 == 0:
            limit(check.id)
            made.limited.add(name)
    if system.id == made.sleeper:
        made.asleep.add(name)


def limit(check_id: uuid.UUID) -> None:
    """Agrees, or agrees again, on how low the value may be."""
    monitoring.set_threshold(
        check_id=check_id,
        metric=METRIC,
        comparison="below",
        limit=0.77,
        clear_limit=0.8,
        bad_count=COUNT,
        good_count=COUNT,
    )


def _pushed(made: Furnished, number: int, system: AISystem) -> None:
    name = f"{made.plan.agency}-push-{number}"
    with made.house.scope():
        check = monitoring.create_check(
            system_id=system.id,
            name=name,
            kind="push",
            metrics=[{"name": METRIC, "unit": "ratio"}],
            interval_seconds=INTERVAL * 3,
            timeout_ms=TIMEOUT_MS,
            bad_count=COUNT,
            good_count=COUNT,
        )
        limit(check.id)
    made.pushed[name] = check.id
