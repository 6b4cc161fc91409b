"""Where a plan and the response times signed under it contradict each other, looked for in what a client would read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from django.utils.translation import gettext as _

from agreements.models import TierInclusion
from agreements.words import Cadence, InclusionKind

# What a plan may include, and how a line about separate work would call it.
_SAME_THING: dict[str, re.Pattern[str]] = {
    "new-use-case": re.compile(r"\bnew use cases?\b", re.I),
    "retraining": re.compile(r"\bretrain", re.I),
    "integration-update": re.compile(r"\bintegration", re.I),
    "strategy-session": re.compile(r"\bstrateg", re.I),
}
# A line that says "beyond the plan" contradicts nothing.
_BEYOND = re.compile(r"\bbeyond\b|\bmore than\b|\bnot in your plan\b", re.I)
# How often something is said to happen, and the cadences of a plan that would make it so.
_HOW_OFTEN: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (re.compile(r"\bevery week\b|\bweekly\b", re.I), frozenset({Cadence.WEEKLY})),
    (re.compile(r"\bevery month\b|\bmonthly\b", re.I), frozenset({Cadence.WEEKLY, Cadence.MONTHLY})),
    (
        re.compile(r"\bevery quarter\b|\bquarterly\b", re.I),
        frozenset({Cadence.WEEKLY, Cadence.MONTHLY, Cadence.QUARTERLY}),
    ),
)


class Clauses(Protocol):
    """What a policy version says in words."""

    covered: Sequence[str]
    excluded: Sequence[str]
    reporting: str


def contradictions(inclusions: Sequence[TierInclusion], versions: Iterable[Clauses]) -> list[str]:
    """What is included and separate at once, and what the policies say will happen that the plan does not have."""
    said: dict[str, None] = {}
    for version in versions:
        said |= dict.fromkeys([*_included_and_separate(inclusions, version), *_without_plan(inclusions, version)])
    return list(said)


def _included_and_separate(inclusions: Sequence[TierInclusion], version: Clauses) -> Iterable[str]:
    for item in inclusions:
        pattern = _SAME_THING.get(item.code)
        # A rule may say itself that the thing is quoted apart.
        if pattern is None or item.kind == InclusionKind.RIGHT:
            continue
        for line in version.excluded:
            if pattern.search(line) and not _BEYOND.search(line):
                yield _("the plan includes “%(item)s”, and “%(line)s” is separate") % {"item": item.text, "line": line}


def _without_plan(inclusions: Sequence[TierInclusion], version: Clauses) -> Iterable[str]:
    owed = {item.cadence for item in inclusions if item.kind == InclusionKind.DELIVERABLE}
    for line in [*version.covered, version.reporting]:
        if any(pattern.search(line) and not owed & cadences for pattern, cadences in _HOW_OFTEN):
            yield _("nothing in the plan keeps “%(line)s”") % {"line": line}
