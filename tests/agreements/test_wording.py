"""The plan and the response times that a client reads on one page say the same."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from agreements import selectors
from agreements.lint import contradictions
from agreements.models import TierInclusion
from slas import selectors as slas
from tests.agreements.scenario import AgreementScenario

USE_CASE = TierInclusion(
    code="new-use-case", kind="entitlement", cadence="quarterly", text="One new use case a quarter"
)
REVIEW = TierInclusion(code="weekly-review", kind="deliverable", cadence="weekly", text="Weekly review")
REPORT = TierInclusion(code="monthly-report", kind="deliverable", cadence="monthly", text="Monthly report")
APART = TierInclusion(code="retraining", kind="right", cadence="continuous", text="Retraining is quoted apart")


def policy(excluded: str = "", covered: str = "", reporting: str = "") -> Any:
    return SimpleNamespace(excluded=[excluded], covered=[covered], reporting=reporting)


def test_what_is_included_and_separate_is_found() -> None:
    assert contradictions([USE_CASE], [policy("New features and new use cases.")]) == [
        "the plan includes “One new use case a quarter”, and “New features and new use cases.” is separate"
    ]


@pytest.mark.parametrize(
    ("inclusions", "terms"),
    [
        ([USE_CASE], policy("New use cases beyond those of your plan.")),
        ([USE_CASE], policy("A major redesign.")),
        ([APART], policy("Retraining.")),
        ([REVIEW], policy(reporting="We look every week and report every month.")),
        ([REPORT], policy(reporting="We report every month.")),
    ],
)
def test_what_agrees_is_left(inclusions: list[TierInclusion], terms: Any) -> None:
    assert contradictions(inclusions, [terms]) == []


@pytest.mark.parametrize(
    ("inclusions", "line"),
    [
        ([REPORT], "We look at it every week."),
        ([], "We report every month."),
        ([USE_CASE], "Monthly optimisation."),
    ],
)
def test_what_the_plan_does_not_have_is_found(inclusions: list[TierInclusion], line: str) -> None:
    assert contradictions(inclusions, [policy(reporting=line)]) == [f"nothing in the plan keeps “{line}”"]


def test_the_same_contradiction_is_said_once_for_all_systems() -> None:
    terms = policy("New use cases.")
    assert len(contradictions([USE_CASE], [terms, terms])) == 1


def test_no_plan_of_the_catalogue_contradicts_any_policy_of_it(desk: AgreementScenario) -> None:
    with desk.house.scope():
        for tier in desk.tiers.values():
            versions = [slas.policy_version(one) for one in desk.policies.values()]
            assert contradictions(selectors.inclusions_of(tier.id), versions) == [], tier.slug


def test_the_checklist_says_it(desk: AgreementScenario) -> None:
    with desk.house.scope():
        made = desk.draft()
        desk.cover(made)
        rows = {row.code: row for row in selectors.activation_checklist(made.id)}
    assert (rows["wording"].done, rows["wording"].blocks) == (True, False)
