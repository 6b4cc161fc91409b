"""How measured values, limits and metrics are written for people."""

from __future__ import annotations

from django.utils.translation import gettext as _

from monitoring.models import Threshold

# Worst first: the state of a system is the worst of what is measured on its production.


def metric_label(name: str) -> str:
    """A metric's name as people read it."""
    if name == "latency":
        return _("Answer time")
    return name.removesuffix("_ms").replace("_", " ").capitalize()


def format_value(value: float, unit: str) -> str:
    """A value as people read it: a ratio as per cent, everything else with at most three digits after the point."""
    if unit == "ratio":
        return f"{value * 100:.1f} %"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def value_text(value: float, unit: str) -> str:
    """A value with its unit, as people read it."""
    shown = format_value(value, unit)
    return shown if unit in ("", "ratio") else f"{shown} {unit}"


def bad_side(limit: Threshold) -> str:
    """On which side of it a value is bad, before the limit itself."""
    return _("bad above") if limit.comparison == "above" else _("bad below")


def limit_text(limit: Threshold, unit: str) -> str:
    """The limit with its comparison, in the unit of the value."""
    return f"{bad_side(limit)} {value_text(limit.limit, unit)}"
