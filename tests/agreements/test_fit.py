"""F7: five questions suggest a tier and say why."""

from __future__ import annotations

import itertools

import pytest

from agreements.catalogue import TIERS
from agreements.fit import LADDER, questions, suggest_tier
from core.errors import DomainError

STEADY = {
    "changes": "rarely",
    "stability": "steady",
    "value": "convenience",
    "expansion": "none",
    "appetite": "watch",
}


@pytest.mark.parametrize(
    ("answers", "tier"),
    [
        ({}, "monitoring"),
        # Worth alone sells nothing that is not needed.
        ({"value": "revenue", "appetite": "growth"}, "monitoring"),
        ({"changes": "seasonally", "value": "daily_work"}, "quarterly-retraining"),
        ({"stability": "falling", "value": "revenue"}, "monthly-retraining"),
        ({"expansion": "use_cases", "appetite": "growth"}, "monthly-retraining"),
        ({"expansion": "integrations", "appetite": "upkeep"}, "quarterly-retraining"),
        # Need beyond what it is worth to the client goes as far as the worth.
        ({"changes": "monthly", "value": "daily_work"}, "quarterly-retraining"),
        ({"stability": "falling"}, "monitoring"),
    ],
)
def test_the_answers_lead_to_a_tier(answers: dict[str, str], tier: str) -> None:
    assert suggest_tier({**STEADY, **answers}).tier_slug == tier


def test_the_reasons_are_the_answers_that_led_there_and_no_other() -> None:
    found = suggest_tier({**STEADY, "changes": "monthly", "expansion": "integrations", "value": "revenue"})
    assert found.reasons == ("Its data and rules change every month.",)


def test_where_the_tier_is_smaller_than_the_need_both_sides_are_said() -> None:
    reasons = suggest_tier({**STEADY, "stability": "falling", "value": "daily_work"}).reasons
    assert reasons[:2] == ("Its results fall within weeks.", "People's daily work depends on it.")
    assert "more than this plan" in reasons[-1]


def test_every_set_of_answers_leads_to_one_of_the_three_tiers_with_a_reason() -> None:
    asked = questions()
    for chosen in itertools.product(*(question.answers for question in asked)):
        found = suggest_tier({question.code: answer.value for question, answer in zip(asked, chosen, strict=True)})
        assert found.tier_slug in LADDER
        assert found.reasons


def test_more_need_never_leads_to_a_smaller_tier() -> None:
    asked = questions()
    for chosen in itertools.product(range(3), repeat=len(asked)):
        answers = {q.code: q.answers[level].value for q, level in zip(asked, chosen, strict=True)}
        here = LADDER.index(suggest_tier(answers).tier_slug)
        for question, level in zip(asked, chosen, strict=True):
            if level < 2:
                more = {**answers, question.code: question.answers[level + 1].value}
                assert LADDER.index(suggest_tier(more).tier_slug) >= here


def test_the_suggested_tiers_are_in_the_catalogue() -> None:
    assert set(LADDER) == {tier.slug for tier in TIERS if tier.family == "tier"}


@pytest.mark.parametrize("answer", ["", "sometimes", "steady"])
def test_a_question_left_open_is_named(answer: str) -> None:
    with pytest.raises(DomainError) as caught:
        suggest_tier({**STEADY, "changes": answer})
    assert caught.value.field == "changes"
