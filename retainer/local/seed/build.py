"""Builds the demo: agencies, people, clients, systems, retainers, checks, incidents, values."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.utils.text import slugify

from agreements import selectors as agreements
from agreements import services as agreement_services
from clients import selectors as clients
from clients import services as client_services
from core import clock
from core.access.roles import TokenScope
from core.models import Agency, User
from core.selectors import memberships_of
from core.services import accept_invitation, allow_address, invite_member
from core.tenancy import Actor, tenant_scope
from core.tokens import create_token
from monitoring.checks import services as monitoring_services
from retainer.local.seed import history, proposals, story
from retainer.local.seed.nouns import Client, Person, System
from retainer.local.seed.people import make_user
from retainer.onboarding import open_agency
from slas import selectors as slas
from slas import services as sla_services
from slas.policies.catalogue import POLICIES, wording_of

if TYPE_CHECKING:
    from clients.models import AISystem

Say = Callable[[str], object]


def seed(*, say: Say) -> None:
    """Makes both agencies, or, where they exist, lets their checks follow the sample system to its address."""
    sample = os.environ["SAMPLE_SYSTEM_URL"].rstrip("/")
    owner = User.objects.filter(email=story.PEOPLE[0].email).first()
    if owner is not None:
        follow(owner, sample)
        follow(User.objects.get(email=story.OTHER_PEOPLE[0].email), sample)
        return
    say("  Brightloop AI: three clients, eight systems, and a proposal")
    first = build("Brightloop AI", "Europe/Berlin", "EUR", story.PEOPLE, story.CLIENTS, sample)
    history.write(first.id, story.CLIENTS, story.EPISODES)
    proposals.write(first, story.PROSPECT)
    say("  Harbor & Finch: the second agency")
    second = build("Harbor & Finch", "Europe/London", "GBP", story.OTHER_PEOPLE, story.OTHER_CLIENTS, sample)
    history.write(second.id, story.OTHER_CLIENTS, story.OTHER_EPISODES)
    write_demo_file(first, second, sample)


def build(
    name: str,
    zone: str,
    currency: str,
    people: tuple[Person, ...],
    client_rows: tuple[Client, ...],
    sample: str,
) -> Agency:
    """One agency with everything but its past."""
    began = clock.now() - timedelta(days=170)
    with clock.at(began):
        users = {person.email: make_user(person.name, person.email, zone) for person in people}
        owner = users[people[0].email]
        agency = open_agency(owner=owner, name=name, time_zone=zone, currency=currency)
        actor = Actor("user", owner.id, "owner")
        _join_staff(agency, actor, people[1:], users)
    with tenant_scope(agency.id, actor=actor):
        address = urlsplit(sample)
        allow_address(host=address.hostname or "", port=address.port or 80, reason="The demo's sample AI system")
        policy_ids = _policies()
        able = [users[person.email] for person in people if person.role != "viewer"]
        _on_call(able, zone)
    engineer = users.get("priya@brightloop.example", owner)
    for row in client_rows:
        _client(agency, actor, row, policy_ids, engineer, sample)
    return agency


def _join_staff(agency: Agency, actor: Actor, people: tuple[Person, ...], users: dict[str, User]) -> None:
    for person in people:
        with tenant_scope(agency.id, actor=actor):
            _invitation, token = invite_member(email=person.email, role=person.role)
        accept_invitation(token=token, user=users[person.email])


def _policies() -> dict[str, uuid.UUID]:
    """The newest version of each policy by slug, with the demo's own: around the clock, response in five minutes."""
    always = next(row for row in slas.latest_calendar_versions() if row.spec.get("always"))
    minutes = {"critical": (5, 45), "high": (5, 45), "medium": (5, 60), "low": (15, 240)}
    targets = [
        {"severity": severity, "metric": metric, "seconds": 60 * amount, "calendar_version_id": always.id}
        for severity, (response, resolution) in minutes.items()
        for metric, amount in (("first_response", response), ("resolution", resolution))
    ]
    sla_services.create_policy(
        name="Demo",
        description="Around the clock with a response within five minutes, so that the whole chain can be watched.",
        targets=targets,
        publish_after_minutes=2,
        wording=wording_of(POLICIES[1]),
    )
    _holidays()
    return {version.policy.slug: version.id for version in slas.latest_policy_versions()}


def _holidays() -> None:
    """Proposals to decide on, for the hours of an office."""
    office = next(row for row in slas.latest_calendar_versions() if row.calendar.slug == "mon-fri-09-17")
    sla_services.follow_holidays(calendar_id=office.calendar_id, country="DE")


def _on_call(people: list[User], zone: str) -> None:
    """A weekly rota, and somebody who is away next week."""
    sla_services.save_rota(
        name="First line",
        zone=zone,
        first_day=clock.now().date() - timedelta(days=clock.now().weekday() + 28),
        handover_at=time(9),
        turn_days=7,
        people=[person.id for person in people],
    )
    sla_services.take_time_off(
        user_id=people[-1].id,
        starts_at=clock.now() + timedelta(days=3),
        ends_at=clock.now() + timedelta(days=8),
        note="Holiday",
    )


