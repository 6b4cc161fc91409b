"""F107 Recovery: recovery verified by a check, not by a click alone."""

from __future__ import annotations

import pytest

from tests.cast import House
from tests.mission.acting import Somebody, Target, at, work
from tests.mission.doing import HOME, MORNING, PORTAL, limits, minutes_pass, opens, signs, watches

INCIDENT = f"{HOME}incidents/1/"
REFUSED = "Not solved yet: Rate: 71.0 % on "


def watch(owner: Somebody, house: House, target: Target) -> None:
    """The system is under contract, and asked every minute for a value with an agreed limit."""
    house.allow(target.host, target.port)
    signs(owner)
    with at(MORNING):
        limits(owner, watches(owner, target.url), "rate", "below", "77 %", clear_limit="80 %")


@pytest.fixture
def ill(owner: Somebody, house: House, target: Target) -> Target:
    """A system whose agreed value is bad since eight, with its incident open and shown to the client."""
    watch(owner, house, target)
    target.says(rate=0.71)
    minutes_pass(MORNING, 4)
    with at("2026-06-01 08:04"):
        owner.presses(INCIDENT, "/steps/confirm/")
        owner.presses(INCIDENT, "/steps/acknowledge/")
    return target


@pytest.mark.parametrize(
    ("who", "way"), [("engineer", "ask an owner or account manager"), ("owner", "say why it is solved all the same")]
)
def test_a_click_does_not_solve_what_is_measured_as_bad(
    who: str, way: str, engineer: Somebody, owner: Somebody, ill: Target
) -> None:
    reader = engineer if who == "engineer" else owner
    with at("2026-06-01 08:05"):
        refused = reader.fills(INCIDENT, "/steps/resolve/", body="Mended.")
        assert refused.status == 422
        assert REFUSED in refused.text
        assert f"(agreed: at least 77.0 %). Wait for a good answer, or {way}." in refused.text
        assert reader.reads(INCIDENT).offers("/steps/resolve/")


def test_once_the_check_is_good_again_it_is_solved_with_what_was_measured(
    engineer: Somebody, contact: Somebody, ill: Target
) -> None:
    ill.says(rate=0.88)
    minutes_pass("2026-06-01 08:05", 3)
    with at("2026-06-01 08:09"):
        assert "Alert recovered" in engineer.reads(INCIDENT).text
        solved = engineer.fills(INCIDENT, "/steps/resolve/", body="Rolled the prompt back.")
        assert solved.status == 200
        work()
        told = contact.reads(f"{PORTAL}incidents/1/").text
    assert "Rolled the prompt back. Rate: 88.0 %" in told
    assert "(agreed: at least 77.0 %)" in told


def test_who_says_it_is_solved_against_the_check_gives_a_reason_that_stays(owner: Somebody, ill: Target) -> None:
    reason = "The figure counts tests of ours."
    with at("2026-06-01 08:05"):
        page = owner.fills(INCIDENT, "/steps/resolve/", body="Mended.", override_reason=reason)
        assert page.status == 200
        assert f"Solved against what was measured: {reason}" in owner.reads(INCIDENT).text


def test_what_somebody_reported_before_the_check_noticed_is_held_by_the_check_too(
    owner: Somebody, house: House, target: Target
) -> None:
    watch(owner, house, target)
    target.says(rate=0.71)
    with at(MORNING):
        opens(owner, severity="high")
    minutes_pass(MORNING, 4)
    with at("2026-06-01 08:04"):
        assert REFUSED in owner.fills(INCIDENT, "/steps/resolve/", body="Mended.").text
    target.says(rate=0.9)
    minutes_pass("2026-06-01 08:04", 3)
    with at("2026-06-01 08:08"):
        assert "Rate: 90.0 % on" in owner.fills(INCIDENT, "/steps/resolve/", body="Mended.").text
