"""Which step keeps which promise, and which does not."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from core.errors import DomainError
from incidents import services
from slas.models import ClockEvent
from tests.incidents.scenario import MORNING, IncidentScenario, utc

ALL = {"triage", "first_response", "resolution", "periodic_update"}


def test_an_incident_starts_the_clocks_of_its_severity(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    clocks = ward.clocks(incident_id)
    assert set(clocks) == ALL
    assert clocks["first_response"].due_at == utc("2026-06-01 09:00")
    assert clocks["resolution"].due_at == utc("2026-06-02 08:00")
    assert {clock.policy_version_id for clock in clocks.values()} == {ward.policy.id}
    assert ward.row(incident_id).policy_version_id == ward.policy.id


def test_a_system_without_a_contract_has_incidents_without_clocks(ward: IncidentScenario) -> None:
    incident_id = ward.open(system_id=ward.house.other_system.id)
    for step in ("acknowledge", "mitigate", "resolve"):
        ward.do(step, incident_id)
    assert ward.clocks(incident_id) == {}
    assert ward.row(incident_id).state == "resolved"


def test_s21_acknowledging_keeps_the_response_and_not_the_resolution(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("acknowledge", incident_id, "2026-06-01 08:20")
    states = ward.states(incident_id)
    assert (states["triage"], states["first_response"]) == ("met", "met")
    assert (states["resolution"], states["periodic_update"]) == ("running", "running")
    assert ward.clocks(incident_id)["first_response"].satisfied_at == utc("2026-06-01 08:20")


def test_s21_mitigating_keeps_the_response_and_not_the_resolution(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("mitigate", incident_id, "2026-06-01 08:20")
    states = ward.states(incident_id)
    assert (states["first_response"], states["resolution"]) == ("met", "running")


def test_resolving_keeps_the_resolution_and_ends_what_is_still_owed(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("resolve", incident_id, "2026-06-01 08:20")
    states = ward.states(incident_id)
    assert {metric for metric, state in states.items() if state == "met"} == {"triage", "first_response", "resolution"}
    assert states["periodic_update"] == "cancelled"


def test_s22_an_update_keeps_the_promised_update_and_starts_the_next(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("post_update", incident_id, "2026-06-01 09:30", body="We found the cause.")
    now = ward.clocks(incident_id)["periodic_update"]
    assert (now.cycle, now.state, now.due_at) == (2, "running", utc("2026-06-01 11:30"))
    with ward.house.scope():
        kinds = list(
            ClockEvent.objects.filter(clock__subject_id=incident_id, clock__metric="periodic_update", clock__cycle=1)
            .order_by("seq")
            .values_list("kind", flat=True)
        )
    assert kinds == ["start", "satisfy"]


def test_s22_a_note_keeps_no_promise(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    before = ward.everything(incident_id)["clocks"]
    ward.do("post_note", incident_id, "2026-06-01 08:30", body="The prompt was cut.")
    assert ward.everything(incident_id)["clocks"] == before


def test_s23_the_first_message_to_the_client_is_the_first_response(ward: IncidentScenario) -> None:
    """Nobody pressed “Acknowledge”, and the client has an answer: that promise is kept, the others run."""
    incident_id = ward.open()
    ward.do("post_update", incident_id, "2026-06-01 08:20", body="We are looking into it.")
    states = ward.states(incident_id)
    assert (states["first_response"], states["resolution"], states["triage"]) == ("met", "running", "running")
    ward.do("acknowledge", incident_id, "2026-06-01 08:40")
    assert ward.clocks(incident_id)["first_response"].satisfied_at == utc("2026-06-01 08:20")
    assert ward.states(incident_id)["triage"] == "met"


def test_s25_a_message_after_the_end_starts_no_clock(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("resolve", incident_id, "2026-06-01 08:20")
    before = ward.everything(incident_id)["clocks"]
    ward.do("post_update", incident_id, "2026-06-01 08:30", body="You are welcome.")
    assert ward.everything(incident_id)["clocks"] == before
    assert not {"running", "at_risk"} & set(ward.states(incident_id).values())


def test_s26_an_incident_opened_for_the_client_is_not_late_at_birth(ward: IncidentScenario) -> None:
    """The client called at 07:50, it is written down at 08:00: the clock runs from the call and nothing is missed."""
    incident_id = ward.open(opened_at=utc("2026-06-01 07:50"))
    clock = ward.clocks(incident_id)["first_response"]
    assert (clock.started_at, clock.due_at) == (utc("2026-06-01 07:50"), utc("2026-06-01 08:50"))
    assert (clock.state, clock.breached_at, clock.satisfied_at) == ("running", None, None)
    ward.do("acknowledge", incident_id, "2026-06-01 08:10")
    assert ward.clocks(incident_id)["first_response"].state == "met"


def test_s26_what_was_late_before_it_was_written_down_is_said_to_be_late(ward: IncidentScenario) -> None:
    """Honest the other way round as well: nobody answered for two hours."""
    incident_id = ward.open(opened_at=utc("2026-06-01 06:00"))
    clock = ward.clocks(incident_id)["first_response"]
    assert (clock.state, clock.breached_at) == ("breached", utc("2026-06-01 07:00"))
    ward.do("acknowledge", incident_id)
    assert ward.clocks(incident_id)["first_response"].breached_at == utc("2026-06-01 07:00")


def test_s26_an_incident_cannot_begin_in_the_future(ward: IncidentScenario) -> None:
    with pytest.raises(DomainError) as refused:
        ward.open(opened_at=utc("2026-06-01 08:01"))
    assert refused.value.field == "opened_at"


def test_s27_the_update_clock_hides_no_first_response(ward: IncidentScenario) -> None:
    clocks = ward.clocks(ward.open())
    assert clocks["first_response"].due_at is not None
    assert clocks["periodic_update"].due_at is not None
    assert clocks["first_response"].due_at < clocks["periodic_update"].due_at


def test_s15_while_somebody_else_has_to_act_the_clocks_stand(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("pause", incident_id, "2026-06-01 08:10", party="client", reason="We need the log", evidence="mail")
    row = ward.row(incident_id)
    assert (row.waiting_on, row.waiting_since) == ("client", utc("2026-06-01 08:10"))
    assert set(ward.states(incident_id).values()) == {"paused"}
    ward.do("resume", incident_id, "2026-06-01 10:10")
    row = ward.row(incident_id)
    assert (row.waiting_on, row.waiting_since) == ("", None)
    assert ward.clocks(incident_id)["first_response"].due_at == utc("2026-06-01 11:00")
    with ward.house.scope():
        pauses = ClockEvent.objects.filter(clock__subject_id=incident_id, kind="pause")
        assert {(row.party, row.reason, row.evidence) for row in pauses} == {("client", "We need the log", "mail")}


def test_a_reply_ends_the_wait_at_its_own_moment(ward: IncidentScenario) -> None:
    """The client wrote at 09:00; we read it at 10:00. The hour between is ours."""
    incident_id = ward.open()
    ward.do("pause", incident_id, "2026-06-01 08:30", party="client", reason="We need the log")
    ward.do("resume", incident_id, "2026-06-01 10:00", at=utc("2026-06-01 09:00"))
    clock = ward.clocks(incident_id)["resolution"]
    assert clock.due_at == utc("2026-06-02 08:30")
    assert clock.state == "running"


@pytest.mark.parametrize("moment", ["2026-06-01 08:29", "2026-06-01 10:01"])
def test_a_wait_ends_neither_before_it_began_nor_in_the_future(ward: IncidentScenario, moment: str) -> None:
    incident_id = ward.open()
    ward.do("pause", incident_id, "2026-06-01 08:30", party="client", reason="We need the log")
    before = ward.everything(incident_id)
    with pytest.raises(DomainError) as refused:
        ward.do("resume", incident_id, "2026-06-01 10:00", at=utc(moment))
    assert refused.value.field == "at"
    assert ward.everything(incident_id) == before


def test_a_pause_in_the_very_second_of_its_end_leaves_no_clock_standing(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("pause", incident_id, "2026-06-01 08:10:00.400000", party="client", reason="We need the log")
    ward.do("resume", incident_id, "2026-06-01 08:10:00.900000")
    assert set(ward.states(incident_id).values()) == {"running"}


def test_a_pause_undoes_no_miss(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("pause", incident_id, "2026-06-01 09:30", party="vendor", reason="Their turn")
    clocks = ward.clocks(incident_id)
    assert clocks["first_response"].breached_at == utc("2026-06-01 09:00")
    assert clocks["resolution"].state == "paused"


def test_what_ends_while_waiting_waits_no_longer(ward: IncidentScenario) -> None:
    for step, more in (("resolve", {}), ("call_false_alarm", {"reason": "A test of ours"})):
        incident_id = ward.held()
        ward.do("pause", incident_id, party="vendor", reason="We need the log")
        ward.do(step, incident_id, "2026-06-01 08:05", **more)
        row = ward.row(incident_id)
        assert (row.waiting_on, row.waiting_since) == ("", None)
        assert all(clock.ended_at for clock in ward.clocks(incident_id).values())


def test_an_update_while_waiting_leaves_the_next_one_waiting_too(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("pause", incident_id, "2026-06-01 08:10", party="client", reason="We need the log")
    ward.do("post_update", incident_id, "2026-06-01 08:20", body="We wait for your log.")
    following = ward.clocks(incident_id)["periodic_update"]
    assert (following.cycle, following.state) == (2, "paused")


def test_a_false_alarm_ends_every_clock(ward: IncidentScenario) -> None:
    incident_id = ward.held()
    ward.do("call_false_alarm", incident_id, "2026-06-01 08:05", reason="A test of ours")
    assert set(ward.states(incident_id).values()) == {"cancelled"}


def test_raising_the_severity_carries_the_time_already_used(ward: IncidentScenario) -> None:
    """Ten minutes are used; what is left of the shorter times counts from there."""
    incident_id = ward.open()
    ward.do("change_severity", incident_id, "2026-06-01 08:10", severity="critical")
    clocks = ward.clocks(incident_id)
    assert clocks["first_response"].due_at == utc("2026-06-01 08:30")
    assert clocks["resolution"].due_at == utc("2026-06-01 16:00")
    assert {clock.severity for clock in clocks.values()} == {"critical"}
    entry = ward.entry(incident_id, "severity")
    assert entry.data == {"before": "high", "after": "critical"}


def test_the_contract_that_counts_is_the_one_in_force_when_it_began(ward: IncidentScenario) -> None:
    incident_id = ward.open("2026-01-02 08:00", opened_at=utc("2025-12-31 08:00"))
    assert ward.row(incident_id).policy_version_id is None
    assert ward.clocks(incident_id) == {}
    assert ward.row(ward.open(MORNING)).policy_version_id == ward.policy.id


@pytest.mark.parametrize(("step", "column"), [("acknowledge", "acknowledged_at"), ("mitigate", "mitigated_at")])
def test_a_step_and_the_clocks_that_it_keeps_have_one_moment(
    step: str, column: str, ward: IncidentScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the rest takes: what was done in the last second is not missed by the time it is written down."""
    incident_id = ward.open()
    ticks = (utc("2026-06-01 08:20") + timedelta(seconds=5 * tick) for tick in count())
    monkeypatch.setattr("incidents.services.actions.now", lambda: next(ticks))
    ward.do(step, incident_id, "2026-06-01 08:30")
    kept = {row.satisfied_at for row in ward.clocks(incident_id).values() if row.satisfied_at}
    assert kept == {getattr(ward.row(incident_id), column)}


def test_an_update_owes_the_next_one_from_when_it_was_written(
    ward: IncidentScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident_id = ward.open()
    ticks = (utc("2026-06-01 08:20") + timedelta(seconds=5 * tick) for tick in count())
    monkeypatch.setattr("incidents.services.writing.now", lambda: next(ticks))
    with ward.at("2026-06-01 08:30"):
        services.post_update(incident_id=incident_id, body="We are looking into it.")
    assert ward.clocks(incident_id)["periodic_update"].started_at == ward.entry(incident_id, "update").at