def _client(
    agency: Agency,
    actor: Actor,
    row: Client,
    policy_ids: dict[str, uuid.UUID],
    engineer: User,
    sample: str,
) -> None:
    started = clock.now() - timedelta(days=30 * row.months)
    with clock.at(started), tenant_scope(agency.id, actor=actor):
        client = client_services.create_client(name=row.name, time_zone=row.time_zone, country=row.country)
        for place, (name, email, rights) in enumerate(row.contacts):
            contact = client_services.create_contact(
                client_id=client.id, name=name, email=email, rights=list(rights), is_primary=place == 0
            )
            user = make_user(name, email, row.time_zone)
            client_services.link_contact(contact_id=contact.id, user_id=user.id)
        systems = [_system(client.id, system, engineer) for system in row.systems]
        _retainer(client.id, row, systems, policy_ids, agency.currency, started)
        if row.live:
            client_services.go_live(client_id=client.id)
    with tenant_scope(agency.id, actor=actor):
        for system, made in zip(row.systems, systems, strict=True):
            _check(made, system, sample)


def _system(client_id: uuid.UUID, row: System, engineer: User) -> AISystem:
    return client_services.create_system(
        client_id=client_id,
        name=row.name,
        purpose=row.purpose,
        criticality=row.criticality,
        customer_facing=row.customer_facing,
        owner_id=engineer.id,
    )


def _retainer(
    client_id: uuid.UUID,
    row: Client,
    systems: list[AISystem],
    policy_ids: dict[str, uuid.UUID],
    currency: str,
    started: datetime,
) -> None:
    tier = next(tier for tier in agreements.tiers() if tier.slug == row.tier)
    retainer = agreement_services.create_retainer(
        client_id=client_id,
        tier_id=tier.id,
        name=f"AI care {started.year}",
        price_minor=row.price_minor,
        currency=currency,
        hours_minutes=row.hours_minutes,
        time_zone=row.time_zone,
        starts_on=started.date(),
    )
    for system, made in zip(row.systems, systems, strict=True):
        agreement_services.cover_system(
            retainer_id=retainer.id, system_id=made.id, policy_version_id=policy_ids[system.policy]
        )
    agreement_services.activate(retainer_id=retainer.id)


def address_of(row: System, sample: str) -> str:
    """Where the system answers: the live one at the sample system itself, the others beside it."""
    if row.live:
        return f"{sample}/health"
    levels = "&".join(f"{metric.name}={metric.level}" for metric in row.metrics)
    return f"{sample}/systems/{slugify(row.name)}?{levels}"


def _check(system: AISystem, row: System, sample: str) -> None:
    check = monitoring_services.create_check(
        system_id=system.id,
        name="Live health" if row.live else "Health",
        kind="http_json",
        url=address_of(row, sample),
        metrics=[{"name": metric.name, "path": metric.name, "unit": metric.unit} for metric in row.metrics],
        interval_seconds=10 if row.live else None,
        timeout_ms=5000,
    )
    for metric in row.metrics:
        if metric.limit is not None:
            monitoring_services.set_threshold(
                check_id=check.id,
                metric=metric.name,
                comparison=metric.comparison,
                limit=metric.limit,
                clear_limit=metric.clear,
                unit=metric.unit,
                impact=metric.impact,
                agreed_on=(clock.now() - timedelta(days=60)).date(),
            )


def follow(owner: User, sample: str) -> None:
    """Points an existing agency's checks at the sample system's present address."""
    address = urlsplit(sample)
    known = {system.name: system for row in (*story.CLIENTS, *story.OTHER_CLIENTS) for system in row.systems}
    for place in memberships_of(owner.id):
        with tenant_scope(place.agency_id, actor=Actor("user", owner.id, "owner")):
            allow_address(host=address.hostname or "", port=address.port or 80, reason="The demo's sample AI system")
            monitoring_services.move_checks(
                {row.id: address_of(known[row.name], sample) for row in clients.systems() if row.name in known}
            )


def write_demo_file(first: Agency, second: Agency, sample: str) -> None:
    """What a newcomer or a program needs to get in."""
    logins = [
        {"role": person.role, "agency": agency.slug, "email": person.email, "password": story.PASSWORD}
        for agency, people in ((first, story.PEOPLE), (second, story.OTHER_PEOPLE))
        for person in people
    ]
    logins.insert(
        4,
        {
            "role": "client contact",
            "agency": first.slug,
            "email": story.CLIENTS[0].contacts[0][1],
            "password": story.PASSWORD,
        },
    )
    body = {
        "url": os.environ.get("BASE_URL", ""),
        "logins": logins,
        "api_token": _token(first),
        "other_agency_api_token": _token(second),
        "sample_system_url": sample,
    }
    Path(os.environ["DEMO_FILE"]).write_text(json.dumps(body, indent=2) + "\n")


def _token(agency: Agency) -> str:
    with tenant_scope(agency.id):
        return create_token(name="Demo", scopes=list(TokenScope.values), days=366)[1]
