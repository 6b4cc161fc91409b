"""What a policy version says besides its times: scope, duties, rules, uptime, and who is called when."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import TypedDict

from django.utils.translation import gettext as _

from core.errors import DomainError
from core.ids import is_uuid
from slas.escalation import ADDRESSEES, PERSON, ROTA, EscalationPolicy, EscalationStep
from slas.policies.models import PolicyVersion
from slas.words import Metric, ResponseRule, Severity

LONGEST_CLAUSE = 500
MOST_CLAUSES = 40
MOST_STEPS = 50
# A step far beyond the deadline calls nobody in time; whoever writes it means something else.
MOST_PERCENT = 1000
LONGEST_STEP = 366 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Wording:
    """The parts of a version as people read and write them. Clauses are one sentence or so each."""

    severity_definitions: Mapping[str, str] = field(default_factory=dict)
    covered: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    client_duties: tuple[str, ...] = ()
    reporting: str = ""
    response_rule: str = ResponseRule.ACKNOWLEDGE.value
    reopen_days: int | None = 14
    # Per cent of a calendar month.
    uptime_target: Decimal | None = None
    maintenance_counts: bool = False
    escalation: EscalationPolicy = field(default_factory=EscalationPolicy)

    @classmethod
    def of(cls, version: PolicyVersion) -> Wording:
        """What a version says."""
        values = {one.name: getattr(version, one.name) for one in fields(cls)}
        for name in ("covered", "excluded", "client_duties"):
            values[name] = tuple(values[name])
        return cls(**{**values, "escalation": EscalationPolicy.from_json(version.escalation)})

    def columns(self) -> dict[str, object]:
        """The columns of a version that says this. DomainError, with the field, where something cannot be meant."""
        return {
            "severity_definitions": self._definitions(),
            "covered": _clauses(self.covered, "covered"),
            "excluded": _clauses(self.excluded, "excluded"),
            "client_duties": _clauses(self.client_duties, "client_duties"),
            "reporting": self.reporting.strip()[:2000],
            "response_rule": self._rule(),
            "reopen_days": self._days(),
            "uptime_target": self._uptime(),
            "maintenance_counts": bool(self.maintenance_counts),
            "escalation": _escalation(self.escalation).to_json(),
        }

    def _definitions(self) -> dict[str, str]:
        found = {}
        for severity, text in self.severity_definitions.items():
            if severity not in Severity.values:
                raise DomainError(_("“%(value)s” is not a severity.") % {"value": severity}, field="severity")
            if " ".join(text.split()):
                found[severity] = " ".join(text.split())[:LONGEST_CLAUSE]
        return found

    def _rule(self) -> str:
        if self.response_rule not in ResponseRule.values:
            raise DomainError(_("Choose what counts as a first response."), field="response_rule")
        return self.response_rule

    def _days(self) -> int | None:
        if self.reopen_days is not None and not 0 <= self.reopen_days <= 366:
            raise DomainError(_("Give between 0 and 366 days."), field="reopen_days")
        return self.reopen_days

    def _uptime(self) -> Decimal | None:
        if self.uptime_target is not None and not 0 < self.uptime_target <= 100:
            raise DomainError(_("Uptime is more than 0 and at most 100 per cent."), field="uptime_target")
        return self.uptime_target


def _clauses(clauses: tuple[str, ...], name: str) -> list[str]:
    found = [text for clause in clauses if (text := " ".join(clause.split()))]
    if len(found) > MOST_CLAUSES:
        raise DomainError(_("Use at most %(most)s lines.") % {"most": MOST_CLAUSES}, field=name)
    if any(len(text) > LONGEST_CLAUSE for text in found):
        raise DomainError(_("A line has at most %(most)s characters.") % {"most": LONGEST_CLAUSE}, field=name)
    return list(dict.fromkeys(found))


def _escalation(escalation: EscalationPolicy) -> EscalationPolicy:
    if len(escalation.steps) > MOST_STEPS:
        raise DomainError(_("Use at most %(most)s steps.") % {"most": MOST_STEPS}, field="escalation")
    for number, step in enumerate(escalation.steps):
        fault = _fault(step)
        if fault:
            raise DomainError(fault, field=f"escalation.{number}")
    if escalation.quiet is not None and escalation.quiet[0] == escalation.quiet[1]:
        raise DomainError(_("Quiet hours that begin when they end are no hours."), field="quiet")
    return escalation


def _names_somebody(to: str) -> bool:
    """Whether it is a person or a rota by id, written as ids are kept."""
    for prefix in (PERSON, ROTA):
        text = to.removeprefix(prefix)
        if text != to:
            return is_uuid(text) and str(uuid.UUID(text)) == text
    return False


def _fault(step: EscalationStep) -> str | None:
    if step.to not in ADDRESSEES and not _names_somebody(step.to):
        return _("Choose who is called.")
    if step.metric not in Metric.values:
        return _("“%(value)s” is not a promise.") % {"value": step.metric}
    if (step.percent is None) == (step.seconds is None):
        return _("Say when: at a per cent of the time, or after so long.")
    if step.percent is not None and not 0 <= step.percent <= MOST_PERCENT:
        return _("Give between 0 and 1,000 per cent.")
    if step.seconds is not None and not 0 <= step.seconds <= LONGEST_STEP:
        return _("Give a time of at most a year.")
    if not set(step.severities) <= set(Severity.values):
        return _("Choose severities that there are.")
    return None


class PolicyNameFields(TypedDict):
    """What a policy is called, as its form cleans it."""

    name: str
    description: str


class TargetRules(TypedDict):
    """When a promise warns, and the parties it stops for."""

    warn: list[dict[str, int]]
    pausing: list[str]
    pausable: bool


class TargetFields(TargetRules):
    """One promise as the services take it."""

    severity: str
    metric: str
    seconds: int
    calendar_version_id: uuid.UUID | str
    is_guarantee: bool


class KindFields(TargetFields):
    """A promise for a single kind of request."""

    request_kind: str


class PolicyVersionFields(TypedDict):
    """What the form of a new version cleans to."""

    publish_after_minutes: int | None
    targets: list[TargetFields]
    wording: Wording


class PolicyFields(PolicyVersionFields):
    """What the form of a new policy cleans to."""

    name: str
    description: str
