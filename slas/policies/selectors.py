"""Reads of service levels and of what their versions promise."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import NotFound
from slas.calendars.selectors import in_force
from slas.calendars.summaries import hours_in_words
from slas.engine import duration_text
from slas.escalation import EscalationStep
from slas.oncall.selectors import addressee_label, addressee_names
from slas.policies.content import Wording
from slas.policies.lint import Finding, lint
from slas.policies.models import Policy, PolicyVersion, Target
from slas.policies.severities import in_words
from slas.words import Metric, Party, ResponseRule, Severity

# The promises and the severities, each with its words, for those who choose among them.
METRICS, SEVERITIES = Metric.choices, Severity.choices


@dataclass(frozen=True, slots=True)
class TargetCell:
    """What a policy promises for one severity; ``seconds`` is None and ``text`` empty where nothing is promised."""

    severity: str
    severity_label: str
    seconds: int | None
    text: str
    calendar: str
    is_guarantee: bool


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One promise across the four severities, critical first. ``request_kind`` is empty for any kind."""

    metric: str
    label: str
    request_kind: str
    cells: tuple[TargetCell, ...]

    @property
    def calendar(self) -> str:
        """The hours that all of it is counted in, or empty where they differ."""
        names = {cell.calendar for cell in self.cells if cell.seconds}
        return names.pop() if len(names) == 1 else ""

    @property
    def is_guarantee(self) -> bool:
        """Whether all that is promised here is guaranteed."""
        return all(cell.is_guarantee for cell in self.cells if cell.seconds)


def policies(*, archived: bool = False) -> QuerySet[Policy]:
    """The agency's policies by name: those that are offered, or those that are archived."""
    return Policy.objects.filter(archived_at__isnull=not archived).order_by("name")


def policy(policy_id: uuid.UUID) -> Policy:
    """One policy; NotFound otherwise."""
    row: Policy | None = Policy.objects.find(id=policy_id)
    if row is None:
        raise NotFound(_("There is no such policy."))
    return row


def policy_by_slug(slug: str) -> Policy:
    """The policy with this slug; NotFound otherwise."""
    row: Policy | None = Policy.objects.find(slug=slug)
    if row is None:
        raise NotFound(_("There is no such policy."))
    return row


def versions_of(policy_id: uuid.UUID) -> QuerySet[PolicyVersion]:
    """The versions of a policy, newest first, with the policy."""
    return PolicyVersion.objects.filter(policy_id=policy_id).select_related("policy").order_by("-number")


def latest_policy_versions() -> list[PolicyVersion]:
    """The newest version of each policy, by name, with its policy."""
    rows = PolicyVersion.objects.filter(policy__archived_at=None).select_related("policy")
    return list(rows.order_by("policy__name", "policy_id", "-number").distinct("policy__name", "policy_id"))


def policy_version(version_id: uuid.UUID) -> PolicyVersion:
    """One version with its policy; NotFound otherwise."""
    row: PolicyVersion | None = PolicyVersion.objects.filter(id=version_id).select_related("policy").first()
    if row is None:
        raise NotFound(_("There is no such policy."))
    return row


def targets_of(version_id: uuid.UUID) -> QuerySet[Target]:
    """The targets of a version with their calendars."""
    return Target.objects.filter(version_id=version_id).select_related("calendar_version__calendar")


def target_table(version_id: uuid.UUID) -> list[TargetRow]:
    """What a version promises: a row a metric (and kind of request), a cell a severity. No row without a promise."""
    return target_tables([version_id])[version_id]


def target_tables(version_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[TargetRow]]:
    """What each of several versions promises, by version."""
    rows: dict[uuid.UUID, list[Target]] = {version_id: [] for version_id in version_ids}
    for target in Target.objects.filter(version_id__in=rows).select_related("calendar_version__calendar"):
        rows[target.version_id].append(target)
    return {version_id: _table(targets) for version_id, targets in rows.items()}


def _table(rows: Iterable[Target]) -> list[TargetRow]:
    targets = {(row.request_kind, row.metric, row.severity): row for row in rows}
    kinds = sorted({kind for kind, _metric, _severity in targets})
    found = {(kind, metric) for kind, metric, _severity in targets}
    return [
        TargetRow(
            metric=metric,
            label=metric_label(metric),
            request_kind=kind,
            cells=tuple(_cell(severity, targets.get((kind, metric, severity))) for severity in Severity.values),
        )
        for kind in kinds
        for metric in Metric.values
        if (kind, metric) in found
    ]


