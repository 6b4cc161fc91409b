"""What a running retainer has signed is the promise: no incident under it comes to other terms on its own."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client as Browser

from core import clock
from core.errors import Conflict
from incidents.timeline import text_of
from slas import selectors as slas
from slas import services as sla_services
from slas.models import TermsMove
from tests.incidents.scenario import MORNING, IncidentScenario, utc
from tests.slas.scenario import OFFICE

LATER = "2026-06-01 08:30"


def another(ward: IncidentScenario) -> uuid.UUID:
    with ward.house.scope():
        return next(row.id for row in slas.latest_policy_versions() if row.id != ward.policy.id)


def newer(ward: IncidentScenario, seconds: int) -> uuid.UUID:
    """A next version of what is signed, which promises an answer within so long."""
    with ward.at("2026-06-01 08:10"):
        hours = slas.latest_calendar_versions()[0]
        target = {"severity": "high", "metric": "resolution", "seconds": seconds, "calendar_version_id": hours.id}
        return sla_services.new_policy_version(policy_id=ward.policy.policy_id, targets=[target]).id


def work() -> None:
    with clock.at(utc(LATER)):
        while sla_services.step_moves():
            pass


def prepared(ward: IncidentScenario, **what: Any) -> TermsMove:
    with ward.at(LATER):
        move = sla_services.prepare_move(**what)
    work()
    return move


def applied(ward: IncidentScenario, move: TermsMove) -> dict[str, int]:
    with ward.at(LATER):
        sla_services.apply_move(move_id=move.id)
    work()
    with ward.house.scope():
        return dict(TermsMove.objects.get(id=move.id).counts)


def test_an_incident_under_a_running_retainer_gets_no_other_terms(ward: IncidentScenario) -> None:
    incident = ward.open(MORNING)
    before = ward.everything(incident)
    with pytest.raises(Conflict, match="What was signed is the promise") as refused:
        ward.do("change_policy", incident, LATER, policy_version_id=another(ward))
    assert str(ward.policy) in refused.value.message
    assert ward.everything(incident) == before


def test_its_page_offers_no_other_terms(ward: IncidentScenario) -> None:
    with ward.house.scope():
        row = ward.row_here(ward.open(MORNING))
    browser = Browser()
    browser.force_login(ward.house.engineer)
    page = browser.get(f"/a/north/incidents/{row.number}/policy/").content.decode()
    assert "Take these" not in page


def test_a_move_to_a_newer_version_leaves_what_is_signed(ward: IncidentScenario) -> None:
    incident = ward.open(MORNING)
    before = {metric: row.due_at for metric, row in ward.clocks(incident).items()}
    move = prepared(ward, policy_version_id=newer(ward, 1800))
    counts = applied(ward, move)
    assert counts == {"signed": len(before)}
    assert {metric: row.due_at for metric, row in ward.clocks(incident).items()} == before


def test_newer_hours_leave_what_is_signed_too(ward: IncidentScenario) -> None:
    incident = ward.open(MORNING)
    before = {metric: row.due_at for metric, row in ward.clocks(incident).items()}
    with ward.at("2026-06-01 08:10"):
        hours = slas.targets_of(ward.policy.id)[0].calendar_version
        version = sla_services.new_calendar_version(calendar_id=hours.calendar_id, spec=OFFICE)
    counts = applied(ward, prepared(ward, calendar_version_id=version.id))
    assert set(counts) == {"signed"}
    assert {metric: row.due_at for metric, row in ward.clocks(incident).items()} == before


def test_what_no_retainer_covers_is_moved_and_its_client_reads_by_how_much(ward: IncidentScenario) -> None:
    incident = ward.unsigned(MORNING)
    signed = ward.open(MORNING)
    before = ward.clocks(incident)["resolution"].due_at
    move = prepared(ward, policy_version_id=newer(ward, 1800))
    with ward.at(LATER):
        (shown,) = [row for row in sla_services.preview_move(move_id=move.id) if row.metric == "resolution"]
    assert (shown.subject_id, shown.before) == (incident, before)
    counts = applied(ward, move)
    after = ward.clocks(incident)["resolution"].due_at
    assert (shown.after, counts["moved"]) == (after, 1)
    line = ward.entry(incident, "policy")
    assert line.client_visible
    assert "Resolution is due on 1 Jun 2026" in text_of(line, {})
    assert "policy" not in ward.timeline(signed)


def test_the_page_of_a_move_lists_each_promise_before_and_after(ward: IncidentScenario) -> None:
    incident = ward.unsigned(MORNING, title="Search is slow")
    move = prepared(ward, policy_version_id=newer(ward, 1800))
    browser = Browser()
    browser.force_login(ward.house.owner)
    with clock.at(utc(LATER)):
        page = browser.get(f"/a/north/settings/response-times/moves/{move.id}/").content.decode()
    assert f"{ward.row(incident).reference} Search is slow" in page
    assert "no longer promised" in page


def test_the_client_reads_to_what_one_incident_was_brought(ward: IncidentScenario) -> None:
    incident = ward.unsigned(MORNING)
    ward.do("change_policy", incident, LATER, policy_version_id=another(ward))
    line = ward.entry(incident, "policy")
    assert line.client_visible
    assert "instead of" in text_of(line, {})


def test_a_preview_looks_past_what_is_signed(ward: IncidentScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(3):
        ward.open(MORNING)
    incident = ward.unsigned(MORNING)
    move = prepared(ward, policy_version_id=newer(ward, 1800))
    monkeypatch.setattr("slas.bulk_retarget.services.BATCH", 2)
    with ward.at(LATER):
        assert {row.subject_id for row in sla_services.preview_move(move_id=move.id)} == {incident}
        assert len(sla_services.preview_move(move_id=move.id, most=1)) == 1
