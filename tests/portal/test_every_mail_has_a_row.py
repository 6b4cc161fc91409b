"""Nothing that a mail to a client of the demo says promises what no row obliges: each as it leaves."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest

from clients import services as clients
from clients.selectors import PortalPlace
from core import clock, outbox
from core.clock import now
from core.models import User
from core.tenancy import Actor, tenant_scope
from incidents import services as incidents
from incidents.models import Incident
from retainer.notifications.letters import letter_of
from retainer.notifications.models import Channel, Delivery
from tests.portal import rules_of_mails, rules_of_what_runs
from tests.portal.demo import Said, sentences
from tests.portal.promises import NO_ROW, Fault, faults, promises
from tests.portal.terms import terms_of

pytestmark = pytest.mark.django_db

# Their rules register themselves when they are loaded.
assert rules_of_mails
assert rules_of_what_runs

CLIENT = "norvik-outdoor"
MAILS = {
    "published": "A problem with Product search",
    "updated": "Update on Product search",
    "paused": "Waiting on you: Which shops see it?",
    "reminded": "Still waiting on you: Which shops see it?",
    "resolved": "Solved: Product search",
    "reopened": "Not solved yet: Product search",
}


@pytest.fixture
def place(demo: list[Said]) -> PortalPlace:
    return next(one.place for one in demo if one.place.client_slug == CLIENT)


def staff() -> Actor:
    return Actor("user", User.objects.get(email="maya@brightloop.example").id, "owner")


def steps(place: PortalPlace) -> Iterator[Callable[[], object]]:
    """All that a client is written about, in the life of one incident."""
    system = next(row for row in terms_of(place).systems if row.name == "Product search")
    opened: list[Incident] = []
    new: dict[str, Any] = {
        "system_id": system.id,
        "title": "Searches find nothing",
        "severity": "critical",
        "source": "staff",
    }
    yield lambda: opened.append(incidents.open_incident(**new))
    which: dict[str, Any] = {"incident_id": opened[0].id}
    yield lambda: incidents.acknowledge(**which)
    yield lambda: incidents.post_update(body="We found the cause. Next news within 30 minutes.", **which)
    yield lambda: incidents.pause(party="client", reason="Which shops see it?", **which)
    yield incidents.remind_due
    yield lambda: incidents.resume(**which)
    yield lambda: incidents.resolve(body="The index was rebuilt.", **which)
    yield lambda: incidents.reopen(reason="It is empty again.", **which)


def told(place: PortalPlace, seen: set[uuid.UUID]) -> list[Said]:
    """What those mails to this client's contacts say that were not seen before, each under its event."""
    outbox.relay_round()
    addresses = {row.email for row in terms_of(place).contacts}
    with tenant_scope(place.agency_id):
        rows = Delivery.objects.filter(channel=Channel.EMAIL, receiver__in=addresses, sent_at=None).exclude(id__in=seen)
        letters = [(row, letter_of(row)[0]) for row in rows]
    seen |= {row.id for row, _body in letters}
    return [
        Said(place, "UTC", page_of(body), sentence, heading=row.event_name.rpartition(".")[2])
        for row, body in letters
        for line in [row.subject, *body.splitlines()]
        for sentence in sentences(line)
    ]


def page_of(body: str) -> str:
    """The page of the portal that the mail leads to."""
    found = re.search(r"https?://[^/\s]+(/p/\S+/incidents/\d+/)", body)
    return found[1] if found else ""


def held(place: PortalPlace) -> tuple[list[Said], list[Fault]]:
    """All that the mails of one incident say, and what of it did not hold at the moment when it was written."""
    everything: list[Said] = []
    found: list[Fault] = []
    seen: set[uuid.UUID] = set()
    told(place, seen)
    for step in steps(place):
        # Whoever is asked has had two days for an answer.
        with clock.at(now() + timedelta(days=2)) if step is incidents.remind_due else nullcontext():
            with tenant_scope(place.agency_id, actor=staff()) if step is not incidents.remind_due else nullcontext():
                step()
            said = told(place, seen)
        everything, found = everything + said, found + faults(said, terms_of)
    return everything, found


def test_every_promise_in_every_mail_has_a_row_that_obliges_it(place: PortalPlace) -> None:
    everything, found = held(place)
    assert not found, "\n" + "\n".join(map(str, found))
    for event, subject in MAILS.items():
        assert subject in {one.text for one in everything if one.heading == event}, f"no mail says that it is {event}"
    promised = {one.text for one in everything if promises(one)}
    assert any(one.startswith("You hear from us by") for one in promised)
    assert {"Next news within 30 minutes.", "Until we have it, the time to solve this does not run."} <= promised


def test_an_invitation_lasts_as_long_as_it_says(place: PortalPlace) -> None:
    seen: set[uuid.UUID] = set()
    with tenant_scope(place.agency_id, actor=staff()):
        new = clients.create_contact(
            client_id=place.client_id, name="Sigrid Moe", email="sigrid@norvik.example", rights=["viewer"]
        )
        clients.invite_contact(contact_id=new.id)
    said = told(place, seen)
    found = faults(said, terms_of)
    assert "The link works once, for this address, for 7 days." in {one.text for one in said}
    assert not found


def test_a_mail_that_promises_what_no_row_obliges_is_reported(
    place: PortalPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "retainer.notifications.handlers._next_message_line", lambda *_: ["We call you within five minutes."]
    )
    _everything, found = held(place)
    assert {(one.text, one.advice) for one in found} == {("We call you within five minutes.", NO_ROW)}


def test_a_mail_that_calls_an_aim_a_guarantee_is_reported(place: PortalPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_of_mails, "_is_guaranteed", lambda _one, _terms: False)
    _everything, found = held(place)
    assert found
    assert all("is due at" in one.advice for one in found)
