"""Which of the three tiers fits a system, and why: five questions, one suggestion. Pure, and never a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.errors import DomainError

# The tiers by slug, from the one that does least to the one that does most.
LADDER = ("monitoring", "quarterly-retraining", "monthly-retraining")
# What the system needs, and what it is worth to the client: a tier follows the need as far as the worth carries it.
NEED = ("changes", "stability", "expansion")
WORTH = ("value", "appetite")


@dataclass(frozen=True, slots=True)
class Answer:
    """One possible answer; ``reason`` is the sentence it adds to a suggestion that it led to."""

    value: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question with three answers, which stand for the three tiers in their order."""

    code: str
    text: str
    answers: tuple[Answer, Answer, Answer]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The slug of a tier of the catalogue, and the sentences that say why."""

    tier_slug: str
    reasons: tuple[str, ...]


def questions() -> tuple[Question, ...]:
    """The five questions in the reader's language."""
    return (
        Question(
            "changes",
            _("How often do its data and rules change?"),
            (
                Answer("rarely", _("Rarely"), _("Its data and rules rarely change.")),
                Answer("seasonally", _("A few times a year"), _("Its data and rules change with the season.")),
                Answer("monthly", _("Every month or more often"), _("Its data and rules change every month.")),
            ),
        ),
        Question(
            "stability",
            _("How steady are its results since launch?"),
            (
                Answer("steady", _("Steady"), _("Its results are steady.")),
                Answer("drifting", _("They slip slowly"), _("Its results slip slowly.")),
                Answer("falling", _("They fall within weeks"), _("Its results fall within weeks.")),
            ),
        ),
        Question(
            "value",
            _("What depends on it?"),
            (
                Answer("convenience", _("Some convenience"), _("Little depends on it.")),
                Answer("daily_work", _("People's daily work"), _("People's daily work depends on it.")),
                Answer("revenue", _("Revenue or customers"), _("Revenue or customers depend on it.")),
            ),
        ),
        Question(
            "expansion",
            _("What is planned for it?"),
            (
                Answer("none", _("Nothing new"), _("Nothing new is planned.")),
                Answer("integrations", _("What it is connected to will change"), _("Its integrations will change.")),
                Answer("use_cases", _("New use cases"), _("New use cases are planned.")),
            ),
        ),
        Question(
            "appetite",
            _("How much does the client want to put into it?"),
            (
                Answer("watch", _("Watch first, decide later"), _("The client wants to watch first.")),
                Answer("upkeep", _("Regular upkeep"), _("The client wants regular upkeep.")),
                Answer("growth", _("Constant improvement"), _("The client wants constant improvement.")),
            ),
        ),
    )


def suggest_tier(answers: Mapping[str, str]) -> Suggestion:
    """The tier that fits, from the value of one answer by question code. DomainError names a question left open."""
    levels, reasons = _levels(answers)
    need = max(levels[code] for code in NEED)
    worth = max(levels[code] for code in WORTH)
    if need > worth:
        # Both sides of the bargain are named, so that nobody is surprised when the tier turns out too small.
        said = [reasons[code] for code in (*NEED, *WORTH) if levels[code] == (need if code in NEED else worth)]
        said.append(_("It would need more than this plan does: agree on what to do when the results fall."))
        return Suggestion(LADDER[worth], tuple(said))
    return Suggestion(LADDER[need], tuple(reasons[code] for code in NEED if levels[code] == need))


def _levels(answers: Mapping[str, str]) -> tuple[dict[str, int], dict[str, str]]:
    levels: dict[str, int] = {}
    reasons: dict[str, str] = {}
    for question in questions():
        for level, answer in enumerate(question.answers):
            if answers.get(question.code) == answer.value:
                levels[question.code], reasons[question.code] = level, answer.reason
        if question.code not in levels:
            raise DomainError(_("Choose one of the answers."), field=question.code)
    return levels, reasons
