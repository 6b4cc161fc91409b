"""The evidence behind an alert, as people read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.models import Alert, Check
from monitoring.values import value_text


class Evidence(TypedDict, total=False):
    """What an alert keeps of how it began or ended."""

    # Why it ended where nobody looks any more; then it says nothing else.
    reason: str
    slot: str
    bad_in_a_row: int
    good_in_a_row: int
    unknown_in_a_row: int
    rule: str
    # The class of a failure.
    problem: str
    metric: str
    value: float | None
    limit: float
    clear_limit: float
    comparison: str
    # Slot and value, oldest first.
    samples: Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """What was seen and the rule that made something of it. ``samples`` are (slot, value as text), oldest first."""

    sentence: str
    rule: str
    samples: list[tuple[datetime, str]]


def evidence_of(alert: Alert, check: Check) -> list[tuple[str, EvidenceView]]:
    """How an alert began, and how it ended where it has: ("fired" or "recovered", what was seen)."""
    units = {item["name"]: item.get("unit", "") for item in check.metrics}
    return [
        (step, _view(step, alert.evidence[step], units)) for step in ("fired", "recovered") if step in alert.evidence
    ]


def _view(step: str, facts: Evidence, units: dict[str, str]) -> EvidenceView:
    unit = units.get(facts.get("metric", ""), "s" if facts.get("metric") == "latency" else "")
    samples = [(datetime.fromisoformat(at), value_text(value, unit)) for at, value in facts.get("samples", [])]
    return EvidenceView(sentence=_sentence(step, facts), rule=_rule(facts, unit), samples=samples)


def _sentence(step: str, facts: Evidence) -> str:
    if "reason" in facts:
        return str(_("It ended because %(reason)s.") % {"reason": facts["reason"]})
    if "unknown_in_a_row" in facts:
        count = facts["unknown_in_a_row"] if step == "fired" else 0
        return _without(count) if count else str(_("A value came again."))
    if step == "fired":
        count = facts["bad_in_a_row"]
        return ngettext("%(count)s bad result.", "%(count)s bad results in a row.", count) % {"count": count}
    count = facts["good_in_a_row"]
    return ngettext("%(count)s good result.", "%(count)s good results in a row.", count) % {"count": count}


def _without(count: int) -> str:
    words = ngettext("%(count)s result without a value.", "%(count)s results in a row without a value.", count)
    return words % {"count": count}


def _rule(facts: Evidence, unit: str) -> str:
    if "limit" not in facts:
        return str(facts.get("rule", ""))
    words = _("bad above %(limit)s, good again below %(clear)s")
    if facts["comparison"] == "below":
        words = _("bad below %(limit)s, good again above %(clear)s")
    return str(words % {"limit": value_text(facts["limit"], unit), "clear": value_text(facts["clear_limit"], unit)})
