"""A line of the timeline says what changed, not only that something did."""

from __future__ import annotations

from incidents.timeline import text_of
from tests.incidents.scenario import MORNING, IncidentScenario


def test_a_change_of_severity_says_from_what_to_what(ward: IncidentScenario) -> None:
    row = ward.open(severity="high")
    ward.do("change_severity", row, severity="critical")
    assert text_of(ward.entry(row, "severity"), {}) == "From high to critical."


def test_a_change_of_owner_names_the_new_one(ward: IncidentScenario) -> None:
    row, owner = ward.open(), str(ward.house.engineer.id)
    ward.do("assign", row, owner_id=owner)
    assert text_of(ward.entry(row, "assigned"), {owner: "Priya"}) == "Priya"
    ward.do("assign", row, owner_id=None)
    assert text_of(ward.entry(row, "assigned"), {owner: "Priya"}) == "Nobody"


def test_what_somebody_wrote_stands_as_it_is(ward: IncidentScenario) -> None:
    row = ward.open()
    ward.do("post_update", row, body="We rolled back.")
    assert text_of(ward.entry(row, "update"), {}) == "We rolled back."


def test_a_late_report_is_shown_from_now_on_and_not_from_then(ward: IncidentScenario) -> None:
    with ward.at(MORNING):
        began = ward.row(ward.open("2026-05-30 08:00")).opened_at
    row = ward.row(ward.open(MORNING, opened_at=began))
    assert row.published_at
    assert row.opened_at < row.published_at
