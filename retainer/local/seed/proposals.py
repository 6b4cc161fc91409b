"""Somebody who is no client yet: a proposal that they declined, and the next one, which waits for them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from agreements import proposing
from agreements import selectors as agreements
from agreements import services as agreement_services
from agreements.content import RetainerFields
from clients import services as client_services
from clients.approvals import services as approvals
from core import clock, outbox
from core.models import Agency
from core.selectors import members
from core.tenancy import Actor, tenant_scope
from retainer.local.seed.nouns import Client
from retainer.local.seed.people import make_user
from slas import selectors as slas

if TYPE_CHECKING:
    from clients.approvals.models import Approval
    from clients.models import Contact

T = TypeVar("T")


def write(agency: Agency, row: Client) -> None:
    """Eleven days ago it was proposed, nine days ago declined, and two days ago proposed anew with fewer hours."""
    with tenant_scope(agency.id):
        seller = next(member.user for member in members() if member.role == "account_manager")
    ours = Actor("user", seller.id, "account_manager")
    contact, retainer_id = _ago(agency, ours, 12, lambda: _draft(agency, row, row.hours_minutes + 120))
    first = _ago(agency, ours, 11, lambda: _propose(retainer_id, contact, "As discussed on the phone."))
    _decline(agency, contact, first)
    _ago(agency, ours, 3, lambda: _fewer_hours(agency, row, retainer_id))
    _ago(agency, ours, 2, lambda: _propose(retainer_id, contact, "With the six hours that you asked for."))


def _ago(agency: Agency, actor: Actor, days: int, act: Callable[[], T]) -> T:
    """Does it so many days ago; nobody is told today of what happened then."""
    with clock.at(clock.now() - timedelta(days=days)), tenant_scope(agency.id, actor=actor):
        done = act()
        outbox.settle()
    return done


def _draft(agency: Agency, row: Client, minutes: int) -> tuple[Contact, uuid.UUID]:
    client = client_services.create_client(name=row.name, time_zone=row.time_zone, country=row.country)
    name, email, rights = row.contacts[0]
    contact = client_services.create_contact(client_id=client.id, name=name, email=email, rights=list(rights))
    client_services.link_contact(contact_id=contact.id, user_id=make_user(name, email, row.time_zone).id)
    retainer = agreement_services.create_retainer(client_id=client.id, **_terms(agency, row, minutes))
    policies = {version.policy.slug: version.id for version in slas.latest_policy_versions()}
    for one in row.systems:
        system = client_services.create_system(
            client_id=client.id,
            name=one.name,
            purpose=one.purpose,
            criticality=one.criticality,
            customer_facing=one.customer_facing,
        )
        agreement_services.cover_system(
            retainer_id=retainer.id, system_id=system.id, policy_version_id=policies[one.policy]
        )
    return contact, retainer.id


def _terms(agency: Agency, row: Client, minutes: int) -> RetainerFields:
    tier = next(tier for tier in agreements.tiers() if tier.slug == row.tier)
    return {
        "tier_id": tier.id,
        "name": "AI care for booking",
        "price_minor": row.price_minor,
        "currency": agency.currency,
        "hours_minutes": minutes,
        "time_zone": row.time_zone,
        "starts_on": _next_month(clock.now()),
    }


def _next_month(at: datetime) -> date:
    return (at.date().replace(day=1) + timedelta(days=62)).replace(day=1)


def _propose(retainer_id: uuid.UUID, contact: Contact, words: str) -> Approval:
    return proposing.propose(retainer_id=retainer_id, contact_ids=[contact.id], words=words)


def _decline(agency: Agency, contact: Contact, approval: Approval) -> None:
    theirs = Actor("contact", contact.user_id, "viewer,approver")
    words = "Eight hours are more than we need. Six would do."
    _ago(
        agency,
        theirs,
        9,
        lambda: approvals.decide(approval_id=approval.id, contact_id=contact.id, approve=False, words=words),
    )


def _fewer_hours(agency: Agency, row: Client, retainer_id: uuid.UUID) -> None:
    proposing.take_decision(_newest(retainer_id).id)
    agreement_services.update_retainer(retainer_id=retainer_id, **_terms(agency, row, row.hours_minutes))


def _newest(retainer_id: uuid.UUID) -> Approval:
    newest = proposing.newest_of(agreements.retainer(retainer_id))
    assert newest is not None
    return newest
