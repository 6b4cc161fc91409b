"""What a new agency starts with: four calendars and three policies. Data, editable per agency from the first day.

Times are seconds of the calendar's open time. Response is a promise, resolution a target. "Daily" is one day of the
calendar: 24 hours of Mon-Fri 00-24, eight of Mon-Fri 09-17.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from slas.escalation import ACCOUNT_MANAGER, AGENCY_OWNER, ON_CALL, EscalationPolicy, EscalationStep
from slas.policies.content import Wording
from slas.policies.severities import DEFINITIONS

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
# Local hours in which nobody is called for what is not serious.
QUIET = ("20:00", "07:00")


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

# What the policies of the catalogue say in words. Sentences that a client reads.
COVERED = (
    "Incident response: we find out what is wrong and make it work again.",
    "Troubleshooting and repair of defects in what we built.",
    "Watching the agreed values, reviewing them and reporting on them.",
    "Minor tuning of prompts and configuration.",
    "Scheduled maintenance and reviews of how well it works.",
)
EXCLUDED = (
    "New features, and new use cases beyond those of your plan.",
    "Systems that this agreement does not name.",
    "A major redesign of what exists.",
    "Training people in anything but the system itself.",
)
CLIENT_DUTIES = (
    "Name a contact who answers, and somebody who stands in.",
    "Report problems through the agreed channel.",
    "Give us access, answers and test data in time.",
    "Keep the systems that belong to you running, and tell us before you change them.",
    "Use the system as its instructions say.",
)
REPORTING = (
    "We watch the agreed values of each system at their limits. How often they are reviewed and reported is what your"
    " plan includes."
)
UPTIME = {"low": None, "medium": "99.5", "high": "99.9"}


def wording_of(plan: PolicyPlan) -> Wording:
    """What a policy of the catalogue says: the owner hears at once, then more people, the later it gets."""
    # The owner needs no step of their own: whoever has the system hears of every incident when it opens.
    steps = ((ON_CALL, 50), (ACCOUNT_MANAGER, 75), (AGENCY_OWNER, 100))
    uptime = UPTIME[plan.default_for]
    return Wording(
        severity_definitions={severity: str(text) for severity, text in DEFINITIONS.items()},
        covered=COVERED,
        excluded=EXCLUDED,
        client_duties=CLIENT_DUTIES,
        reporting=REPORTING,
        uptime_target=None if uptime is None else Decimal(uptime),
        escalation=EscalationPolicy(tuple(EscalationStep(to=to, percent=percent) for to, percent in steps), QUIET),
    )
