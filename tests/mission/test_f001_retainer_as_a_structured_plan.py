"""F1 Retainer as a structured plan: create a retainer for a client, attach AI systems, dates, currency, time zone,
tier, SLA, hours; it shows as active to staff and on the portal."""

from __future__ import annotations

from tests.mission.acting import Program, Somebody, at
from tests.mission.doing import HOME, PORTAL, covers, drafts, owns

TERMS = {
    "name": "Care for the shop",
    "plan": "Monitoring + quarterly retraining",
    "price_minor": "900",
    "currency": "CHF",
    "price_reason": "Billed in francs.",
    "hours_minutes": "12h 30m",
    "time_zone": "Europe/Zurich",
    "starts_on": "2026-01-01",
    "ends_on": "2027-01-01",
}
ON_A_PAGE = ("Care for the shop", "Monitoring + quarterly retraining", "CHF 900.00", "12 h 30 min", "Europe/Zurich")


def test_staff_and_client_see_a_retainer_with_all_its_terms_become_active(owner: Somebody, contact: Somebody) -> None:
    with at("2026-01-01 08:00"):
        owns(owner)
        retainer = drafts(owner, **TERMS).path
        draft = covers(owner, retainer, "Priority").text
        assert all(term in draft for term in ON_A_PAGE), draft
        assert "Care for the shop Draft" in draft
        assert "Care for the shop" not in contact.reads(f"{PORTAL}agreement/").text
        active = owner.presses(retainer, "activate").text
        assert "Care for the shop Active" in active
        assert "Support bot Priority v1" in active
        assert "From Thu 1 Jan Until Fri 1 Jan 2027" in active
        assert "Care for the shop North Client Active" in owner.reads(f"{HOME}retainers/").text
        agreement = contact.reads(f"{PORTAL}agreement/").text
    assert "Care for the shop · Monitoring + quarterly retraining Active" in agreement
    assert "Support bot Support hours" in agreement
    assert "12 h 30 min of work a month" in agreement


def test_a_program_makes_the_same(program: Program, owner: Somebody) -> None:
    with at("2026-01-01 08:00"):
        owns(owner)
        client = next(row for row in program.finds("clients/") if row["name"] == "North Client")
        system = program.finds("systems/", client=client["id"])[0]
        tier = next(row for row in program.finds("tiers/") if row["slug"] == "monitoring")
        policy = next(row for row in program.finds("policies/") if row["slug"] == "priority")
        terms = {"currency": "EUR", "time_zone": "Europe/Zurich", "starts_on": "2026-01-01", "hours_seconds": 45_000}
        made = program.sends(
            "retainers/", client=client["id"], tier=tier["id"], name="By program", price_minor=40_000, **terms
        )
        version = program.finds(f"policies/{policy['id']}/versions/")[0]["id"]
        program.sends(f"retainers/{made['id']}/systems/", system=system["id"], policy_version=version)
        active = program.sends(f"retainers/{made['id']}/activate/")
    assert {name: active[name] for name in terms} == terms
    assert (active["state"], active["tier"], active["price_minor"]) == ("active", tier["id"], 40_000)
    assert active["systems"] == [{"system": system["id"], "policy_version": version}]
