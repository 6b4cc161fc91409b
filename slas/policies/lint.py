"""The six mistakes that lead to disputes about an agreement, looked for in what a policy version says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from slas.policies.models import PolicyVersion, Target
from slas.words import Metric, Severity

# A definition shorter than this leaves it to the reader when it applies.
SHORTEST_DEFINITION = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: a key for programs, what is missing, and what to do about it."""

    key: str
    title: str
    advice: str


def lint(version: PolicyVersion, targets: Sequence[Target]) -> list[Finding]:
    """What the version leaves open, the worst first; nothing where it leaves nothing open."""
    found = (
        _only_availability(version, targets),
        _no_split(version),
        _vague_severities(version, targets),
        _guaranteed_resolution(targets),
        _no_duties(version),
        _no_reporting(version),
    )
    return [finding for finding in found if finding]


def _only_availability(version: PolicyVersion, targets: Sequence[Target]) -> Finding | None:
    answered = {target.severity for target in targets if target.metric == Metric.FIRST_RESPONSE}
    missing = [str(Severity(one).label) for one in (Severity.CRITICAL, Severity.HIGH) if one not in answered]
    if not missing:
        return None
    words = {"severities": ", ".join(missing)}
    return Finding(
        "general_availability_only",
        _("Nobody promises to answer: %(severities)s") % words,
        _("Availability alone says nothing about when somebody begins. Promise a first response."),
    )


def _no_split(version: PolicyVersion) -> Finding | None:
    if version.covered and version.excluded:
        return None
    return Finding(
        "no_support_enhancement_split",
        _("What is included and what is separate is not told apart"),
        _("Write both lists, so that a wish is not taken for a fault."),
    )


def _vague_severities(version: PolicyVersion, targets: Sequence[Target]) -> Finding | None:
    own = version.severity_definitions
    used = [one for one in Severity.values if any(target.severity == one for target in targets)]
    texts = [own.get(one, "") for one in used]
    vague = [
        one for one, text in zip(used, texts, strict=True) if len(text) < SHORTEST_DEFINITION or texts.count(text) > 1
    ]
    if not vague:
        return None
    return Finding(
        "vague_severity",
        _("It is not said what these mean: %(severities)s")
        % {"severities": ", ".join(str(Severity(one).label) for one in vague)},
        _("Say in plain words who is affected how badly, for each severity another thing."),
    )


def _guaranteed_resolution(targets: Sequence[Target]) -> Finding | None:
    if not any(target.metric == Metric.RESOLUTION and target.is_guarantee for target in targets):
        return None
    return Finding(
        "implied_resolution_guarantee",
        _("A resolution is guaranteed"),
        _("How long a repair takes depends on its cause and on others. Promise the response, aim at the resolution."),
    )


def _no_duties(version: PolicyVersion) -> Finding | None:
    if version.client_duties:
        return None
    return Finding(
        "no_client_duties",
        _("The client has no duties"),
        _("Write down who answers, who gives access, and which systems they keep running."),
    )


def _no_reporting(version: PolicyVersion) -> Finding | None:
    if version.reporting.strip():
        return None
    return Finding(
        "undefined_reporting",
        _("It is not said what is watched and reported"),
        _("Name the values, how often somebody looks at them, and which report comes when."),
    )
