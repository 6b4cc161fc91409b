"""What is measured decides whether an incident is solved, unless somebody who may says why not; the client reads it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients import services as client_services
from core import clock, outbox
from core.access.roles import Role
from core.errors import DomainError, Forbidden
from core.models import Agency
from core.tenancy import tenant_scope
from core.tenancy.context import Actor
from incidents import services as incident_services
from incidents.models import Incident, IncidentEntry
from incidents.timeline import text_of
from retainer.notifications.letters import letter_of
from retainer.notifications.models import Delivery
from tests.cast import AgencyFixture
from tests.monitoring.scenario import MonitoringScenario, Target

RATE_IS_LOW = "Rate: 71.5 % on"
AGREED = "(agreed: at least 77.0 %)"


@pytest.fixture
def ill(lab: MonitoringScenario, target: Target) -> MonitoringScenario:
    """A limit is broken, its alert fires, and the client sees the incident."""
    with lab.at():
        client_services.go_live(client_id=lab.house.client.id)
    target.says(rate=0.715)
    lab.limit(lab.watch(target), unit="ratio")
    lab.round(4)
    with lab.at():
        incident_services.confirm(incident_id=lab.incidents()[0].id)
    return lab


def resolve(lab: MonitoringScenario, role: str = Role.OWNER, reason: str = "") -> Incident:
    person = lab.house.engineer if role == Role.ENGINEER else lab.house.owner
    with clock.at(lab.moment), tenant_scope(lab.house.agency.id, actor=Actor("user", person.id, role)):
        incident = Incident.objects.latest("number")
        return incident_services.resolve(incident_id=incident.id, body="Mended.", override_reason=reason)


def told_client(lab: MonitoringScenario) -> tuple[str, str]:
    """The subject and the text of the mail that says how it ended."""
    with clock.at(lab.moment):
        outbox.relay_round()
    with lab.at():
        mail = Delivery.objects.get(receiver=lab.house.contact.email, event_name="incidents.incident.resolved")
        return mail.subject, letter_of(mail)[0]


def said(lab: MonitoringScenario, kind: str) -> str:
    with lab.at():
        return text_of(IncidentEntry.objects.filter(kind=kind).latest("at"), {})


def test_nobody_resolves_what_is_measured_as_bad_without_saying_why(ill: MonitoringScenario) -> None:
    with pytest.raises(DomainError, match="say why it is solved all the same") as refusal:
        resolve(ill)
    assert refusal.value.field == "override_reason"
    assert RATE_IS_LOW in refusal.value.message
    assert AGREED in refusal.value.message
    assert ill.incidents()[0].state == "new"


def test_an_owner_says_why_and_the_staff_read_it(ill: MonitoringScenario) -> None:
    assert resolve(ill, reason="The figure counts tests of ours.").state == "resolved"
    assert said(ill, "note") == "Solved against what was measured: The figure counts tests of ours."


@pytest.mark.parametrize("actor", [Role.ENGINEER, "token"])
def test_an_engineer_and_a_program_may_not(ill: MonitoringScenario, actor: str) -> None:
    with pytest.raises(Forbidden, match="ask an owner or account manager"):
        resolve(ill, role=actor, reason="It is fine.")
    assert ill.incidents()[0].state == "new"


def test_the_first_good_answer_is_enough_although_the_alert_still_fires(
    ill: MonitoringScenario, target: Target
) -> None:
    target.says(rate=0.861)
    ill.round()
    assert ill.alerts()[0].recovered_at is None
    assert resolve(ill, role=Role.ENGINEER).state == "resolved"


def test_what_nobody_measures_any_more_is_not_good(ill: MonitoringScenario, target: Target) -> None:
    target.says(rate=0.861)
    ill.round()
    ill.moment += timedelta(hours=1)
    with pytest.raises(DomainError, match="not measured at present"):
        resolve(ill)


def test_who_does_not_answer_is_not_good(lab: MonitoringScenario, target: Target) -> None:
    lab.watch(target)
    target.fails()
    lab.round(4)
    with pytest.raises(DomainError, match="it answers with an error"):
        resolve(lab)
    target.says(rate=0.9)
    lab.round()
    assert resolve(lab).state == "resolved"


def test_the_client_reads_the_measured_recovery(ill: MonitoringScenario, target: Target) -> None:
    target.says(rate=0.861)
    ill.round(2)
    resolve(ill)
    with ill.at():
        Agency.objects.update(time_zone="Asia/Tokyo")
    subject, body = told_client(ill)
    assert subject.startswith("Solved:")
    # Measured shortly after eight in UTC; a mail is read anywhere, so it says whose clock it speaks of.
    assert re.search(r"Rate: 86\.1 % on 1 Jun, 17:0\d", body)
    assert "Times are those of Asia/Tokyo." in body
    for text in (body, said(ill, "resolved")):
        assert "Mended." in text
        assert "Rate: 86.1 % on" in text
        assert AGREED in text


def test_the_client_is_not_told_that_it_is_solved_where_it_measures_bad(ill: MonitoringScenario) -> None:
    resolve(ill, reason="The figure counts tests of ours.")
    subject, body = told_client(ill)
    assert "Solved" not in subject
    assert RATE_IS_LOW in body
    assert "tests of ours" not in body
    assert RATE_IS_LOW in said(ill, "resolved")


def _opened(house: AgencyFixture, name: str, *more: object) -> str:
    browser = Browser()
    browser.force_login(house.owner)
    return browser.get(reverse(name, args=[house.agency.slug, *more])).content.decode()


def test_an_alert_that_goes_on_stays_on_home(ill: MonitoringScenario) -> None:
    resolve(ill, reason="The figure counts tests of ours.")
    home = _opened(ill.house, "dashboard:home")
    assert "Alert of INC-1, resolved" in home
    assert "Every promise is being kept" not in home


def test_the_workbench_shows_what_is_measured_and_asks_why(ill: MonitoringScenario, target: Target) -> None:
    page = _opened(ill.house, "dashboard:incident", 1)
    assert AGREED in page
    assert 'name="override_reason"' in page


def test_what_was_typed_stays_when_it_is_refused(ill: MonitoringScenario) -> None:
    browser = Browser()
    browser.force_login(ill.house.owner)
    where = reverse("incidents:step", args=[ill.house.agency.slug, 1, "resolve"])
    answer = browser.post(where, {"body": "Restarted the worker."})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Restarted the worker." in page
    assert "Not solved yet" in page
    with ill.at(clock.now()):
        assert IncidentEntry.objects.filter(kind="resolved").count() == 0
