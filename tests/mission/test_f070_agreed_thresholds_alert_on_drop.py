"""F70 Agreed thresholds, alert on drop: threshold has client agreement date; alert once per breach, then recovery."""

from __future__ import annotations

from tests.cast import AgencyFixture
from tests.mission.acting import Program, Somebody, Target, at
from tests.mission.doing import HOME, MORNING, PORTAL, limits, minutes_pass, signs, watches

RULE = {"metric": "rate", "comparison": "below", "limit": "77 %", "clear_limit": "80 %", "agreed_on": "2026-05-20"}


def agreed(owner: Somebody, house: AgencyFixture, target: Target) -> str:
    """A limit that the client agreed to; returns the address of its check."""
    house.allow(target.host, target.port)
    signs(owner)
    with at(MORNING):
        check = watches(owner, target.url)
        limits(owner, check, **RULE)
    return check


def passes(target: Target, rate: float, since: str, minutes: int) -> None:
    """The system answers this for so many minutes."""
    target.says(rate=rate)
    minutes_pass(since, minutes)


def test_a_limit_carries_the_day_on_which_the_client_agreed(
    owner: Somebody, contact: Somebody, program: Program, house: AgencyFixture, target: Target
) -> None:
    check = agreed(owner, house, target)
    with at("2026-06-01 08:10"):
        assert "agreed on Wed 20 May" in owner.reads(check).text
        (threshold,) = program.finds("thresholds/")
        assert "Rate – bad below 77.0 %" in contact.reads(f"{PORTAL}systems/support-bot/").text
    assert (threshold["agreed_on"], threshold["limit"], threshold["clear_limit"]) == ("2026-05-20", 0.77, 0.8)


def test_a_drop_alerts_once_however_long_it_lasts_and_then_recovers(
    owner: Somebody, program: Program, house: AgencyFixture, target: Target
) -> None:
    agreed(owner, house, target)
    passes(target, 0.87, MORNING, 3)
    assert program.finds("alerts/") == []
    passes(target, 0.71, "2026-06-01 08:03", 12)
    (alert,) = program.finds("alerts/")
    assert alert["state"] == "firing"
    # The first bad answer was that of the minute before three past eight.
    assert "2026-06-01T08:02:00Z" <= alert["began_at"] <= "2026-06-01T08:03:00Z"
    passes(target, 0.87, "2026-06-01 08:15", 2)
    (alert,) = program.finds("alerts/")
    assert (alert["state"], alert["recovered_at"] is not None) == ("recovered", True)
    with at("2026-06-01 08:20"):
        page = owner.reads(f"{HOME}alerts/{alert['number']}/").text
        assert "Why it fired" in page
        assert "How it ended" in page
        timeline = owner.reads(f"{HOME}incidents/1/").text
    assert (timeline.count("Alert fired"), timeline.count("Alert recovered")) == (1, 1)


def test_the_next_drop_is_an_alert_of_its_own(
    owner: Somebody, program: Program, house: AgencyFixture, target: Target
) -> None:
    agreed(owner, house, target)
    for hour in (8, 9):
        passes(target, 0.71, f"2026-06-01 {hour:02d}:00", 5)
        passes(target, 0.87, f"2026-06-01 {hour:02d}:05", 3)
    assert [alert["state"] for alert in program.finds("alerts/")] == ["recovered", "recovered"]
