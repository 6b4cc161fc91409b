"""A contact asks for a review from the portal, by a page of its own; staff decides on the incident."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from clients.models import Contact
from core import clock
from incidents import services
from incidents.models import PauseDispute
from tests.cast import Cast
from tests.incidents.scenario import IncidentScenario


def browser(person: Any) -> Browser:
    signed_in = Browser()
    signed_in.force_login(person)
    return signed_in


@pytest.fixture
def waiting(cast: Cast) -> tuple[IncidentScenario, Any]:
    """An incident that waits for the client, seen by them; its contact may approve."""
    ward = IncidentScenario(cast.north)
    with ward.house.scope():
        Contact.objects.filter(id=ward.house.contact_row.id).update(rights=["approver"])
        row = services.open_incident(
            system_id=ward.house.system.id, title="Answers are wrong", severity="high", source="staff"
        )
        services.acknowledge(incident_id=row.id)
        services.pause(incident_id=row.id, reason="Examples", party="client", evidence="Mail of Monday")
    return ward, row


def link(person: Any, number: int) -> str:
    """The address that the portal offers beside the wait; empty where it offers none."""
    page = browser(person).get(f"/p/north/north-client/incidents/{number}/").content.decode()
    found = re.search(r'href="(/review/[^"]+)"', page)
    return found[1] if found else ""


def test_from_the_portal_to_a_wait_that_is_taken_back(waiting: tuple[IncidentScenario, Any]) -> None:
    ward, row = waiting
    house = ward.house
    where, contact = link(house.contact, row.number), browser(house.contact)
    page = contact.get(where).content.decode()
    assert "Examples" in page
    answer = contact.post(where, {"reason": "We had answered on Sunday"})
    assert (answer.status_code, answer["Location"]) == (302, f"/p/north/north-client/incidents/{row.number}/")
    assert link(house.contact, row.number) == "", "one is enough"
    engineer, incident = browser(house.engineer), f"/a/north/incidents/{row.number}/"
    page = engineer.get(incident).content.decode()
    assert "The client asks you to look at a wait again" in page
    assert "We had answered on Sunday" in page
    with house.scope():
        dispute = PauseDispute.objects.get()
    decided = {"answer": "You are right. It counts as our time.", "accept": "yes"}
    page = engineer.post(f"{incident}reviews/{dispute.id}/", decided, follow=True).content.decode()
    assert "The wait is taken back. Its time counts." in page
    assert ward.states(row.id)["resolution"] == "running"
    page = contact.get(f"/p/north/north-client/incidents/{row.number}/").content.decode()
    assert "You are right. It counts as our time." in page


def test_a_slip_keeps_what_was_typed(waiting: tuple[IncidentScenario, Any]) -> None:
    ward, row = waiting
    contact, where = browser(ward.house.contact), link(ward.house.contact, row.number)
    answer = contact.post(where, {"reason": "x" * 501})
    assert answer.status_code == 422
    assert "x" * 501 in answer.content.decode()


def test_only_who_may_approve_is_offered_it_and_nobody_else_may_use_it(
    waiting: tuple[IncidentScenario, Any], cast: Cast
) -> None:
    ward, row = waiting
    where = link(ward.house.contact, row.number)
    for other in (ward.house.other_contact, ward.house.owner, cast.south.contact, cast.stranger):
        assert browser(other).get(where).status_code == 404
        assert browser(other).post(where, {"reason": "Mine"}).status_code == 404
    assert Browser().get(where).status_code == 302
    with ward.house.scope():
        Contact.objects.filter(id=ward.house.contact_row.id).update(rights=["viewer"])
    assert link(ward.house.contact, row.number) == ""
    assert browser(ward.house.contact).post(where, {"reason": "Still"}).status_code == 404
    with ward.house.scope():
        assert not PauseDispute.objects.exists()


def test_a_link_that_was_bent_is_no_link(waiting: tuple[IncidentScenario, Any]) -> None:
    ward, row = waiting
    where, contact = link(ward.house.contact, row.number), browser(ward.house.contact)
    for bent in (where[:-4] + "abc/", "/review/x/", where.replace("/review/", "/notice/")):
        assert contact.get(bent).status_code == 404


def test_a_decision_names_a_dispute_of_this_incident(waiting: tuple[IncidentScenario, Any]) -> None:
    ward, row = waiting
    where, contact = link(ward.house.contact, row.number), browser(ward.house.contact)
    contact.post(where, {"reason": "We had answered"})
    with ward.house.scope(), clock.at(clock.now()):
        other = services.open_incident(system_id=ward.house.system.id, title="Another", severity="low", source="staff")
        dispute = PauseDispute.objects.get()
    engineer = browser(ward.house.engineer)
    for number, dispute_id in ((other.number, dispute.id), (row.number, uuid.uuid4())):
        engineer.post(f"/a/north/incidents/{number}/reviews/{dispute_id}/", {"answer": "No", "accept": "yes"})
    with ward.house.scope():
        assert PauseDispute.objects.get().state == "open"


def test_what_the_client_wrote_and_an_agreed_date_are_kept_from_the_page(waiting: tuple[IncidentScenario, Any]) -> None:
    ward, row = waiting
    engineer, incident = browser(ward.house.engineer), f"/a/north/incidents/{row.number}/"
    page = engineer.post(f"{incident}client-message/", {"body": "Here they are"}, follow=True).content.decode()
    assert "Here they are" in page
    assert ward.row(row.id).waiting_on == ""
    day = clock.now() + timedelta(days=30)
    agreed = {"agreed_at": f"{day:%Y-%m-%d}T12:00", "reason": "With Ms Hall"}
    page = engineer.post(f"{incident}agree/", agreed, follow=True).content.decode()
    assert f"{day.day} {day:%b %Y}, 12:00: With Ms Hall" in page
