"""A message of the client ends a wait at its own time, and from then on an answer is owed; a wait can be disputed."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from agreements.models import CoveredSystem
from core.errors import Conflict, DomainError, NotFound
from incidents import selectors, services
from slas import selectors as sla_selectors
from slas import services as sla_services
from slas.policies.content import Wording
from tests.cast import Cast, random_id
from tests.incidents.scenario import IncidentScenario, utc

HOUR = 3600
TIMES = {"first_response": HOUR, "next_response": HOUR, "resolution": 8 * HOUR}


def signed(cast: Cast, **wording: Any) -> IncidentScenario:
    """A house that has signed a first and a next response of an hour each, around the clock."""
    ward = IncidentScenario(cast.north)
    with ward.at("2026-01-02 00:00"):
        calendar = sla_services.create_calendar(name=f"All {random_id()}", spec={"zone": "UTC", "always": True})
        targets = [
            {"severity": "high", "metric": metric, "seconds": seconds, "calendar_version_id": calendar.id}
            for metric, seconds in TIMES.items()
        ]
        name = f"Answers {random_id()}"
        ward.policy = sla_services.create_policy(name=name, targets=targets, wording=Wording(**wording))
        CoveredSystem.objects.update(policy_version_id=ward.policy.id)
    return ward


@pytest.fixture
def ward(cast: Cast) -> IncidentScenario:
    return signed(cast)


def wrote(
    ward: IncidentScenario, incident_id: uuid.UUID, moment: str, *, now: str = "", body: str = "Any news?"
) -> Any:
    with ward.at(now or moment):
        return services.hear_client(incident_id=incident_id, body=body, at=utc(moment))


# --- the next response -----------------------------------------------------------------------------------------------


def test_a_message_after_the_first_response_is_owed_an_answer_from_its_own_time(ward: IncidentScenario) -> None:
    incident = ward.open()
    ward.do("acknowledge", incident, "2026-06-01 08:10")
    wrote(ward, incident, "2026-06-01 09:00", now="2026-06-01 09:30")
    clock = ward.clocks(incident)["next_response"]
    assert (clock.started_at, clock.due_at, clock.cycle) == (utc("2026-06-01 09:00"), utc("2026-06-01 10:00"), 1)
    ward.do("post_update", incident, "2026-06-01 09:45", body="We found it.")
    assert ward.states(incident)["next_response"] == "met"


def test_the_oldest_message_counts_and_the_next_begins_a_new_cycle(ward: IncidentScenario) -> None:
    incident = ward.open()
    ward.do("acknowledge", incident, "2026-06-01 08:10")
    wrote(ward, incident, "2026-06-01 09:00")
    wrote(ward, incident, "2026-06-01 09:20")
    assert ward.clocks(incident)["next_response"].started_at == utc("2026-06-01 09:00")
    ward.do("post_update", incident, "2026-06-01 09:45", body="We found it.")
    wrote(ward, incident, "2026-06-01 10:00")
    clock = ward.clocks(incident)["next_response"]
    assert (clock.cycle, clock.started_at, clock.state) == (2, utc("2026-06-01 10:00"), "running")


def test_the_next_answer_is_owed_on_the_terms_of_the_present_severity(ward: IncidentScenario) -> None:
    with ward.at("2026-01-02 00:00"):
        calendar = next(row for row in sla_selectors.latest_calendar_versions() if row.spec.get("always"))
        targets = [
            {"severity": severity, "metric": metric, "seconds": hours * HOUR, "calendar_version_id": calendar.id}
            for severity, hours in (("high", 4), ("critical", 1))
            for metric in ("first_response", "next_response", "resolution")
        ]
        version = sla_services.new_policy_version(policy_id=ward.policy.policy_id, targets=targets)
        CoveredSystem.objects.update(policy_version_id=version.id)
    incident = ward.open()
    ward.do("acknowledge", incident, "2026-06-01 08:10")
    wrote(ward, incident, "2026-06-01 08:20")
    assert ward.clocks(incident)["next_response"].due_at == utc("2026-06-01 12:20")
    ward.do("post_update", incident, "2026-06-01 08:30", body="On it")
    ward.do("change_severity", incident, "2026-06-01 08:40", severity="critical")
    wrote(ward, incident, "2026-06-01 08:50")
    clock = ward.clocks(incident)["next_response"]
    assert (clock.due_at, clock.severity, clock.cycle) == (utc("2026-06-01 09:50"), "critical", 2)


def test_while_a_vendor_is_waited_on_the_next_answer_waits_too(ward: IncidentScenario) -> None:
    incident = ward.open()
    ward.do("acknowledge", incident, "2026-06-01 08:10")
    ward.do("pause", incident, "2026-06-01 08:20", reason="A fix", party="vendor")
    wrote(ward, incident, "2026-06-01 08:30")
    assert ward.states(incident)["next_response"] == "paused"
    ward.do("resume", incident, "2026-06-01 10:30")
    assert ward.clocks(incident)["next_response"].due_at == utc("2026-06-01 11:30")


def test_while_the_first_response_is_owed_that_is_the_answer(ward: IncidentScenario) -> None:
    incident = ward.open()
    wrote(ward, incident, "2026-06-01 08:20")
    assert "next_response" not in ward.clocks(incident)


def test_a_message_that_is_noted_after_it_was_answered_owes_nothing(ward: IncidentScenario) -> None:
    incident = ward.open()
    ward.do("acknowledge", incident, "2026-06-01 08:10")
    ward.do("post_update", incident, "2026-06-01 09:30", body="We found it.")
    wrote(ward, incident, "2026-06-01 09:00", now="2026-06-01 09:40")
    assert "next_response" not in ward.clocks(incident)


def test_s25_thanks_after_the_end_start_no_clock(ward: IncidentScenario) -> None:
    incident = ward.open()
    ward.do("acknowledge", incident, "2026-06-01 08:10")
    wrote(ward, incident, "2026-06-01 09:00")
    ward.do("resolve", incident, "2026-06-01 09:30", body="Done")
    assert ward.states(incident)["next_response"] == "met"
    wrote(ward, incident, "2026-06-01 09:40", body="Thanks!")
    assert ward.clocks(incident)["next_response"].cycle == 1
    assert ward.timeline(incident)[-1] == "client_message"


@pytest.mark.parametrize(
    ("moment", "now"), [("2026-06-01 09:00", "2026-06-01 08:30"), ("2026-06-01 07:00", "2026-06-01 09:00")]
)
def test_a_message_comes_neither_in_the_future_nor_before_the_beginning(
    ward: IncidentScenario, moment: str, now: str
) -> None:
    incident = ward.open()
    with pytest.raises(DomainError) as refused:
        wrote(ward, incident, moment, now=now)
    assert refused.value.field == "at"


# --- what a first response is ----------------------------------------------------------------------------------------


def test_where_a_message_is_the_response_beginning_is_not_enough(cast: Cast) -> None:
    ward = signed(cast, response_rule="message")
    incident = ward.open()
    ward.do("acknowledge", incident, "2026-06-01 08:10")
    assert ward.states(incident)["first_response"] == "running"
    ward.do("post_update", incident, "2026-06-01 08:20", body="We are on it.")
    assert ward.states(incident)["first_response"] == "met"


# --- waiting for the client ------------------------------------------------------------------------------------------


def test_a_reply_ends_the_wait_at_its_own_time(ward: IncidentScenario) -> None:
    incident = ward.open()
    ward.do("acknowledge", incident, "2026-06-01 08:10")
    ward.do("pause", incident, "2026-06-01 09:00", reason="Examples", party="client")
    wrote(ward, incident, "2026-06-01 10:00", now="2026-06-01 12:00")
    row = ward.row(incident)
    assert (row.waiting_on, row.waiting_since) == ("", None)
    # An hour was waited, whenever somebody wrote it down.
    assert ward.clocks(incident)["resolution"].due_at == utc("2026-06-01 17:00")


@pytest.mark.parametrize("party", ["vendor", "provider", "window"])
def test_a_reply_ends_no_wait_for_anybody_else(ward: IncidentScenario, party: str) -> None:
    incident = ward.open()
    ward.do("acknowledge", incident, "2026-06-01 08:10")
    ward.do("pause", incident, "2026-06-01 09:00", reason="A fix", party=party)
    wrote(ward, incident, "2026-06-01 10:00")
    assert ward.row(incident).waiting_on == party
    assert ward.states(incident)["resolution"] == "paused"


def test_a_message_from_before_we_asked_ends_no_wait(ward: IncidentScenario) -> None:
    incident = ward.open()
    ward.do("acknowledge", incident, "2026-06-01 08:10")
    ward.do("pause", incident, "2026-06-01 09:00", reason="Examples", party="client")
    wrote(ward, incident, "2026-06-01 08:30", now="2026-06-01 09:30")
    assert ward.row(incident).waiting_on == "client"


# --- a date agreed by hand -------------------------------------------------------------------------------------------


def test_s18_an_agreed_date_stands_whatever_is_paused(ward: IncidentScenario) -> None:
    incident = ward.open()
    agreed = utc("2026-06-03 12:00")
    ward.do("agree_date", incident, "2026-06-01 09:00", agreed_at=agreed, reason="With Ms Hall, by phone")
    ward.do("pause", incident, "2026-06-01 10:00", reason="Examples", party="client")
    ward.do("resume", incident, "2026-06-02 10:00")
    clock = ward.clocks(incident)["resolution"]
    assert (clock.due_at, clock.state) == (agreed, "running")
    assert ward.timeline(incident)[-3:] == ["agreed", "paused", "resumed"]


@pytest.mark.parametrize("mode", ["carry_elapsed", "fresh", "retroactive", "carry_fraction"])
def test_a_change_of_severity_or_terms_keeps_an_agreed_date(ward: IncidentScenario, mode: str) -> None:
    incident = ward.unsigned()
    agreed = utc("2026-06-03 12:00")
    ward.do("agree_date", incident, "2026-06-01 09:00", agreed_at=agreed, reason="By phone")
    with ward.at("2026-01-02 00:00"):
        other = next(row for row in sla_selectors.latest_policy_versions() if row.id != ward.policy.id)
    ward.do("change_policy", incident, "2026-06-01 09:10", policy_version_id=other.id, mode=mode)
    ward.do("change_severity", incident, "2026-06-01 09:20", severity="critical", mode=mode)
    assert ward.clocks(incident)["resolution"].due_at == agreed


def test_a_date_in_the_past_of_a_missed_promise_or_of_what_is_over_is_refused(ward: IncidentScenario) -> None:
    incident = ward.open()
    with pytest.raises(DomainError):
        ward.do("agree_date", incident, "2026-06-01 09:00", agreed_at=utc("2026-06-01 08:59"), reason="x")
    with pytest.raises(Conflict):
        ward.do("agree_date", incident, "2026-06-01 17:00", agreed_at=utc("2026-06-02 08:59"), reason="Too late")
    ward.do("resolve", incident, "2026-06-01 18:00", body="Done")
    with pytest.raises(Conflict):
        ward.do("agree_date", incident, "2026-06-01 19:00", agreed_at=utc("2026-06-02 08:59"), reason="x")


# --- reopening -------------------------------------------------------------------------------------------------------


def test_what_was_solved_long_ago_is_a_new_incident(cast: Cast) -> None:
    ward = signed(cast, reopen_days=3)
    incident = ward.open()
    ward.do("resolve", incident, "2026-06-01 09:00", body="Done")
    with pytest.raises(Conflict, match="3 days"):
        ward.do("reopen", incident, "2026-06-04 09:01", reason="Again")
    ward.do("reopen", incident, "2026-06-04 09:00", reason="Again")
    assert ward.row(incident).state == "acknowledged"


def test_without_a_rule_it_can_always_be_reopened(cast: Cast) -> None:
    ward = signed(cast, reopen_days=None)
    incident = ward.open()
    ward.do("resolve", incident, "2026-06-01 09:00", body="Done")
    ward.do("reopen", incident, "2027-06-01 09:00", reason="Again")
    assert ward.row(incident).state == "acknowledged"


# --- disputes --------------------------------------------------------------------------------------------------------


def paused_for_two_hours(ward: IncidentScenario) -> tuple[uuid.UUID, uuid.UUID]:
    """An incident that waited for the client from 09:00 to 11:00, and the line of the wait."""
    incident = ward.open()
    ward.do("acknowledge", incident, "2026-06-01 08:10")
    ward.do("pause", incident, "2026-06-01 09:00", reason="Examples", party="client")
    ward.do("resume", incident, "2026-06-01 11:00")
    return incident, ward.entry(incident, "paused").id


def dispute(ward: IncidentScenario, entry_id: uuid.UUID, moment: str = "2026-06-01 11:30") -> Any:
    with ward.at(moment):
        return services.dispute_pause(
            entry_id=entry_id, contact_id=ward.house.contact_row.id, reason="We had answered already"
        )


def decide(ward: IncidentScenario, row: Any, moment: str, *, accept: bool) -> Any:
    with ward.at(moment):
        return services.decide_dispute(dispute_id=row.id, accept=accept, answer="You are right.")


def test_asking_for_a_review_moves_nothing(ward: IncidentScenario) -> None:
    incident, entry = paused_for_two_hours(ward)
    before = ward.clocks(incident)["resolution"].due_at
    row = dispute(ward, entry)
    assert (row.state, ward.clocks(incident)["resolution"].due_at) == ("open", before)
    with ward.house.scope():
        assert list(selectors.disputes(incident)) == [row]
    assert ward.told(incident)[-1:] == ["wait_disputed"]


def test_a_wait_that_is_taken_back_counts_and_one_that_is_kept_does_not(ward: IncidentScenario) -> None:
    incident, entry = paused_for_two_hours(ward)
    assert ward.clocks(incident)["resolution"].due_at == utc("2026-06-01 18:00")
    decide(ward, dispute(ward, entry), "2026-06-01 12:00", accept=True)
    assert ward.clocks(incident)["resolution"].due_at == utc("2026-06-01 16:00")
    other, entry = paused_for_two_hours(ward)
    decide(ward, dispute(ward, entry), "2026-06-01 12:00", accept=False)
    assert ward.clocks(other)["resolution"].due_at == utc("2026-06-01 18:00")


def test_what_is_missed_by_that_is_missed_from_its_deadline_on_also_after_the_end(ward: IncidentScenario) -> None:
    incident, entry = paused_for_two_hours(ward)
    ward.do("resolve", incident, "2026-06-01 17:00", body="Done")
    assert ward.states(incident)["resolution"] == "met"
    decide(ward, dispute(ward, entry, "2026-06-02 09:00"), "2026-06-02 10:00", accept=True)
    clock = ward.clocks(incident)["resolution"]
    assert (clock.state, clock.breached_at) == ("breached", utc("2026-06-01 16:00"))


def test_taking_back_the_present_wait_ends_it(ward: IncidentScenario) -> None:
    incident = ward.open()
    ward.do("acknowledge", incident, "2026-06-01 08:10")
    ward.do("pause", incident, "2026-06-01 09:00", reason="Examples", party="client")
    decide(ward, dispute(ward, ward.entry(incident, "paused").id, "2026-06-01 10:00"), "2026-06-01 10:30", accept=True)
    assert ward.row(incident).waiting_on == ""
    assert ward.states(incident)["resolution"] == "running"
    assert ward.clocks(incident)["resolution"].due_at == utc("2026-06-01 16:00")


def test_a_promise_that_was_missed_before_runs_again_when_the_present_wait_is_taken_back(
    ward: IncidentScenario,
) -> None:
    incident = ward.open()
    ward.do("acknowledge", incident, "2026-06-01 08:10")
    ward.do("pause", incident, "2026-06-01 17:00", reason="Examples", party="client")
    decide(ward, dispute(ward, ward.entry(incident, "paused").id, "2026-06-01 18:00"), "2026-06-01 19:00", accept=True)
    with ward.at("2026-06-01 20:00"):
        views = sla_selectors.clock_views([ward.clocks(incident)["resolution"]], utc("2026-06-01 20:00"), "UTC")
    assert (views[0].state, views[0].waiting_on) == ("breached", "")
    assert views[0].segments[-1].kind == "open"


def test_of_two_waits_only_the_disputed_one_is_taken_back(ward: IncidentScenario) -> None:
    incident, entry = paused_for_two_hours(ward)
    ward.do("pause", incident, "2026-06-01 12:00", reason="More examples", party="client")
    ward.do("resume", incident, "2026-06-01 13:00")
    decide(ward, dispute(ward, entry, "2026-06-01 13:30"), "2026-06-01 14:00", accept=True)
    assert ward.clocks(incident)["resolution"].due_at == utc("2026-06-01 17:00")


def test_a_wait_is_disputed_once_within_thirty_days_and_decided_once(ward: IncidentScenario) -> None:
    _incident, entry = paused_for_two_hours(ward)
    row = dispute(ward, entry)
    with pytest.raises(Conflict):
        dispute(ward, entry)
    decide(ward, row, "2026-06-01 12:00", accept=False)
    with pytest.raises(Conflict):
        decide(ward, row, "2026-06-01 12:01", accept=True)
    _other, late = paused_for_two_hours(ward)
    with pytest.raises(Conflict):
        dispute(ward, late, "2026-07-02 09:00")


def test_only_a_wait_can_be_disputed(ward: IncidentScenario) -> None:
    incident, _entry = paused_for_two_hours(ward)
    with pytest.raises(NotFound):
        dispute(ward, ward.entry(incident, "acknowledged").id)


def test_nobody_sees_the_disputes_of_others(cast: Cast, ward: IncidentScenario) -> None:
    _incident, entry = paused_for_two_hours(ward)
    row = dispute(ward, entry)
    with cast.south.scope():
        assert not selectors.all_disputes().exists()
        with pytest.raises(NotFound):
            services.decide_dispute(dispute_id=row.id, accept=True, answer="No")
    with cast.north.portal(cast.north.other_client):
        assert not selectors.all_disputes().exists()
