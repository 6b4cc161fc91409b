"""F2-F6, F11-F13, F15, F16: the seven plans, and that "everything in, plus" cannot disagree with what it builds on."""

from __future__ import annotations

import itertools

import pytest

from agreements import selectors, services
from agreements.catalogue import TIERS
from agreements.models import TierInclusion, TierTemplate
from agreements.words import Cadence, InclusionKind, TierFamily
from core.errors import NotFound
from slas import selectors as slas
from slas import services as sla_services
from tests.agreements.scenario import AgreementScenario
from tests.cast import Cast, random_id

LADDER = ("monitoring", "quarterly-retraining", "monthly-retraining")


def included(desk: AgreementScenario, slug: str) -> dict[str, tuple[str, str]]:
    """Kind and cadence by code."""
    return {row.code: (row.kind, row.cadence) for row in selectors.inclusions_of(desk.tier(slug).id)}


def test_a_new_agency_has_seven_plans_of_three_families_in_order(desk: AgreementScenario) -> None:
    with desk.house.scope():
        families = [tier.family for tier in selectors.tiers()]
    assert families == ["tier"] * 3 + ["plan"] * 3 + ["starter"]


@pytest.mark.parametrize(
    ("slug", "low", "high"),
    [(LADDER[0], 30_000, 50_000), (LADDER[1], 60_000, 120_000), (LADDER[2], 120_000, 250_000)],
)
def test_f5_the_three_tiers_carry_their_price_ranges(desk: AgreementScenario, slug: str, low: int, high: int) -> None:
    tier = desk.tier(slug)
    assert (tier.price_min_minor, tier.price_max_minor) == (low, high)


def test_f2_monitoring_reviews_weekly_reports_monthly_and_only_recommends_a_retrain(desk: AgreementScenario) -> None:
    with desk.house.scope():
        assert included(desk, "monitoring") == {
            "weekly-review": ("deliverable", "weekly"),
            "monthly-report": ("deliverable", "monthly"),
            "threshold-alerts": ("right", "continuous"),
            "retraining": ("right", "continuous"),
        }


def test_f3_the_second_tier_adds_one_retrain_a_quarter_and_what_comes_with_it(desk: AgreementScenario) -> None:
    with desk.house.scope():
        own = included(desk, "quarterly-retraining")
    assert own["retraining"] == ("entitlement", "quarterly")
    assert own["data-incorporation"] == own["retrain-comparison"] == ("deliverable", "quarterly")
    # An allowance, not an obligation: unused it is not needed, never overdue.
    assert own["integration-update"] == ("entitlement", "quarterly")


def test_f4_the_third_tier_adds_monthly_retrains_a_use_case_priority_and_a_strategy_session(
    desk: AgreementScenario,
) -> None:
    with desk.house.scope():
        own = included(desk, "monthly-retraining")
    assert own["retraining"] == ("entitlement", "monthly")
    assert own["new-use-case"] == own["strategy-session"] == ("entitlement", "quarterly")
    assert own["priority-response"] == ("right", "continuous")
    # What accompanies a retrain comes as often as the retrain.
    assert own["data-incorporation"] == own["retrain-comparison"] == ("deliverable", "monthly")


def test_f6_a_higher_tier_has_everything_of_the_lower_one_in_the_same_order(desk: AgreementScenario) -> None:
    with desk.house.scope():
        for lower, higher in itertools.pairwise(LADDER):
            below, above = list(included(desk, lower)), list(included(desk, higher))
            assert above[: len(below)] == below


def test_f6_a_higher_tier_says_retraining_once_and_never_both_included_and_not(desk: AgreementScenario) -> None:
    """ "Recommended only" of the first tier must not be inherited beside a retrain that is included."""
    with desk.house.scope():
        for slug, text in (("quarterly-retraining", "a quarter"), ("monthly-retraining", "a month")):
            said = [row.text for row in selectors.inclusions_of(desk.tier(slug).id) if "retrain" in row.text.lower()]
            assert [line for line in said if "recommended" in line] == []
            assert [line for line in said if "full retrain" in line] == [f"One full retrain {text}"]


def test_f6_what_is_added_to_a_tier_is_in_every_tier_that_builds_on_it(desk: AgreementScenario) -> None:
    """The plans are compared and scheduled from the same rows, so there is no copy to forget."""
    with desk.house.scope():
        TierInclusion.objects.create(
            tier=desk.tier("monitoring"), code="extra", kind="right", cadence="continuous", text="Extra", position=9
        )
        assert all("extra" in included(desk, slug) for slug in LADDER)
        TierInclusion.objects.filter(code="weekly-review").delete()
        assert not any("weekly-review" in included(desk, slug) for slug in LADDER)


