"""What the run set up and may rely on: what was promised for each system, who is to hear, and where."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

# Open all the time, as the oracle of seconds reads hours.
ALWAYS: dict[str, Any] = {
    "zone": "UTC",
    "weekly": {day: [["00:00", "00:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    "dates": {},
}
OFFICE: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "weekly": {day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "dates": {},
}
SEVERITIES = ("critical", "high", "medium", "low")


@dataclass(frozen=True)
class Terms:
    """One service level: open seconds by promise, the same for each severity, and the hours in which they count."""

    name: str
    seconds: dict[str, int]
    hours: dict[str, Any]


@dataclass
class Plan:
    """One agency. ``staff`` hears of everything; ``contacts`` of a client's incidents, by client."""

    agency_id: uuid.UUID
    agency: str
    staff: tuple[str, ...]
    # By system.
    terms: dict[uuid.UUID, Terms] = field(default_factory=dict)
    policies: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    # The addresses at the receiver to which webhooks come, each with the names of the events it wants; none means all.
    hooks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    contacts: dict[uuid.UUID, tuple[str, ...]] = field(default_factory=dict)


def promises(seconds: dict[str, int], calendar_version_id: uuid.UUID) -> list[dict[str, Any]]:
    """The targets of a policy, as its service takes them."""
    return [
        {"severity": severity, "metric": metric, "seconds": number, "calendar_version_id": calendar_version_id}
        for severity in SEVERITIES
        for metric, number in seconds.items()
    ]
