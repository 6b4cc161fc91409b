"""F5 Tier price ranges $300-500 / $600-1,200 / $1,200-2,500: templates carry min and max; a price outside asks for a
reason and keeps it."""

from __future__ import annotations

import pytest

from tests.mission.acting import Program, Somebody
from tests.mission.doing import HOME, drafts

RANGES = {
    "monitoring": (30_000, 50_000),
    "quarterly-retraining": (60_000, 120_000),
    "monthly-retraining": (120_000, 250_000),
}
ASKED = "This price is outside the plan's range. Say why; the reason is kept."


def test_the_three_plans_carry_the_least_and_the_most_they_cost(owner: Somebody, program: Program) -> None:
    page = owner.reads(f"{HOME}retainers/plans/").text
    for sums in ("€300.00 – €500.00", "€600.00 – €1,200.00", "€1,200.00 – €2,500.00"):
        assert sums in page
    tiers = {row["slug"]: (row["price_min_minor"], row["price_max_minor"]) for row in program.finds("tiers/")}
    assert {slug: tiers[slug] for slug in RANGES} == RANGES


@pytest.mark.parametrize("price", ["299.99", "500.01"])
def test_a_price_outside_asks_for_a_reason_and_keeps_it(price: str, owner: Somebody) -> None:
    refused = drafts(owner, price_minor=price)
    assert (refused.status, ASKED in refused.text) == (422, True)
    kept = drafts(owner, price_minor=price, price_reason="A pilot of three months.")
    assert kept.status == 200
    assert "Why this price A pilot of three months." in owner.reads(kept.path).text


@pytest.mark.parametrize("price", ["300", "500"])
def test_a_price_inside_asks_for_none(price: str, owner: Somebody) -> None:
    made = drafts(owner, price_minor=price)
    assert (made.status, ASKED in made.text) == (200, False)


def test_a_program_is_asked_too(program: Program) -> None:
    client = next(row for row in program.finds("clients/") if row["name"] == "North Client")
    tier = next(row for row in program.finds("tiers/") if row["slug"] == "quarterly-retraining")
    asked = {"client": client["id"], "tier": tier["id"], "name": "Dear", "price_minor": 120_001, "currency": "EUR"}
    asked |= {"hours_seconds": 36_000, "time_zone": "Europe/Berlin", "starts_on": "2026-01-01"}
    assert program.sends("retainers/", **asked)["status"] == 400
    made = program.sends("retainers/", **asked, price_reason="Two languages.")
    assert program.reads(f"retainers/{made['id']}/")["price_reason"] == "Two languages."
