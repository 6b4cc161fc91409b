"""What a new agency starts with: four calendars and three policies. Data, editable per agency from the first day.

Times are seconds of the calendar's open time. Response is a promise, resolution a target. "Daily" is one day of the
calendar: 24 hours of Mon-Fri 00-24, eight of Mon-Fri 09-17.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MINUTE = 60
HOUR = 3600

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
ALWAYS = "24x7"
WEEKDAYS_ALL_DAY = "Mon-Fri 00-24"
OFFICE = "Mon-Fri 09-17"
LONG_OFFICE = "Mon-Fri 08-20"

# By name: the window of each weekday; None is around the clock.
CALENDARS: dict[str, tuple[str, str] | None] = {
    ALWAYS: None,
    WEEKDAYS_ALL_DAY: ("00:00", "24:00"),
    OFFICE: ("09:00", "17:00"),
    LONG_OFFICE: ("08:00", "20:00"),
}

SEVERITIES = ("critical", "high", "medium", "low")
GUARANTEED = frozenset({"first_response"})


@dataclass(frozen=True, slots=True)
class PolicyPlan:
    """One policy: the calendar of each severity, then by metric the seconds of each; None promises nothing."""

    name: str
    description: str
    # The criticality of the systems that it is proposed for.
    default_for: str
    calendars: tuple[str, str, str, str]
    times: dict[str, tuple[int | None, int | None, int | None, int | None]] = field(default_factory=dict)


POLICIES = (
    PolicyPlan(
        name="Essential",
        description="For systems of low criticality: an answer within a working day or three, no promised resolution.",
        default_for="low",
        calendars=(WEEKDAYS_ALL_DAY,) * 4,
        times={
            "first_response": (24 * HOUR, 24 * HOUR, 48 * HOUR, 72 * HOUR),
            "periodic_update": (24 * HOUR, 24 * HOUR, None, None),
        },
    ),
    PolicyPlan(
        name="Standard",
        description="For systems of medium criticality: an answer within one to sixteen office hours.",
        default_for="medium",
        calendars=(OFFICE,) * 4,
        times={
            "triage": (HOUR, HOUR, None, None),
            "first_response": (HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR),
            "resolution": (8 * HOUR, 24 * HOUR, 80 * HOUR, None),
            "periodic_update": (2 * HOUR, 4 * HOUR, 8 * HOUR, None),
        },
    ),
    PolicyPlan(
        name="Priority",
        description="For systems of high criticality: around the clock for what is critical or high.",
        default_for="high",
        calendars=(ALWAYS, ALWAYS, OFFICE, OFFICE),
        times={
            "triage": (HOUR, HOUR, None, None),
            "first_response": (30 * MINUTE, HOUR, 4 * HOUR, 8 * HOUR),
            "resolution": (8 * HOUR, 24 * HOUR, 40 * HOUR, None),
            "periodic_update": (30 * MINUTE, 2 * HOUR, 8 * HOUR, None),
        },
    ),
)
