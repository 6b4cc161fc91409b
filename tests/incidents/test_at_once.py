"""X29: several people and workers at the same incident in the same moment."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core import clock
from core.errors import Conflict
from incidents import services
from incidents.models import Incident
from tests.cast import Cast
from tests.incidents.scenario import IncidentScenario, utc
from tests.together import conflicts, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_people_acknowledge_at_once_and_one_of_them_has_it(committed_cast: Cast) -> None:
    ward = IncidentScenario(committed_cast.north)
    incident_id = ward.open()

    def acknowledge(person: Any) -> Callable[[], None]:
        def work() -> None:
            with ward.at("2026-06-01 08:10", person, "engineer"):
                services.acknowledge(incident_id=incident_id)

        return work

    results = together(acknowledge(ward.house.engineer), acknowledge(ward.house.manager))
    assert conflicts(results) == 1
    assert ward.timeline(incident_id).count("acknowledged") == 1
    assert ward.told(incident_id).count("acknowledged") == 1
    assert ward.audited(incident_id).count("acknowledged") == 1
    winner = (ward.house.engineer, ward.house.manager)[isinstance(results[0], Conflict)]
    assert ward.entry(incident_id, "acknowledged").actor_id == winner.id


def test_resolving_and_pausing_at_once_leaves_no_clock_waiting(committed_cast: Cast) -> None:
    ward = IncidentScenario(committed_cast.north)
    for _round in range(5):
        incident_id = ward.open()
        together(
            lambda row=incident_id: ward.do("resolve", row, "2026-06-01 08:10"),  # type: ignore[misc]
            lambda row=incident_id: ward.do(  # type: ignore[misc]
                "pause", row, "2026-06-01 08:10", party="client", reason="We need the log"
            ),
        )
        row = ward.row(incident_id)
        assert (row.state, row.waiting_on) == ("resolved", "")
        assert all(clock.ended_at for clock in ward.clocks(incident_id).values())


def test_notes_written_at_once_are_all_kept(committed_cast: Cast) -> None:
    ward = IncidentScenario(committed_cast.north)
    incident_id = ward.open()
    before = ward.row(incident_id).version
    together(*[lambda: ward.do("post_note", incident_id, body="Seen") for _number in range(4)])
    assert ward.timeline(incident_id).count("note") == 4
    assert ward.row(incident_id).version == before + 4


def test_updates_sent_at_once_leave_one_promise_running(committed_cast: Cast) -> None:
    ward = IncidentScenario(committed_cast.north)
    incident_id = ward.open()
    together(*[lambda: ward.do("post_update", incident_id, "2026-06-01 08:30", body="Still at it") for _n in range(3)])
    assert ward.timeline(incident_id).count("update") == 3
    assert ward.clocks(incident_id)["periodic_update"].state == "running"


def test_an_alert_that_fires_twice_at_once_opens_one_incident(committed_cast: Cast) -> None:
    ward = IncidentScenario(committed_cast.north)
    rows = together(*[lambda: ward.held(fingerprint="check:1") for _number in range(4)])
    assert len(set(rows)) == 1
    with ward.house.scope():
        assert Incident.objects.filter(fingerprint="check:1").count() == 1
    assert ward.told(rows[0]) == ["opened"]
    assert ward.timeline(rows[0]) == ["opened"]
    assert {clock.cycle for clock in ward.clocks(rows[0]).values()} == {1}


def test_the_database_itself_refuses_a_second_open_incident_of_a_fingerprint(committed_cast: Cast) -> None:
    ward = IncidentScenario(committed_cast.north)
    ward.held(fingerprint="check:1")
    refused = pytest.raises(IntegrityError, match="incidents_one_open_per_fingerprint")
    with ward.house.scope(), refused, transaction.atomic():
        Incident.objects.create(
            client_id=ward.house.client.id,
            system_id=ward.house.system.id,
            number=99,
            title="Twice",
            severity="high",
            source="alert",
            fingerprint="check:1",
        )


def test_the_same_fingerprint_in_two_agencies_is_two_incidents(committed_cast: Cast) -> None:
    north, south = IncidentScenario(committed_cast.north), IncidentScenario(committed_cast.south)
    assert north.held(fingerprint="check:1") != south.held(fingerprint="check:1")


def test_an_alert_that_returns_after_the_end_opens_another_incident(committed_cast: Cast) -> None:
    ward = IncidentScenario(committed_cast.north)
    first = ward.held(fingerprint="check:1")
    assert ward.held("2026-06-01 08:05", fingerprint="check:1") == first
    ward.do("resolve", first, "2026-06-01 08:10")
    assert ward.held("2026-06-01 08:15", fingerprint="check:1") != first


def test_incidents_opened_at_once_have_numbers_without_a_gap(committed_cast: Cast) -> None:
    ward = IncidentScenario(committed_cast.north)

    def open_one() -> uuid.UUID:
        with clock.at(utc("2026-06-01 08:00")):
            return ward.open()

    rows = together(*[open_one for _number in range(4)])
    assert sorted(ward.row(row).number for row in rows) == [1, 2, 3, 4]