@dataclass(frozen=True, slots=True)
class SaidVersion:
    """A version as a page shows it."""

    version: PolicyVersion
    table: list[TargetRow]
    # When, whom, and what it is narrowed to.
    escalation: list[tuple[str, str, str]]
    severities: dict[str, str]


def said_versions(versions: Sequence[PolicyVersion]) -> list[SaidVersion]:
    """All that these versions say, in a fixed number of statements."""
    tables = target_tables([version.id for version in versions])
    names = addressee_names()
    return [
        SaidVersion(
            version=version,
            table=tables[version.id],
            escalation=_escalation_lines(version, names),
            severities=in_words(version.severity_definitions),
        )
        for version in versions
    ]


def metric_label(metric: str) -> str:
    """The words for a promise, in the reader's language; an unknown one stays as it is."""
    return str(Metric(metric).label) if metric in Metric.values else metric


def party_label(party: str) -> str:
    """The words for whom one waits on; an unknown one stays as it is."""
    return str(Party(party).label) if party in Party.values else party


def _cell(severity: str, target: Target | None) -> TargetCell:
    label = str(Severity(severity).label)
    if target is None:
        return TargetCell(severity, label, None, "", "", False)
    text = duration_text(target.seconds, _)
    return TargetCell(severity, label, target.seconds, text, target.calendar_version.calendar.name, target.is_guarantee)


def severity_texts(version_id: uuid.UUID | None) -> dict[str, str]:
    """What the severities mean in a version's own words, and in the usual ones where it has none or is None."""
    return in_words(_said(version_id).values_list("severity_definitions", flat=True).first() or {})


def wording(version: PolicyVersion) -> Wording:
    """What a version says besides its times."""
    return Wording.of(version)


def message_is_response(version_id: uuid.UUID | None) -> bool:
    """Whether only a message to the client keeps the first response."""
    return _said(version_id).values_list("response_rule", flat=True).first() == ResponseRule.MESSAGE


def reopen_days(version_id: uuid.UUID | None) -> int | None:
    """For how many days after its end an incident can be reopened; None is always."""
    return _said(version_id).values_list("reopen_days", flat=True).first()


def _said(version_id: uuid.UUID | None) -> QuerySet[PolicyVersion]:
    """The version, to read one column of it; nothing, and no question to the database, where none is named."""
    return PolicyVersion.objects.filter(id=version_id) if version_id else PolicyVersion.objects.none()


def findings(version: PolicyVersion) -> list[Finding]:
    """What the version leaves open that leads to disputes."""
    return lint(version, list(version.targets.all()))


def _escalation_lines(version: PolicyVersion, names: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [
        (_step_text(step), addressee_label(step.to, names), _narrowed(step))
        for step in Wording.of(version).escalation.steps
    ]


def _step_text(step: EscalationStep) -> str:
    if step.percent is not None:
        return _("At %(percent)s %%") % {"percent": step.percent}
    return _("After %(time)s") % {"time": duration_text(step.seconds or 0, _)}


def _narrowed(step: EscalationStep) -> str:
    words = [] if step.metric == Metric.FIRST_RESPONSE else [metric_label(step.metric)]
    words += [str(Severity(severity).label) for severity in step.severities]
    return " · ".join([*words, _("at night too")] if step.at_night else words)


def stops_for(party: str, version_ids: Iterable[uuid.UUID]) -> str:
    """Whether "all" of what these versions promise stands still while this party is waited on, "some", or "" none."""
    rows = Target.objects.filter(version_id__in=list(version_ids)).values_list("pausable", "pausing")
    stops = {pausable and (not pausing or party in pausing) for pausable, pausing in rows}
    if True not in stops:
        return ""
    return "some" if False in stops else "all"


def hours_of(version_id: uuid.UUID) -> list[tuple[str, str]]:
    """The calendars that a version counts in: the severities of each, and its hours in words."""
    found: dict[str, list[str]] = {}
    known: dict[uuid.UUID, str] = {}
    order = Severity.values
    for row in sorted(targets_of(version_id), key=lambda row: order.index(row.severity)):
        calendar_id = row.calendar_version.calendar_id
        if calendar_id not in known:
            known[calendar_id] = hours_in_words((in_force(calendar_id, now()) or row.calendar_version).spec)
        severities = found.setdefault(known[calendar_id], [])
        if (label := str(Severity(row.severity).label)) not in severities:
            severities.append(label)
    return [(", ".join(severities), words) for words, severities in found.items()]
