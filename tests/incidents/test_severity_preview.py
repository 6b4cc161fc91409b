"""What a change of severity would move is shown before, and is what then happens, whatever becomes of the time used."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from core import clock
from core.errors import Conflict, DomainError
from incidents import services
from slas import selectors as slas
from slas.engine import RETARGET_MODES
from tests.incidents.scenario import MORNING, IncidentScenario, utc

LATER = "2026-06-01 09:10"
SEVERITIES = ("critical", "high", "medium", "low")


def preview(ward: IncidentScenario, incident_id: Any, severity: str, mode: str, moment: str = LATER) -> dict[str, Any]:
    with ward.at(moment):
        rows = services.preview_terms(incident=ward.row_here(incident_id), severity=severity, mode=mode)
        return {row.metric: (row.before, row.after, row.missed) for row in rows}


@pytest.mark.parametrize("mode", RETARGET_MODES)
@pytest.mark.parametrize("after", SEVERITIES)
@pytest.mark.parametrize("before", SEVERITIES)
def test_what_is_shown_is_what_happens(ward: IncidentScenario, before: str, after: str, mode: str) -> None:
    if before == after:
        return
    incident_id = ward.open(MORNING, severity=before)
    ward.do("pause", incident_id, "2026-06-01 08:20", reason="A question", party="client")
    ward.do("resume", incident_id, "2026-06-01 08:40")
    open_before = {metric: row.due_at for metric, row in ward.clocks(incident_id).items() if row.breached_at is None}
    everything = ward.everything(incident_id)
    shown = preview(ward, incident_id, after, mode)
    assert ward.everything(incident_id) == everything
    ward.do("change_severity", incident_id, LATER, severity=after, mode=mode)
    clocks = ward.clocks(incident_id)
    for metric, (was, due, missed) in shown.items():
        if was is not None:
            assert was == open_before[metric]
        if due is None:
            assert clocks[metric].state == "cancelled"
            continue
        found = clocks[metric].due_at
        assert found is not None
        assert (found <= utc(LATER)) == missed
        if not missed:
            assert found == due


@pytest.mark.parametrize("mode", RETARGET_MODES)
def test_what_was_dropped_on_the_way_down_is_shown_to_come_back(ward: IncidentScenario, mode: str) -> None:
    incident_id = ward.open(MORNING, severity="high")
    ward.do("change_severity", incident_id, "2026-06-01 08:05", severity="low")
    dropped = {metric for metric, state in ward.states(incident_id).items() if state == "cancelled"}
    assert "periodic_update" in dropped
    shown = preview(ward, incident_id, "high", mode, "2026-06-01 08:10")
    ward.do("change_severity", incident_id, "2026-06-01 08:10", severity="high", mode=mode)
    clocks = ward.clocks(incident_id)
    assert dropped <= set(shown)
    for metric, (was, due, missed) in shown.items():
        assert (was is None) == (metric in dropped)
        assert not missed
        assert clocks[metric].due_at == due


def test_a_way_that_there_is_not_is_refused_and_what_is_over_moves_nothing(ward: IncidentScenario) -> None:
    incident_id = ward.open(MORNING)
    with pytest.raises(DomainError):
        preview(ward, incident_id, "critical", "sideways")
    ward.do("resolve", incident_id, "2026-06-01 08:30")
    assert preview(ward, incident_id, "critical", "carry_elapsed") == {}


def test_the_page_shows_each_severity_and_changes_to_one_in_the_way_that_is_asked_for(ward: IncidentScenario) -> None:
    incident_id = ward.open(MORNING, severity="medium")
    browser = Browser()
    browser.force_login(ward.house.owner)
    where = f"/a/north/incidents/{ward.row(incident_id).number}/severity/"
    with clock.at(utc(LATER)):
        page = browser.get(where).content.decode()
        assert page.count("Would be due") == 3
        assert "Change to critical" in page
        assert "missed at once" in browser.get(f"{where}?mode=retroactive").content.decode()
        browser.post(where, {"severity": "critical", "mode": "fresh"})
    row = ward.clocks(incident_id)["resolution"]
    assert ward.row(incident_id).severity == "critical"
    # Eight hours around the clock from the change on, as Priority promises.
    assert row.due_at == utc("2026-06-01 17:10")


def test_an_incident_that_is_over_says_so(ward: IncidentScenario) -> None:
    incident_id = ward.open(MORNING)
    ward.do("resolve", incident_id, "2026-06-01 08:30")
    browser = Browser()
    browser.force_login(ward.house.owner)
    page = browser.get(f"/a/north/incidents/{ward.row(incident_id).number}/severity/").content.decode()
    assert "The severity of an incident that is over stays." in page


def lighter(ward: IncidentScenario) -> Any:
    """The newest version of the Standard response times, which promise less."""
    with ward.house.scope():
        return next(row for row in slas.latest_policy_versions() if row.policy.slug == "standard")


@pytest.mark.parametrize("mode", RETARGET_MODES)
def test_other_response_times_do_to_the_clocks_what_was_shown(ward: IncidentScenario, mode: str) -> None:
    incident_id, other = ward.unsigned(MORNING, severity="high"), lighter(ward)
    with ward.at("2026-06-01 08:30"):
        shown = {
            shift.metric: shift.after
            for shift in services.preview_terms(
                incident=ward.row_here(incident_id), policy_version_id=other.id, mode=mode
            )
        }
    ward.do("change_policy", incident_id, "2026-06-01 08:30", policy_version_id=other.id, mode=mode)
    clocks = ward.clocks(incident_id)
    assert shown
    assert {metric: clocks[metric].due_at for metric in shown} == shown
    assert {clocks[metric].policy_version_id for metric in shown} == {other.id}
    assert ward.timeline(incident_id)[-1] == "policy"


def test_response_times_of_what_is_over_or_the_same_ones_are_refused(ward: IncidentScenario) -> None:
    incident_id = ward.open(MORNING)
    with pytest.raises(Conflict):
        ward.do("change_policy", incident_id, "2026-06-01 08:30", policy_version_id=ward.policy.id)
    ward.do("resolve", incident_id, "2026-06-01 08:40", body="Done")
    with pytest.raises(Conflict):
        ward.do("change_policy", incident_id, "2026-06-01 08:50", policy_version_id=lighter(ward).id)


def test_an_incident_that_nobody_promised_anything_for_can_be_given_promises(ward: IncidentScenario) -> None:
    with ward.at(MORNING):
        bare = services.open_incident(
            system_id=ward.house.other_system.id, title="Bare", severity="high", source="staff"
        ).id
    assert ward.clocks(bare) == {}
    ward.do("change_policy", bare, "2026-06-01 08:10", policy_version_id=ward.policy.id)
    assert ward.clocks(bare)["first_response"].started_at == utc(MORNING)


def test_the_page_shows_every_other_policy_and_takes_one(ward: IncidentScenario) -> None:
    with ward.house.scope():
        bare = ward.house.other_system.id
        row = services.open_incident(system_id=bare, title="Now", severity="high", source="staff")
        services.change_policy(incident_id=row.id, policy_version_id=ward.policy.id)
    signed_in, where = Browser(), f"/a/north/incidents/{row.number}/policy/"
    signed_in.force_login(ward.house.engineer)
    page = signed_in.get(where).content.decode()
    assert "Standard v1" in page
    assert "Essential v1" in page
    assert "Priority v1" not in page.split("<main", 1)[1]
    answer = signed_in.post(where, {"policy_version_id": str(lighter(ward).id), "mode": "fresh"}, follow=True)
    assert "Standard v1" in answer.content.decode()
    assert "Response times changed" in answer.content.decode()
