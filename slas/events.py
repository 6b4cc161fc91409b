"""What the clocks tell others."""

from __future__ import annotations

from dataclasses import dataclass

CLOCK_WARNED = "slas.clock.warned"
CLOCK_BREACHED = "slas.clock.breached"
CLOCK_ESCALATED = "slas.clock.escalated"
POLICY_CREATED = "slas.policy.created"
POLICY_VERSION_CREATED = "slas.policy_version.created"
POLICY_UPDATED = "slas.policy.updated"
POLICY_ARCHIVED = "slas.policy.archived"
POLICY_RESTORED = "slas.policy.restored"
ONCALL_CHANGED = "slas.oncall.changed"
HOLIDAYS_DECIDED = "slas.calendar.holidays_decided"
CALENDAR_CREATED = "slas.calendar.created"
CALENDAR_UPDATED = "slas.calendar.updated"
CALENDAR_ARCHIVED = "slas.calendar.archived"
CALENDAR_RESTORED = "slas.calendar.restored"
CALENDAR_VERSION_CREATED = "slas.calendar_version.created"

# The threshold of a breach; a warning's is "percent:75" or "before:1800".
BREACH = "breach"
# That of a step of the escalation is this and the step's key.
ESCALATE = "escalate:"


@dataclass(frozen=True)
class ClockPayload:
    """A step of one clock that somebody should hear of. Ids are text, instants ISO 8601 in UTC.

    ``due_at`` is the deadline, not the instant of the warning; of a missed promise it is the instant it was missed.
    """

    clock_id: str
    subject_type: str
    subject_id: str
    client_id: str
    metric: str
    severity: str
    threshold: str
    due_at: str


@dataclass(frozen=True)
class EscalationPayload(ClockPayload):
    """A step of the escalation: ``to`` is whom it calls, as ``slas.escalation`` names them."""

    to: str
