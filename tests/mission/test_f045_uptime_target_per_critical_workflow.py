"""F45 Uptime target per critical workflow, e.g. 99.9%: computed over the agreed window with stated maintenance rule;
monthly figure reproducible."""

from __future__ import annotations

from typing import Any

from tests.cast import AgencyFixture
from tests.mission.acting import Program, Somebody, Target, after, at, count, poll
from tests.mission.doing import HOME, PORTAL, SYSTEM, signs, system_of, watches

BEGIN = "2026-06-01 00:00"
JUNE = {"from": "2026-05-31T22:00:00Z", "to": "2026-06-30T22:00:00Z"}
# Forty questions, one every ten minutes: one fails by itself, and three within the planned maintenance.
FAILED, PLANNED = (10,), (21, 22, 23)


def a_month(owner: Somebody, house: AgencyFixture, target: Target) -> None:
    """Signed at 99.9 per cent without planned maintenance, and watched for a while in June."""
    house.allow(target.host, target.port)
    signs(owner)
    with at("2026-05-31 12:00"):
        plan = f"{HOME}maintenance/north-client/support-bot/"
        owner.fills(plan, title="New model", starts_at="2026-06-01T03:15", ends_at="2026-06-01T04:05")
    with at(BEGIN):
        watches(owner, target.url, interval="10 min")
    for turn in range(40):
        target.fails() if turn in FAILED + PLANNED else target.says(rate=0.9)
        with at(after(BEGIN, minutes=10 * turn)):
            poll()
    with at("2026-06-01 06:40"):
        count()


def asked(program: Program) -> Any:
    """What the API says of June."""
    return program.reads(f"uptime/{system_of(program)}/", **JUNE)


def test_the_month_is_held_against_the_target_by_the_rule_that_is_stated(
    owner: Somebody, contact: Somebody, program: Program, house: AgencyFixture, target: Target
) -> None:
    a_month(owner, house, target)
    with at("2026-07-02 08:00"):
        share = asked(program)["share"]
        for page in (owner.reads(SYSTEM).text, contact.reads(f"{PORTAL}systems/support-bot/").text):
            assert "Uptime of the time measured, without planned maintenance" in page
            assert f"June 2026 {share} % 99.9 % promised · missed" in page
            assert f"Quality {share} % Down 10 min Maintenance 50 min" in page
        assert "Uptime 99.9 % of a month · without planned maintenance" in contact.reads(f"{PORTAL}agreement/").text


def test_the_same_month_is_the_same_figure_whenever_it_is_asked_for(
    owner: Somebody, program: Program, house: AgencyFixture, target: Target
) -> None:
    a_month(owner, house, target)
    answers = []
    for moment in ("2026-07-02 08:00", "2026-09-20 23:59"):
        with at(moment):
            answers.append(asked(program))
    assert answers[0] == answers[1]
    (check,) = answers[0]["checks"]
    up, down = check["up"], check["down"]
    assert up + down + check["maintenance"] + check["unmeasured"] == check["seconds"]
    assert (down, check["maintenance"], answers[0]["target"]) == (600, 3000, 99.9)
    # Rounded down to a thousandth; by the other rule the three failures within the maintenance would count as well.
    assert answers[0]["share"] == up * 100_000 // (up + down) / 1000
    assert answers[0]["share_with_maintenance"] == up * 100_000 // (up + down + 1800) / 1000
