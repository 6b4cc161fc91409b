"""Every step in every state: it does what it says, or it is refused and has changed nothing."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from core.errors import Conflict, DomainError, NotFound
from incidents import services
from incidents.states import Action, IncidentState, allowed
from tests.cast import Cast, random_id
from tests.incidents.scenario import MORNING, IncidentScenario

LATER = "2026-06-01 08:20"

# Step -> state before -> state after. What is not named here is refused. Written by hand, not read from the code.
MOVES: dict[str, dict[str, str]] = {
    "confirm": {"new": "new", "acknowledged": "acknowledged", "mitigated": "mitigated"},
    "false_alarm": {"new": "false_alarm", "acknowledged": "false_alarm", "mitigated": "false_alarm"},
    "acknowledge": {"new": "acknowledged"},
    "pause": {"new": "new", "acknowledged": "acknowledged", "mitigated": "mitigated"},
    "resume": {"new": "new", "acknowledged": "acknowledged", "mitigated": "mitigated"},
    "mitigate": {"new": "mitigated", "acknowledged": "mitigated"},
    "resolve": {"new": "resolved", "acknowledged": "resolved", "mitigated": "resolved"},
    "reopen": {"resolved": "acknowledged", "false_alarm": "acknowledged", "merged": "acknowledged"},
    "close": {"resolved": "closed"},
    "merge": {"new": "merged", "acknowledged": "merged", "mitigated": "merged"},
}
SERVICE = {"false_alarm": "call_false_alarm"}
WORDS: dict[str, dict[str, Any]] = {
    "false_alarm": {"reason": "A test of ours"},
    "pause": {"reason": "We need the log", "party": "vendor"},
    "reopen": {"reason": "It came back"},
}
# How an incident gets into each state.
WAY: dict[str, list[str]] = {
    "new": [],
    "acknowledged": ["acknowledge"],
    "mitigated": ["acknowledge", "mitigate"],
    "resolved": ["resolve"],
    "closed": ["resolve", "close"],
    "false_alarm": ["false_alarm"],
    "merged": ["merge"],
}


def take(ward: IncidentScenario, step: str, incident_id: uuid.UUID, moment: str = MORNING, **more: Any) -> Any:
    words = {"into_id": ward.elder()} if step == "merge" else WORDS.get(step, {})
    return ward.do(SERVICE.get(step, step), incident_id, moment, **words, **more)


def in_state(ward: IncidentScenario, state: str) -> uuid.UUID:
    ward.elder()
    incident_id = ward.held()
    for step in WAY[state]:
        take(ward, step, incident_id)
    return incident_id


def test_the_grid_names_every_step_and_every_state() -> None:
    """A new step or state fails here until somebody has said what may follow what."""
    assert set(MOVES) == set(Action.values)
    assert set(WAY) == set(IncidentState.values)
    for step in Action:
        assert {state for state in IncidentState.values if allowed(step, state)} == set(MOVES[step])


@pytest.mark.parametrize("state", IncidentState.values)
@pytest.mark.parametrize("step", Action.values)
def test_a_step_leads_where_it_should_or_changes_nothing(ward: IncidentScenario, step: str, state: str) -> None:
    incident_id = in_state(ward, state)
    if step == "resume" and state in MOVES["resume"]:
        take(ward, "pause", incident_id, "2026-06-01 08:10")
    before = ward.everything(incident_id)
    assert before["row"]["state"] == state
    if state in MOVES[step]:
        take(ward, step, incident_id, LATER)
        after = ward.everything(incident_id)
        assert after["row"]["state"] == MOVES[step][state]
        assert after["row"]["version"] > before["row"]["version"]
        assert after["entries"] > before["entries"]
        assert after["audit"] > before["audit"]
        assert after["news"] > before["news"]
    else:
        with pytest.raises(Conflict):
            take(ward, step, incident_id, LATER)
        assert ward.everything(incident_id) == before


@pytest.mark.parametrize(
    ("step", "prepared_by"), [("confirm", "confirm"), ("pause", "pause"), ("acknowledge", "acknowledge")]
)
def test_a_step_taken_twice_is_refused_the_second_time(ward: IncidentScenario, step: str, prepared_by: str) -> None:
    incident_id = ward.held()
    take(ward, prepared_by, incident_id)
    before = ward.everything(incident_id)
    with pytest.raises(Conflict):
        take(ward, step, incident_id, LATER)
    assert ward.everything(incident_id) == before


def test_what_runs_cannot_be_resumed(ward: IncidentScenario) -> None:
    incident_id = ward.held()
    before = ward.everything(incident_id)
    with pytest.raises(Conflict):
        ward.do("resume", incident_id, LATER)
    assert ward.everything(incident_id) == before


@pytest.mark.parametrize("step", sorted(set(MOVES) - {"resume", "reopen", "close"}))
def test_a_step_on_an_old_version_is_refused(ward: IncidentScenario, step: str) -> None:
    ward.elder()
    incident_id = ward.held()
    seen = ward.row(incident_id).version
    ward.do("post_note", incident_id, body="Somebody else was here")
    before = ward.everything(incident_id)
    with pytest.raises(Conflict):
        take(ward, step, incident_id, LATER, expected_version=seen)
    assert ward.everything(incident_id) == before
    take(ward, step, incident_id, LATER, expected_version=before["row"]["version"])


def test_an_incident_of_another_agency_is_not_there(ward: IncidentScenario, cast: Cast) -> None:
    theirs = IncidentScenario(cast.south).open()
    for step in Action.values:
        with pytest.raises(NotFound):
            take(ward, step, theirs)
    with pytest.raises(NotFound):
        ward.do("post_note", random_id(), body="Hello")


def test_whoever_acknowledges_an_unowned_incident_owns_it(ward: IncidentScenario) -> None:
    with ward.house.scope():
        ward.house.system.owner_id = None
        ward.house.system.save()
    mine, theirs = ward.open(), ward.open()
    ward.do("assign", theirs, owner_id=ward.house.manager.id)
    with ward.at(LATER, ward.house.engineer, "engineer"):
        for incident_id in (mine, theirs):
            services.acknowledge(incident_id=incident_id)
    assert ward.row(mine).owner_id == ward.house.engineer.id
    assert ward.row(theirs).owner_id == ward.house.manager.id


def test_only_somebody_on_the_staff_can_own_an_incident(ward: IncidentScenario, cast: Cast) -> None:
    incident_id = ward.open()
    for person in (ward.house.contact, cast.south.engineer, cast.stranger):
        with pytest.raises(NotFound):
            ward.do("assign", incident_id, owner_id=person.id)
    ward.do("assign", incident_id, owner_id=None)
    assert ward.row(incident_id).owner_id is None


def test_s31_each_figure_is_set_by_the_step_it_belongs_to(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    for minute, step in enumerate(("acknowledge", "mitigate", "resolve", "close"), start=1):
        ward.do(step, incident_id, f"2026-06-01 08:0{minute}")
    row = ward.row(incident_id)
    figures = (row.acknowledged_at, row.mitigated_at, row.resolved_at, row.closed_at)
    assert [figure.minute for figure in figures if figure] == [1, 2, 3, 4]


def test_s31_resolving_at_once_sets_the_earlier_figures_too(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("resolve", incident_id, LATER)
    row = ward.row(incident_id)
    assert row.acknowledged_at == row.mitigated_at == row.resolved_at
    assert row.resolved_at is not None
    assert row.closed_at is None


@pytest.mark.parametrize(
    ("step", "more", "field"),
    [
        ("pause", {"reason": " ", "party": "vendor"}, "reason"),
        ("pause", {"reason": "We wait", "party": "nobody"}, "party"),
        ("pause", {"reason": "x" * 301, "party": "vendor"}, "reason"),
        ("call_false_alarm", {"reason": ""}, "reason"),
        ("post_note", {"body": "\n \t"}, "body"),
        ("post_update", {"body": ""}, "body"),
        ("change_severity", {"severity": "awful"}, "severity"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_half_done(
    ward: IncidentScenario, step: str, more: dict[str, Any], field: str
) -> None:
    incident_id = ward.held()
    before = ward.everything(incident_id)
    with pytest.raises(DomainError) as refused:
        ward.do(step, incident_id, LATER, **more)
    assert refused.value.field == field
    assert ward.everything(incident_id) == before


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 161}, "title"),
        ({"severity": "awful"}, "severity"),
        ({"system_id": random_id()}, None),
    ],
)
def test_an_incident_that_cannot_be_is_not_opened(
    ward: IncidentScenario, more: dict[str, Any], field: str | None
) -> None:
    with pytest.raises(DomainError) as refused:
        ward.open(**more)
    if field:
        assert refused.value.field == field
    with ward.house.scope():
        assert not ward.told(random_id())


def test_incidents_of_two_agencies_count_for_themselves(ward: IncidentScenario, cast: Cast) -> None:
    south = IncidentScenario(cast.south)
    numbers = [ward.row(ward.open()).number, south.row(south.open()).number, ward.row(ward.open()).number]
    assert numbers == [1, 1, 2]
