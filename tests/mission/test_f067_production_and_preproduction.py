"""F67 Production and preproduction: both environments exist; alerts and SLA count only where agreed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import AgencyFixture
from tests.mission.acting import Page, Program, Somebody, Target, at, count
from tests.mission.doing import HOME, MORNING, PORTAL, SYSTEM, minutes_pass, opens, signs, system_of, watches

CLIENTS = f"{PORTAL}systems/support-bot/"


def fails_in(environment: str, owner: Somebody, house: AgencyFixture, target: Target) -> None:
    """The system fails in one of its environments for five minutes."""
    house.allow(target.host, target.port)
    with at(MORNING):
        watches(owner, target.url, environment_kind=environment)
    target.fails()
    minutes_pass(MORNING, 5)
    with at("2026-06-01 08:05"):
        count()


def seen(owner: Somebody, contact: Somebody, program: Program) -> tuple[Page, Page, dict[str, Any]]:
    """What staff and client read of the system, and what became of it."""
    with at("2026-06-01 08:05"):
        system = system_of(program)
        period = {"from": "2026-06-01T08:00:00Z", "to": "2026-06-01T09:00:00Z"}
        found = {noun: program.finds(f"{noun}/") for noun in ("alerts", "incidents", "clocks")}
        found["uptime"] = program.reads(f"uptime/{system}/", **period)["checks"]
        return owner.reads(SYSTEM), contact.reads(CLIENTS), found


def test_what_fails_before_production_alerts_staff_and_counts_for_no_promise(
    owner: Somebody, contact: Somebody, program: Program, house: AgencyFixture, target: Target
) -> None:
    signs(owner)
    fails_in("preproduction", owner, house, target)
    ours, theirs, found = seen(owner, contact, program)
    assert [(row["state"], row["incident"]) for row in found["alerts"]] == [("firing", None)]
    assert (found["incidents"], found["clocks"], found["uptime"]) == ([], [], [])
    assert "Preproduction" in ours.text
    assert "Down" not in theirs.text


def test_the_same_in_production_opens_an_incident_and_starts_its_clocks(
    owner: Somebody, contact: Somebody, program: Program, house: AgencyFixture, target: Target
) -> None:
    signs(owner)
    fails_in("production", owner, house, target)
    _ours, theirs, found = seen(owner, contact, program)
    (incident,) = found["incidents"]
    assert [row["incident"] for row in found["alerts"]] == [incident["id"]]
    assert {row["metric"] for row in found["clocks"]} >= {"first_response", "resolution"}
    assert [row["down"] for row in found["uptime"]] == [300]
    assert "Down" in theirs.text


@pytest.mark.parametrize("agreed", [True, False])
def test_a_clock_runs_only_where_a_retainer_covers_the_system(agreed: bool, owner: Somebody, program: Program) -> None:
    if agreed:
        signs(owner)
    with at(MORNING):
        page = owner.reads(opens(owner)).text
        assert bool(program.finds("clocks/")) is agreed
        assert ("No retainer covers this system, so no clock runs." in page) is not agreed
        assert ("Not covered by a retainer" in owner.reads(SYSTEM).text) is not agreed
        assert "Answers are wrong" in owner.reads(f"{HOME}incidents/").text
