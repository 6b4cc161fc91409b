"""X04, M-wall: read straight from the client's database role, with no filter of ours in between."""

from __future__ import annotations

import uuid

import pytest
from django.db import ProgrammingError, transaction

from core.errors import NotFound
from incidents import selectors
from incidents.models import Incident, IncidentEntry
from tests.cast import Cast
from tests.incidents.scenario import IncidentScenario, publish


def seen(ward: IncidentScenario) -> set[uuid.UUID]:
    with ward.house.portal():
        return set(Incident.objects.values_list("id", flat=True))


def read(ward: IncidentScenario, incident_id: uuid.UUID) -> list[str]:
    with ward.house.portal():
        return list(IncidentEntry.objects.filter(incident_id=incident_id).values_list("kind", flat=True))


def test_a_held_incident_is_not_there_until_it_is_published(ward: IncidentScenario) -> None:
    held, shown = ward.held(), ward.open()
    assert seen(ward) == {shown}
    with ward.house.portal(), pytest.raises(NotFound):
        selectors.incident(held)
    publish("2026-06-01 08:15")
    assert seen(ward) == {held, shown}


def test_nothing_is_read_of_the_timeline_of_a_held_incident(ward: IncidentScenario) -> None:
    """Acknowledging and pausing are for the client's eyes, but only once the incident is."""
    incident_id = ward.held()
    ward.do("acknowledge", incident_id, "2026-06-01 08:01")
    ward.do("pause", incident_id, "2026-06-01 08:02", party="provider", reason="Their outage")
    assert read(ward, incident_id) == []
    ward.do("confirm", incident_id, "2026-06-01 08:03")
    assert read(ward, incident_id) == ["acknowledged", "paused"]


def test_nothing_is_ever_read_of_a_false_alarm(ward: IncidentScenario) -> None:
    incident_id = ward.held()
    ward.do("acknowledge", incident_id)
    ward.do("call_false_alarm", incident_id, reason="A test of ours")
    assert incident_id not in seen(ward)
    assert read(ward, incident_id) == []


def test_of_a_published_incident_only_what_is_meant_for_the_client_is_read(ward: IncidentScenario) -> None:
    incident_id = ward.open(detail="The client called.")
    ward.do("post_note", incident_id, body="The prompt was cut.")
    ward.do("assign", incident_id, owner_id=ward.house.engineer.id)
    ward.do("acknowledge", incident_id)
    ward.do("post_update", incident_id, body="We found the cause.")
    ward.do("resolve", incident_id, body="It works again.")
    ward.do("close", incident_id)
    assert read(ward, incident_id) == ["opened", "acknowledged", "update", "resolved"]
    with ward.house.portal():
        told = [entry.body for entry in selectors.entries(incident_id)]
    assert "The prompt was cut." not in told


def test_the_reason_of_a_reopening_and_a_new_severity_are_told_the_client(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("change_severity", incident_id, severity="critical")
    ward.do("resolve", incident_id, "2026-06-01 08:05")
    ward.do("reopen", incident_id, "2026-06-01 08:10", reason="It came back")
    assert read(ward, incident_id) == ["opened", "severity", "resolved", "reopened"]


def test_another_client_of_the_same_agency_sees_none_of_it(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    with ward.house.portal(ward.house.other_client):
        assert not Incident.objects.exists()
        assert not IncidentEntry.objects.exists()
        with pytest.raises(NotFound):
            selectors.incident(incident_id)


def test_another_agency_sees_none_of_it(ward: IncidentScenario, cast: Cast) -> None:
    incident_id = ward.open()
    with cast.south.scope():
        assert not Incident.objects.exists()
        assert not IncidentEntry.objects.exists()
        with pytest.raises(NotFound):
            selectors.incident(incident_id)


def test_the_client_can_write_nothing(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    with ward.house.portal():
        with pytest.raises(ProgrammingError), transaction.atomic():
            Incident.objects.filter(id=incident_id).update(severity="low")
        with pytest.raises(ProgrammingError), transaction.atomic():
            IncidentEntry.objects.create(
                client_id=ward.house.client.id, incident_id=incident_id, kind="note", actor_kind="contact"
            )


def test_nobody_rewrites_a_timeline(ward: IncidentScenario) -> None:
    """Append-only for staff as well, by grant."""
    incident_id = ward.open()
    with ward.house.scope():
        with pytest.raises(ProgrammingError), transaction.atomic():
            IncidentEntry.objects.filter(incident_id=incident_id).update(body="Nothing happened")
        with pytest.raises(ProgrammingError), transaction.atomic():
            IncidentEntry.objects.filter(incident_id=incident_id)._raw_delete("default")
