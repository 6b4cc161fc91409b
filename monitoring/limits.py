"""Limits as people type and read them: in the unit of the value, beside how it stands now, with what would follow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core.format import duration_in_words
from monitoring.models import Check, Threshold
from monitoring.polling.evaluate import judge_value
from monitoring.values import metric_label, value_text

RATIO, SECONDS = "ratio", "s"
_NUMBER = re.compile(r"\s*([+\-\u2212]?)\s*(\d{1,15}(?:[.,]\d{1,9})?)\s*(\S*)\s*")
# What a unit may be typed as, and by how much the number is multiplied then.
_KNOWN: dict[str, dict[str, Decimal]] = {
    RATIO: {"": Decimal("0.01"), "%": Decimal("0.01")},
    SECONDS: {"": Decimal(1), "s": Decimal(1), "ms": Decimal("0.001"), "min": Decimal(60)},
    "ms": {"": Decimal(1), "ms": Decimal(1), "s": Decimal(1000)},
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What a limit would do now; ``fires`` is None where there is no value to tell by."""

    sentence: str
    fires: bool | None


def unit_of(check: Check, metric: str) -> str:
    """The unit in which a check's value comes; empty for plain figures."""
    units = {str(item["name"]): str(item.get("unit", "")) for item in check.metrics}
    return units.get(metric, SECONDS if metric == "latency" else "")


def shown_unit(unit: str) -> str:
    """The unit in which people read and type it: a ratio is read in per cent."""
    return "%" if unit == RATIO else unit


def parse_value(text: str, unit: str) -> float:
    """The number that was typed in the unit in which the value is shown: "77 %" of a ratio is 0.77. Raises ValueError,
    also for another unit."""
    found = _NUMBER.fullmatch(text)
    factors = _KNOWN.get(unit, {"": Decimal(1), unit: Decimal(1)})
    if not found or found[3] not in factors:
        raise ValueError(text)
    number = Decimal(found[2].replace(",", ".")) * factors[found[3]]
    return float(-number if found[1] in ("-", "\u2212") else number)


def typed_value(value: float, unit: str) -> str:
    """A stored number as somebody would type it."""
    number = Decimal(repr(value)) * (100 if unit == RATIO else 1)
    text = f"{number.normalize():f}"
    return f"{text} {shown_unit(unit)}".strip()


def now_text(check: Check, metric: str) -> str:
    """A value by name with how it stands now: "Resolution rate, now 87.2 %"."""
    value = check.last_values.get(metric)
    if value is None:
        return _("%(label)s, no value yet") % {"label": metric_label(metric)}
    words = {"label": metric_label(metric), "value": value_text(value, unit_of(check, metric))}
    return str(_("%(label)s, now %(value)s") % words)


def rule_text(comparison: str, limit: float, unit: str) -> str:
    """When a value is bad: "bad below 77.0 %"."""
    words = _("bad above %(limit)s") if comparison == "above" else _("bad below %(limit)s")
    return words % {"limit": value_text(limit, unit)}


def effect_of(
    check: Check, *, metric: str, comparison: str, limit: float | None, bad_count: int | None = None
) -> Effect | None:
    """What the limit that is asked for would do now; None while it is not said in full."""
    if not metric or not comparison or limit is None:
        return None
    unit, value = unit_of(check, metric), check.last_values.get(metric)
    rule = rule_text(comparison, limit, unit)
    if value is None or check.last_finished_at is None:
        return Effect(
            _("%(rule)s. No value has come yet, so nobody can say whether it would fire.") % {"rule": rule}, None
        )
    at = date_format(localtime(check.last_finished_at), "j M, H:i")
    verdict = judge_value(value, comparison=comparison, limit=limit, clear_limit=limit, fired=False)
    words = {"value": value_text(value, unit), "at": at, "rule": rule}
    if verdict == "good":
        return Effect(_("%(value)s on %(at)s, %(rule)s: it would not fire now.") % words, False)
    count = bad_count or 1
    words["wait"] = duration_in_words(count * check.interval_seconds)
    return Effect(_("%(value)s on %(at)s, %(rule)s: it would fire, and call people within %(wait)s.") % words, True)


@dataclass(frozen=True, slots=True)
class LimitView:
    """An agreed limit as a list shows it: of what, when it is bad, when it clears, how it stands now."""

    row: Threshold
    label: str
    rule: str
    clears: str
    now: str


def limit_view(check: Check, row: Threshold) -> LimitView:
    """One limit in the unit of its value."""
    unit, value = unit_of(check, row.metric), check.last_values.get(row.metric)
    return LimitView(
        row=row,
        label=metric_label(row.metric),
        rule=rule_text(row.comparison, row.limit, unit),
        clears=value_text(row.clear_limit, unit),
        now="" if value is None else value_text(value, unit),
    )
