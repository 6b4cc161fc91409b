"""How measured values, limits and metrics are written for people."""

from __future__ import annotations

from django.utils.translation import gettext as _

from monitoring.models import Threshold

# Below so many seconds a value is written in milliseconds.
SHORT_S = 0.1


def metric_label(name: str) -> str:
    """A metric's name as people read it."""
    if name == "latency":
        return _("Answer time")
    return name.removesuffix("_ms").replace("_", " ").capitalize()


def _figure(value: float, unit: str) -> str:
    """A value as people read it: a ratio as per cent, everything else with at most three digits after the point."""
    if unit == "ratio":
        return f"{value * 100:.1f} %"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def value_text(value: float, unit: str) -> str:
    """A value with its unit, as people read it."""
    return " ".join(filter(None, as_written(value, unit)))


def as_written(value: float, unit: str) -> tuple[str, str]:
    """The figure and the unit beside it: what takes less than a tenth of a second is written in milliseconds."""
    if unit == "s" and 0 < abs(value) < SHORT_S:
        return _figure(value * 1000, "ms"), "ms"
    return _figure(value, unit), "" if unit == "ratio" else unit


def bad_side(limit: Threshold) -> str:
    """On which side of it a value is bad, before the limit itself."""
    return _("bad above") if limit.comparison == "above" else _("bad below")


def limit_text(limit: Threshold, unit: str) -> str:
    """The limit with its comparison, in the unit of the value."""
    return f"{bad_side(limit)} {value_text(limit.limit, unit)}"
