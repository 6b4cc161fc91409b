"""Which sentences promise something, and the rules that hold each of them against the rows.

A rule is a pattern of whole sentences and a function that says what is wrong, or nothing. A sentence that promises
something and that no rule knows is a fault of its own: add the row that obliges it and a rule, or reword it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from tests.portal.demo import Said
from tests.portal.terms import Terms

# What may be a commitment. Rather too much than too little: what is none needs a rule that says what it is.
PROMISES = re.compile(
    r"\b(will|shall|within|every|each|until|always|never|immediately|automatically|hourly|daily|nightly|weekly|monthly"
    r"|quarterly|yearly|guarante\w+|promise\w*|includ\w+|reachable|24/7|24x7|around the clock|once|retrain\w*|review\w*"
    r"|report\w*|sessions?|optimi\w+|priority|alerts?|due|at least|at most|no later|as soon as|at once|by noon|tonight"
    r"|tomorrow|by themselves|by itself|next (news|update)|support (hours|time)"
    r"|(a|per) (day|week|month|quarter|year))\b"
    r"|\b(we|our clocks)\b|\bfor \d+ days\b|\bby \d|\d ?%|\b\d+ ?(min|minutes?|h|hours?|days?|weeks?|months?)\b"
    r"|\bbad (above|below)\b",
    re.IGNORECASE,
)
# Something that comes again and again, said as if it came by itself. Nothing schedules that.
BY_ITSELF = re.compile(
    r"^(we|you|your|our)\b.*\b(every|each (time|day|week|month|quarter)|hourly|daily|weekly|monthly|quarterly"
    r"|a (day|week|month|quarter))\b",
    re.IGNORECASE,
)
NO_ROW = "No row obliges it. Reword it, or add the row and a rule to tests/portal/rules.py."

Rule = Callable[["re.Match[str]", Said, Terms], str | None]
RULES: list[tuple[re.Pattern[str], Rule]] = []


@dataclass(frozen=True, slots=True)
class Fault:
    """A promise that does not hold: where it stands, what it says, what is wrong with it."""

    path: str
    text: str
    advice: str

    def __str__(self) -> str:
        return f"{self.path}: “{self.text}”: {self.advice}"


def rule(pattern: str) -> Callable[[Rule], Rule]:
    """Registers what holds sentences of this form. It answers "" where one holds, what is wrong where it does not, and
    None where it is not about this sentence."""

    def register(check: Rule) -> Rule:
        RULES.append((re.compile(pattern), check))
        return check

    return register


def promises(said: Said) -> bool:
    """Whether it may commit somebody. A question does not; the hours of support always do."""
    return said.row == "Support hours" or bool(PROMISES.search(said.text) and not said.text.endswith("?"))


def judge(said: Said, terms: Terms) -> Fault | None:
    """None where a rule knows it and its rows say the same."""
    answers = [
        answer
        for pattern, check in RULES
        if (match := pattern.fullmatch(said.text)) and (answer := check(match, said, terms)) is not None
    ]
    if "" in answers:
        return None
    return Fault(said.path, said.text, answers[0] if answers else NO_ROW)


def faults(everything: Iterable[Said], terms_of: Callable[..., Terms]) -> list[Fault]:
    """Every promise that does not hold, once."""
    known = cache(terms_of)
    found = [judge(said, known(said.place)) for said in everything if promises(said)]
    return list(dict.fromkeys(fault for fault in found if fault))
