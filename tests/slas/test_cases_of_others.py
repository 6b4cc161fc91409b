"""Failures that users of comparable software reported, where no other file has them; each named by its case."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from agreements.models import CoveredSystem
from clients.models import Client
from core import clock
from core.models import Agency
from core.tenancy import sweeper_scope
from incidents.states import IncidentState
from slas import selectors, services
from slas.bulk_retarget.services import step_moves
from slas.clocks import evaluation, responsibility
from slas.clocks.judgement import history, judge_clock
from slas.models import Clock, ClockEvent
from slas.states import ClockState
from tests.cast import Cast, random_id
from tests.incidents.scenario import MORNING, IncidentScenario
from tests.slas.scenario import HOUR, SUBJECT, SlaScenario, sweep, utc


@pytest.fixture
def desk(cast: Cast) -> SlaScenario:
    return SlaScenario(cast.north, {"first_response": HOUR, "resolution": 4 * HOUR})


# --- S16: every state maps to exactly one class of clock -------------------------------------------------------------

STATE_OF: dict[str, tuple[list[tuple[str, dict[str, Any]]], str]] = {
    IncidentState.NEW: ([], "running"),
    IncidentState.ACKNOWLEDGED: ([("acknowledge", {})], "running"),
    IncidentState.MITIGATED: ([("mitigate", {})], "running"),
    IncidentState.RESOLVED: ([("resolve", {"body": "Done"})], "met"),
    IncidentState.CLOSED: ([("resolve", {"body": "Done"}), ("close", {})], "met"),
    IncidentState.FALSE_ALARM: ([("call_false_alarm", {"reason": "Nothing"})], "cancelled"),
    IncidentState.MERGED: ([("merge", {})], "cancelled"),
}


@pytest.mark.parametrize("state", IncidentState.values)
def test_s16_in_every_state_the_resolution_is_of_one_class_and_waiting_is_no_state(cast: Cast, state: str) -> None:
    steps, expected = STATE_OF[state]
    ward = IncidentScenario(cast.north)
    incident = ward.held()
    for step, more in steps:
        more = more | ({"into_id": ward.elder()} if step == "merge" else {})
        ward.do(step, incident, MORNING, **more)
    assert ward.row(incident).state == state
    assert ward.states(incident)["resolution"] == expected
    if expected == "running":
        ward.do("pause", incident, MORNING, reason="Examples", party="vendor")
        assert (ward.row(incident).state, ward.states(incident)["resolution"]) == (state, "paused")


def test_s16_every_state_has_a_line_in_the_table() -> None:
    assert set(STATE_OF) == set(IncidentState.values)


# --- S20: waiting is not work ----------------------------------------------------------------------------------------


def test_s20_a_wait_is_the_clients_time_in_every_report(desk: SlaScenario) -> None:
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "pause", "2026-06-01 09:00", party="client", reason="Examples")
    desk.record(subject, "resume", "2026-06-01 11:00", party="client")
    desk.record(subject, "satisfy", "2026-06-01 12:00")
    row = desk.clock(subject)
    assert row.consumed_seconds == 2 * HOUR
    with desk.at("2026-06-01 13:00"):
        assert dict(responsibility.time_by_side([row], utc("2026-06-01 13:00"))) == {"us": 2 * HOUR, "client": 2 * HOUR}
        whose = responsibility.pauses_of([row], utc("2026-06-01 13:00"))
        assert whose == {row.id: [("us", 2 * HOUR, ""), ("client", 2 * HOUR, "Examples")]}


# --- S41: a release that tells nobody any more -----------------------------------------------------------------------


def forgotten(moment: str) -> int:
    with clock.at(utc(moment)), sweeper_scope():
        return selectors.forgotten_clocks()


def test_s41_a_sweep_that_judges_and_tells_nobody_is_noticed(
    desk: SlaScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.start("2026-06-01 08:00")
    with monkeypatch.context() as broken:
        broken.setattr(evaluation, "_write", lambda *_args: None)
        sweep("2026-06-01 09:30")
    assert forgotten("2026-06-01 09:31") == 1
    # Once it works again, what was missed is told and nothing is left.
    with desk.house.scope():
        Clock.objects.update(next_fire_at=utc("2026-06-01 09:31"), breached_at=None, state="running")
    sweep("2026-06-01 09:32")
    assert forgotten("2026-06-01 09:33") == 0


def test_s41_a_sweep_that_does_not_come_is_noticed_before_any_deadline(desk: SlaScenario) -> None:
    subject = desk.start("2026-06-01 08:00")
    warned = desk.clock(subject, "first_response").next_fire_at
    assert warned is not None
    assert warned < utc("2026-06-01 09:00")
    assert forgotten("2026-06-01 08:31") == 0
    assert forgotten("2026-06-01 08:45") == 1
    sweep("2026-06-01 08:46")
    assert forgotten("2026-06-01 08:47") == 0


def test_s41_a_paused_clock_is_not_forgotten(desk: SlaScenario) -> None:
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "pause", "2026-06-01 08:10", party="client")
    assert forgotten("2026-06-05 08:10") == 0


# --- S49: one old subject costs what a new one costs -----------------------------------------------------------------


def statements(desk: SlaScenario, subject: Any, kind: Any, moment: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        desk.record(subject, kind, moment)
    return len(seen)


def test_s49_a_long_history_is_read_once(desk: SlaScenario) -> None:
    short, long = desk.start("2026-06-01 08:00"), desk.start("2026-06-01 08:00")
    for minute in range(1, 50):
        at = f"2026-06-01 08:{minute:02d}"
        desk.record(long, "pause" if minute % 2 else "resume", at, party="client")
    for subject in (short, long):
        desk.record(subject, "satisfy", "2026-06-01 08:55")
    assert statements(desk, long, "reopen", "2026-06-01 08:56") == statements(desk, short, "reopen", "2026-06-01 08:56")


# --- S50: a new version is a row or two, however much is open --------------------------------------------------------


def test_s50_a_new_version_touches_no_clock(desk: SlaScenario) -> None:
    def version() -> int:
        target = {"severity": "high", "metric": "resolution", "seconds": HOUR, "calendar_version_id": desk.calendar.id}
        with desk.at("2026-06-01 09:00"), CaptureQueriesContext(connection) as seen:
            services.new_policy_version(policy_id=desk.policy.policy_id, targets=[target])
            services.new_calendar_version(calendar_id=desk.calendar.calendar_id, spec=desk.calendar.spec)
        assert not any("slas_clock" in query["sql"] for query in seen.captured_queries)
        return len(seen)

    before = version()
    for _number in range(30):
        desk.start("2026-06-01 08:00")
    assert version() == before


# --- S52: what is rebuilt is rebuilt in every state ------------------------------------------------------------------


def test_s52_a_move_to_newer_terms_takes_every_open_clock_with_it_paused_ones_too(desk: SlaScenario) -> None:
    subjects = {name: desk.start("2026-06-01 08:00") for name in ("running", "paused", "at_risk", "outside_hours")}
    desk.record(subjects["paused"], "pause", "2026-06-01 08:10", party="client")
    with desk.at("2026-06-01 08:20"):
        base = {
            "severity": "high",
            "metric": "resolution",
            "seconds": HOUR * 6,
            "calendar_version_id": desk.calendar.id,
        }
        newer = services.new_policy_version(policy_id=desk.policy.policy_id, targets=[base | {"seconds": 6 * HOUR}])
        move = services.prepare_move(policy_version_id=newer.id)
    for _pass in range(3):
        with clock.at(utc("2026-06-01 08:21")):
            step_moves()
    with desk.at("2026-06-01 08:22"):
        services.apply_move(move_id=move.id)
    for _pass in range(3):
        with clock.at(utc("2026-06-01 08:23")):
            step_moves()
    with desk.house.scope():
        rows = Clock.objects.filter(metric="resolution")
        assert {row.policy_version_id for row in rows} == {newer.id}
        assert {row.state for row in rows} == {"running", "paused"}


def test_s52_judging_again_from_the_events_alone_gives_what_the_row_says_in_every_state(desk: SlaScenario) -> None:
    """The rows are a cache: thrown away, they come back the same."""
    subjects = [desk.start("2026-06-01 08:00") for _number in range(5)]
    desk.record(subjects[0], "pause", "2026-06-01 08:10", party="client")
    desk.record(subjects[1], "satisfy", "2026-06-01 08:10")
    desk.record(subjects[2], "cancel", "2026-06-01 08:10")
    desk.record(subjects[3], "satisfy", "2026-06-01 08:10")
    desk.record(subjects[3], "reopen", "2026-06-01 08:20")
    sweep("2026-06-01 09:30")
    with desk.at("2026-06-01 09:30"):
        rows = list(Clock.objects.all())
        events = history(rows)
        assert len({row.state for row in rows}) >= 5
        for row in rows:
            found = judge_clock(row, events[row.id], row.judged_at)
            assert found.state == row.state
            assert found.consumed_seconds == row.consumed_seconds


# --- edges -----------------------------------------------------------------------------------------------------------


def test_a_day_of_outage_ends_in_one_message_a_clock(desk: SlaScenario) -> None:
    subject = desk.start("2026-06-01 08:00")
    sweep("2026-06-02 08:00")
    assert sorted(desk.told(subject)) == ["breach", "breach"]


def test_a_clock_of_the_machine_that_jumps_back_tells_nothing_twice(desk: SlaScenario) -> None:
    subject = desk.start("2026-06-01 08:00")
    sweep("2026-06-01 09:30")
    told = desk.told(subject)
    for moment in ("2026-06-01 09:10", "2026-06-01 08:30", "2026-06-01 09:31"):
        with desk.house.scope():
            Clock.objects.update(next_fire_at=utc(moment))
        sweep(moment)
    assert desk.told(subject) == told


def test_terms_that_were_replaced_while_an_incident_ran_are_no_longer_asked(cast: Cast) -> None:
    """A retainer that ends or is upgraded in the middle of an incident changes no promise of it."""
    ward = IncidentScenario(cast.north)
    incident = ward.open()
    before = {metric: row.due_at for metric, row in ward.clocks(incident).items()}
    with ward.at(MORNING):
        CoveredSystem.objects.all().delete()
    ward.do("post_update", incident, "2026-06-01 08:05", body="On it")
    after = ward.clocks(incident)
    assert after["resolution"].due_at == before["resolution"]
    assert after["first_response"].state == "met"


def test_pausing_twice_and_resuming_once_leaves_one_wait(desk: SlaScenario) -> None:
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "pause", "2026-06-01 08:10", party="client")
    desk.record(subject, "pause", "2026-06-01 08:20", party="vendor")
    desk.record(subject, "resume", "2026-06-01 08:30", party="client")
    assert desk.clock(subject).state == ClockState.PAUSED
    desk.record(subject, "resume", "2026-06-01 08:40", party="vendor")
    assert desk.clock(subject).state == "running"
    assert desk.clock(subject).consumed_seconds == 10 * 60


def test_resuming_what_is_not_paused_changes_nothing(desk: SlaScenario) -> None:
    subject = desk.start("2026-06-01 08:00")
    due = desk.clock(subject).due_at
    desk.record(subject, "resume", "2026-06-01 08:30", party="client")
    assert desk.clock(subject).due_at == due


def test_satisfied_in_the_very_second_of_the_deadline_is_met(desk: SlaScenario) -> None:
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "satisfy", "2026-06-01 09:00", metrics=["first_response"])
    assert desk.clock(subject, "first_response").state == "met"


def test_nothing_is_left_of_another_agencys_clock(cast: Cast, desk: SlaScenario) -> None:
    subject = desk.start("2026-06-01 08:00")
    with cast.south.scope():
        assert not Clock.objects.filter(subject_id=subject).exists()
        assert not ClockEvent.objects.exists()
        with clock.at(utc("2026-06-01 09:00")):
            found = services.record_event(
                subject_type=SUBJECT, subject_id=subject, kind="satisfy", at=utc("2026-06-01 09:00")
            )
            assert found == []
            assert (
                services.next_cycle(
                    subject_type=SUBJECT, subject_id=random_id(), metric="resolution", at=utc("2026-06-01 09:00")
                )
                is None
            )
    assert desk.clock(subject).state in ("running", "at_risk")


@pytest.mark.parametrize("what", ["client archived", "agency suspended"])
def test_a_promise_of_a_suspended_client_is_judged_on(desk: SlaScenario, what: str) -> None:
    """What was promised stays in the record, whoever may still sign in."""
    subject = desk.start("2026-06-01 08:00")
    with desk.at("2026-06-01 08:10"):
        if what == "client archived":
            Client.objects.filter(id=desk.house.client.id).update(archived_at=utc("2026-06-01 08:10"))
        else:
            Agency.objects.filter(id=desk.house.agency.id).update(suspended_at=utc("2026-06-01 08:10"))
    sweep("2026-06-01 09:01")
    assert desk.clock(subject, "first_response").breached_at == utc("2026-06-01 09:00")


def test_an_agency_with_clocks_cannot_be_deleted_from_under_them(desk: SlaScenario) -> None:
    subject = desk.start("2026-06-01 08:00")
    with desk.house.scope(), pytest.raises((ProtectedError, DatabaseError)), transaction.atomic():
        Agency.objects.filter(id=desk.house.agency.id).delete()
    assert desk.clock(subject).state == "running"
