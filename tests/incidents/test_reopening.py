"""An incident that was not over after all."""

from __future__ import annotations

import pytest

from core.errors import Conflict
from tests.incidents.scenario import IncidentScenario, publish, utc


def test_the_resolution_goes_on_where_it_stood(ward: IncidentScenario) -> None:
    """One hour used, then resolved for three: 23 of the 24 hours are left from the reopening on."""
    incident_id = ward.open()
    ward.do("resolve", incident_id, "2026-06-01 09:00")
    ward.do("reopen", incident_id, "2026-06-01 12:00", reason="It came back")
    clock = ward.clocks(incident_id)["resolution"]
    assert (clock.state, clock.cycle, clock.due_at) == ("running", 1, utc("2026-06-02 11:00"))


def test_the_first_response_was_given_once_and_for_all(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("acknowledge", incident_id, "2026-06-01 08:20")
    ward.do("resolve", incident_id, "2026-06-01 09:00")
    ward.do("reopen", incident_id, "2026-06-01 12:00", reason="It came back")
    clock = ward.clocks(incident_id)["first_response"]
    assert (clock.state, clock.satisfied_at) == ("met", utc("2026-06-01 08:20"))
    assert ward.row(incident_id).acknowledged_at == utc("2026-06-01 08:20")


def test_the_client_is_owed_updates_again(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("resolve", incident_id, "2026-06-01 09:00")
    ward.do("reopen", incident_id, "2026-06-01 12:00", reason="It came back")
    assert ward.states(incident_id)["periodic_update"] == "running"


def test_s31_the_figures_of_the_first_end_are_gone_and_those_of_the_second_are_kept(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("resolve", incident_id, "2026-06-01 09:00")
    ward.do("reopen", incident_id, "2026-06-01 12:00", reason="It came back")
    row = ward.row(incident_id)
    assert (row.state, row.resolved_at, row.mitigated_at, row.closed_at) == ("acknowledged", None, None, None)
    ward.do("resolve", incident_id, "2026-06-01 13:00")
    row = ward.row(incident_id)
    assert row.mitigated_at == row.resolved_at == utc("2026-06-01 13:00")


def test_it_can_be_resolved_and_reopened_again_and_again(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    for hour in (9, 10, 11):
        ward.do("resolve", incident_id, f"2026-06-01 {hour:02}:00")
        ward.do("reopen", incident_id, f"2026-06-01 {hour:02}:30", reason="It came back")
    ward.do("resolve", incident_id, "2026-06-01 12:00")
    clock = ward.clocks(incident_id)["resolution"]
    assert (clock.state, clock.consumed_seconds) == ("met", 2 * 3600 + 1800)


def test_what_a_lower_severity_no_longer_promised_stays_unpromised(ward: IncidentScenario) -> None:
    """High owes a resolution, low does not; the end and the reopening in between change nothing about that."""
    incident_id = ward.open()
    ward.do("change_severity", incident_id, "2026-06-01 08:10", severity="low")
    assert ward.states(incident_id)["resolution"] == "cancelled"
    ward.do("resolve", incident_id, "2026-06-01 09:00")
    ward.do("reopen", incident_id, "2026-06-01 12:00", reason="It came back")
    assert ward.states(incident_id)["resolution"] == "cancelled"
    assert ward.states(incident_id)["periodic_update"] == "cancelled"


def test_a_false_alarm_that_was_none_runs_again_and_is_still_held(ward: IncidentScenario) -> None:
    incident_id = ward.held()
    ward.do("call_false_alarm", incident_id, "2026-06-01 08:05", reason="A test of ours")
    ward.do("reopen", incident_id, "2026-06-01 08:10", reason="It was real")
    states = ward.states(incident_id)
    assert (states["first_response"], states["resolution"]) == ("met", "running")
    assert ward.row(incident_id).published_at is None
    ward.do("confirm", incident_id, "2026-06-01 08:11")
    assert ward.row(incident_id).published_at == utc("2026-06-01 08:11")


def test_a_serious_false_alarm_that_was_none_is_shown_to_the_client_after_the_wait(ward: IncidentScenario) -> None:
    """It is an unconfirmed serious incident again, and held as long as any other."""
    incident_id = ward.held()
    ward.do("call_false_alarm", incident_id, "2026-06-01 08:05", reason="A test of ours")
    ward.do("reopen", incident_id, "2026-06-01 08:10", reason="It was real")
    assert publish("2026-06-01 08:14") == 0
    assert publish("2026-06-01 08:15") == 1


def test_it_stands_beside_what_its_alert_opened_meanwhile(ward: IncidentScenario) -> None:
    first = ward.held(fingerprint="check:1")
    ward.do("resolve", first, "2026-06-01 09:00")
    second = ward.held("2026-06-01 10:00", fingerprint="check:1")
    assert second != first
    ward.do("reopen", first, "2026-06-01 11:00", reason="It came back")
    assert ward.held("2026-06-01 11:30", fingerprint="check:1") == second


def test_what_is_closed_stays_closed(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("resolve", incident_id)
    ward.do("close", incident_id)
    with pytest.raises(Conflict):
        ward.do("reopen", incident_id, reason="It came back")


def test_what_is_reopened_is_again_the_one_incident_of_its_cause(ward: IncidentScenario) -> None:
    """A second alert of the same thing joins it, instead of opening another beside it."""
    first = ward.held(fingerprint="system:bot")
    ward.do("resolve", first)
    ward.do("reopen", first, reason="It came back")
    assert ward.held(fingerprint="system:bot") == first


def test_what_is_reopened_beside_a_newer_one_of_its_cause_stands_alone(ward: IncidentScenario) -> None:
    first = ward.held(fingerprint="system:bot")
    ward.do("resolve", first)
    second = ward.held(fingerprint="system:bot")
    ward.do("reopen", first, reason="It came back")
    assert ward.held(fingerprint="system:bot") == second
