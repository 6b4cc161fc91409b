"""What stands in the form of a policy before anything is typed: the content of a version, field by field."""

from __future__ import annotations

from slas.calendars.models import CalendarVersion
from slas.policies.content import KindFields, TargetRules, Wording
from slas.policies.models import Target
from slas.words import Party, Severity


def words_of(wording: Wording) -> dict[str, object]:
    """What the form shows of the words of a version."""
    quiet = wording.escalation.quiet or ("", "")
    return {
        **{f"definition_{one}": wording.severity_definitions.get(one, "") for one in Severity.values},
        **{name: "\n".join(getattr(wording, name)) for name in ("covered", "excluded", "client_duties")},
        "reporting": wording.reporting,
        "response_rule": wording.response_rule,
        "reopen_days": wording.reopen_days,
        "uptime_target": None if wording.uptime_target is None else f"{wording.uptime_target.normalize():f}",
        "maintenance_counts": wording.maintenance_counts,
        "quiet_from": quiet[0],
        "quiet_to": quiet[1],
        "escalation": wording.escalation,
    }


def pausing_parties(target: Target) -> list[str]:
    """Waiting on whom stops the promise; where nobody is named, anybody does."""
    if not target.pausable:
        return []
    return list(target.pausing or Party.values)


def rules_of(target: Target) -> TargetRules:
    """When it warns and what stops it."""
    return {"warn": target.warn, "pausing": target.pausing, "pausable": target.pausable}


def as_it_was(target: Target, hours: CalendarVersion) -> KindFields:
    """A target of one kind of request, which the form does not show and must not lose."""
    return {
        "severity": target.severity,
        "metric": target.metric,
        "request_kind": target.request_kind,
        "seconds": target.seconds,
        "calendar_version_id": hours.id,
        "is_guarantee": target.is_guarantee,
        **rules_of(target),
    }
