"""A mail begins with what it means for people; the client then reads by when they hear again, as on their portal."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clients import services as client_services
from core import clock, outbox
from incidents.next_message import next_message
from retainer.notifications.letters import letter_of
from retainer.notifications.models import Delivery
from slas.models import Target
from slas.words import Metric
from tests.incidents.scenario import MORNING, IncidentScenario, utc

IMPACT = "Customers wait twice as long for answers"


@pytest.fixture
def live(ward: IncidentScenario) -> IncidentScenario:
    """A client who gets mail."""
    with ward.at(MORNING):
        client_services.go_live(client_id=ward.house.client.id)
    return ward


def mail(ward: IncidentScenario, moment: str, name: str, to: str) -> list[str]:
    """The lines of the newest mail of this event to this address."""
    with clock.at(utc(moment)):
        outbox.relay_round()
    with ward.house.scope():
        rows = Delivery.objects.filter(event_name=name, receiver=to).order_by("-created_at", "-id")
        return [line for line in letter_of(rows[0])[0].splitlines() if line]


def test_staff_read_what_it_means_and_then_which_it_is(live: IncidentScenario) -> None:
    live.open(title=IMPACT)
    said = mail(live, MORNING, "incidents.incident.opened", live.house.owner.email)
    assert said[:2] == [IMPACT, f"INC-1 · {live.house.system.name}"]


def test_staff_read_what_is_due_first_before_what_is_due_later(live: IncidentScenario) -> None:
    with live.house.scope():
        Target.objects.filter(metric=Metric.TRIAGE).update(seconds=90 * 60)
    incident = live.open(title=IMPACT)
    said = mail(live, MORNING, "incidents.incident.opened", live.house.owner.email)
    order = sorted(live.clocks(incident).values(), key=lambda row: str(row.due_at))
    assert order[0].metric != Metric.TRIAGE, "what is written first is not due first"
    labels = [str(Metric(row.metric).label) for row in order]
    assert [line.partition(":")[0] for line in said[2 : 2 + len(labels)]] == labels


def test_the_client_reads_by_when_they_hear_again_and_in_which_zone(live: IncidentScenario) -> None:
    incident = live.open(title=IMPACT)
    said = mail(live, MORNING, "incidents.incident.published", live.house.contact.email)
    promise = live.clocks(incident)["first_response"]
    with live.house.scope():
        targets = Target.objects.filter(version_id=promise.policy_version_id, metric=promise.metric)
        guaranteed = targets.get(severity=promise.severity).is_guarantee
        zone = live.house.agency.time_zone
    assert promise.due_at
    words = "You hear from us by" if guaranteed else "We aim to write to you by"
    assert said[0] == IMPACT
    assert f"{words} {promise.due_at.astimezone(ZoneInfo(zone)):%H:%M} ({zone})." in said


def test_a_client_whose_reply_is_late_is_told_no_time(live: IncidentScenario) -> None:
    held = live.held(title=IMPACT)
    live.do("confirm", held, "2026-06-08 08:00")
    said = mail(live, "2026-06-08 08:00", "incidents.incident.published", live.house.contact.email)
    assert said[0] == IMPACT
    assert not [line for line in said if "hear from us by" in line or "aim to write" in line]


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_messages_that_are_due_at_once_the_guaranteed_one_is_announced(turned: bool) -> None:
    due = {"due_at": utc("2026-06-01 09:00"), "ended_at": None, "state": "running"}
    views: list[Any] = [
        SimpleNamespace(metric="first_response", is_guarantee=True, **due),
        SimpleNamespace(metric="periodic_update", is_guarantee=False, **due),
    ]
    announced = next_message(views[::-1] if turned else views, utc(MORNING))
    assert announced
    assert announced.is_guarantee
