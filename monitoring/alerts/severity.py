"""From an alert to the severity of the incident it opens."""

from __future__ import annotations

_ORDER = ("low", "medium", "high", "critical")
_WHEN_DOWN = {"high": "critical", "medium": "high", "low": "medium"}


def severity_of(*, health: str, criticality: str, customer_facing: bool) -> str:
    """Down is critical, high or medium by the system's criticality; degraded one step lower; customer-facing one up."""
    place = _ORDER.index(_WHEN_DOWN[criticality])
    place += (1 if customer_facing else 0) - (0 if health == "down" else 1)
    return _ORDER[max(0, min(place, len(_ORDER) - 1))]