def test_f6_a_chain_of_plans_that_bites_its_tail_still_ends(desk: AgreementScenario) -> None:
    with desk.house.scope():
        TierTemplate.objects.filter(slug="monitoring").update(extends=desk.tier("monthly-retraining"))
        assert "weekly-review" in included(desk, "monthly-retraining")


@pytest.mark.parametrize(
    ("slug", "policy", "owed"),
    [
        (
            "low-criticality",
            "essential",
            {
                "model-refresh": ("deliverable", "quarterly"),
                "quarterly-update": ("deliverable", "quarterly"),
                "health-check": ("deliverable", "monthly"),
                "basic-monitoring": ("right", "continuous"),
                "response-24h": ("right", "continuous"),
            },
        ),
        (
            "medium-criticality",
            "standard",
            {
                "monthly-optimisation": ("deliverable", "monthly"),
                "stronger-monitoring": ("right", "continuous"),
                "incident-sla": ("right", "continuous"),
            },
        ),
        (
            "high-criticality",
            "priority",
            {
                "weekly-optimisation": ("deliverable", "weekly"),
                "round-the-clock": ("right", "continuous"),
                "rapid-response": ("right", "continuous"),
                "dedicated-owner": ("right", "continuous"),
            },
        ),
        (
            "minimal-starter",
            "essential",
            {
                "quarterly-optimisation": ("deliverable", "quarterly"),
                "core-monitoring": ("right", "continuous"),
                "essential-sla": ("right", "continuous"),
            },
        ),
    ],
)
def test_f11_f12_f13_f15_a_criticality_plan_holds_what_it_promises(
    desk: AgreementScenario, slug: str, policy: str, owed: dict[str, tuple[str, str]]
) -> None:
    with desk.house.scope():
        assert owed.items() <= included(desk, slug).items()
    assert desk.tier(slug).policy_slug == policy


def test_f11_a_day_is_what_the_essential_policy_promises_where_the_low_plan_says_so(desk: AgreementScenario) -> None:
    """The plan's words and the policy it proposes cannot differ."""
    with desk.house.scope():
        targets = slas.targets_of(desk.policies["essential"]).filter(metric="first_response", severity="critical")
        assert [target.seconds for target in targets] == [24 * 3600]


def test_f16_the_plans_of_three_criticalities_differ_in_reports_optimisation_and_policy(
    desk: AgreementScenario,
) -> None:
    plans = ("low-criticality", "medium-criticality", "high-criticality")
    with desk.house.scope():
        reports = [
            {cadence for code, (_kind, cadence) in included(desk, slug).items() if "report" in code or "update" in code}
            for slug in plans
        ]
    assert reports == [{"quarterly"}, {"monthly"}, {"weekly"}]
    assert len({desk.tier(slug).policy_slug for slug in plans}) == 3
    hours = [desk.tier(slug).hours_minutes for slug in plans]
    assert hours == sorted(set(hours))


def test_weekly_reviews_belong_to_the_three_tiers_alone(desk: AgreementScenario) -> None:
    with desk.house.scope():
        assert {slug for slug in desk.tiers if "weekly-review" in included(desk, slug)} == set(LADDER)


def test_every_plan_proposes_a_policy_that_a_new_agency_has(desk: AgreementScenario) -> None:
    assert {tier.policy for tier in TIERS} <= set(desk.policies)


def test_the_catalogue_uses_only_the_words_of_the_database() -> None:
    assert {tier.family for tier in TIERS} <= set(TierFamily.values)
    items = [item for tier in TIERS for item in tier.inclusions]
    assert {item.kind for item in items} <= set(InclusionKind.values)
    assert {item.cadence for item in items} <= set(Cadence.values)


def test_installing_twice_changes_nothing_and_what_was_edited_stays(desk: AgreementScenario) -> None:
    with desk.house.scope():
        TierTemplate.objects.filter(slug="monitoring").update(price_max_minor=99_000)
        services.install_catalogue()
        assert selectors.tiers().count() == 7
        assert selectors.tier(desk.tier().id).price_max_minor == 99_000


def test_each_agency_has_a_catalogue_of_its_own(cast: Cast, desk: AgreementScenario) -> None:
    """X03: another agency's plan is not there."""
    with cast.south.scope():
        assert not selectors.tiers().exists()
        sla_services.install_catalogue()
        services.install_catalogue()
        assert selectors.tiers().count() == 7
        for look in (selectors.tier, selectors.inclusions_of):
            for tier_id in (desk.tier().id, random_id()):
                with pytest.raises(NotFound):
                    look(tier_id)
