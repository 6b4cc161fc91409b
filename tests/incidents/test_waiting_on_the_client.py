"""Whoever is waited on is asked: by mail at once, first on their portal, and again until they answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client as Browser

from clients import services as client_services
from core import clock, outbox
from core.errors import Conflict
from incidents import services
from incidents.models import Incident
from retainer.notifications.letters import letter_of
from retainer.notifications.models import Delivery
from tests.incidents.scenario import MORNING, IncidentScenario, utc

QUESTION = "Which orders are wrong?"
ASKED_AT = "2026-06-01 09:00"


@pytest.fixture
def asked(ward: IncidentScenario) -> IncidentScenario:
    """A client who gets mail is waited on since nine."""
    with ward.at(MORNING):
        client_services.go_live(client_id=ward.house.client.id)
    ward.do("pause", ward.open(MORNING), ASKED_AT, reason=QUESTION, party="client")
    return ward


def incident_of(ward: IncidentScenario) -> Incident:
    with ward.house.scope():
        return Incident.objects.latest("number")


def mails(ward: IncidentScenario, moment: str, *names: str) -> list[str]:
    """What the client got of these events, by subject."""
    with clock.at(utc(moment)):
        outbox.relay_round()
    with ward.house.scope():
        wanted = [f"incidents.incident.{name}" for name in names]
        rows = Delivery.objects.filter(event_name__in=wanted, receiver=ward.house.contact.email)
        return [f"{row.subject}\n{letter_of(row)[0]}" for row in rows.order_by("created_at", "id")]


def remind(moment: str) -> int:
    with clock.at(utc(moment)):
        return services.remind_due()


def portal(ward: IncidentScenario, path: str = "") -> str:
    browser = Browser()
    browser.force_login(ward.house.contact)
    return browser.get(f"/p/{ward.house.agency.slug}/{ward.house.client.slug}/{path}").content.decode()


def test_the_client_is_mailed_the_question_at_once(asked: IncidentScenario) -> None:
    (mail,) = mails(asked, ASKED_AT, "paused")
    assert mail.startswith(f"Waiting on you: {QUESTION}\n")
    assert "the time to solve this does not run" in mail


def test_what_waits_on_somebody_else_asks_the_client_nothing(ward: IncidentScenario) -> None:
    with ward.at(MORNING):
        client_services.go_live(client_id=ward.house.client.id)
    ward.do("pause", ward.open(MORNING), ASKED_AT, reason="Their status page", party="provider")
    assert mails(ward, ASKED_AT, "paused") == []
    assert remind("2026-06-20 09:00") == 0


def test_nobody_waits_on_a_client_who_does_not_see_the_incident(ward: IncidentScenario) -> None:
    held = ward.held()
    with pytest.raises(Conflict, match="Confirm it first") as refused:
        ward.do("pause", held, ASKED_AT, reason=QUESTION, party="client")
    assert refused.value.field == "party"
    ward.do("confirm", held, ASKED_AT)
    assert ward.do("pause", held, ASKED_AT, reason=QUESTION, party="client").waiting_on == "client"


def test_it_stands_first_on_the_portal(asked: IncidentScenario) -> None:
    home = portal(asked)
    assert home.index("Waiting on you") < home.index(QUESTION) < home.index("Your systems")
    assert QUESTION in portal(asked, f"incidents/{incident_of(asked).number}/")


def test_the_client_is_reminded_after_a_day_three_and_seven_and_then_no_more(asked: IncidentScenario) -> None:
    reminded = [day for day in range(1, 30) if remind(f"2026-06-{1 + day:02} 09:00")]
    assert reminded == [1, 3, 7]
    subjects = [mail.splitlines()[0] for mail in mails(asked, "2026-06-30 09:00", "reminded")]
    assert subjects == [f"Still waiting on you: {QUESTION}"] * 3


def test_after_a_long_stop_of_ours_they_are_reminded_once(asked: IncidentScenario) -> None:
    assert [remind("2026-06-06 10:00"), remind("2026-06-06 10:01")] == [1, 0]
    assert incident_of(asked).remind_at == utc(ASKED_AT) + timedelta(days=7)


@pytest.mark.parametrize("answer", ["resume", "hear_client", "resolve"])
def test_nobody_is_reminded_of_what_is_answered_or_over(asked: IncidentScenario, answer: str) -> None:
    more = {"body": "Those of Monday."} if answer == "hear_client" else {}
    asked.do(answer, incident_of(asked).id, "2026-06-01 15:00", **more)
    assert remind("2026-06-20 09:00") == 0
    assert "Waiting on you" not in portal(asked)


def test_a_question_that_was_answered_before_it_was_mailed_is_not_mailed(asked: IncidentScenario) -> None:
    asked.do("resume", incident_of(asked).id, "2026-06-01 09:01")
    assert mails(asked, "2026-06-01 09:02", "paused") == []


def test_nobody_is_said_to_be_reminded_who_gets_no_mail(ward: IncidentScenario) -> None:
    """The agency has not gone live with the client."""
    incident = ward.open(MORNING)
    ward.do("pause", incident, ASKED_AT, reason=QUESTION, party="client")
    assert remind("2026-06-02 09:00") == 0
    assert "reminded" not in ward.timeline(incident)
    assert "reminded" not in ward.told(incident)
    # It is looked at again when the next reminder is due, and not every ten seconds.
    assert ward.row(incident).remind_at == utc(ASKED_AT) + timedelta(days=3)
