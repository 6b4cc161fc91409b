"""The incidents are those that were opened by somebody or by an alert, each once, with every clock it was promised."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from incidents.models import Incident
from monitoring.models import Alert
from slas.models import Clock
from tests.chaos.books import NO, PERHAPS, YES, Opened
from tests.chaos.facts.plan import Plan
from tests.chaos.facts.stored import Stored


def find(stored: Stored, plan: Plan, opened: list[Opened]) -> Iterator[str]:
    """What is wrong with the incidents of an agency."""
    yield from _by_hand(stored, plan, [row for row in opened if row.agency == plan.agency])
    yield from _by_alert(stored)
    clocks: dict[object, list[Clock]] = defaultdict(list)
    for clock in stored.clocks:
        clocks[clock.subject_id].append(clock)
    for incident in stored.incidents:
        for said in _promised(incident, clocks[incident.id], plan):
            yield f"{incident.reference} {said}"


def _by_hand(stored: Stored, plan: Plan, opened: list[Opened]) -> Iterator[str]:
    found = Counter(row.title for row in stored.incidents if row.source != "alert")
    for row in opened:
        count = found.pop(row.title, 0)
        allowed = {YES: (1,), NO: (0,), PERHAPS: (0, 1)}[row.opened]
        if count not in allowed:
            yield f"“{row.title}” was opened: {row.opened}; there are {count} incidents of it"
    for title, count in found.items():
        yield f"nobody opened “{title}”, of which there are {count} incidents"
    by_title = {row.title: row for row in stored.incidents}
    for row in opened:
        if row.title in by_title:
            yield from _steps(by_title[row.title], row)


def _steps(incident: Incident, row: Opened) -> Iterator[str]:
    if incident.severity != row.severity or str(incident.system_id) != row.system:
        yield f"{incident.reference} has another system or severity than was asked for"
    done = {"resolved": incident.resolved_at, "acknowledged": incident.acknowledged_at}
    for act, at in done.items():
        said = getattr(row, act)
        # Who resolves has begun.
        implied = act == "acknowledged" and row.resolved != NO
        if (said == YES and at is None) or (said == NO and not implied and at is not None):
            yield f"{incident.reference} was {act}: {said}, and it says {at}"


def _by_alert(stored: Stored) -> Iterator[str]:
    incidents = {row.id: row for row in stored.incidents}
    begun, over = _lines(stored)
    for row in stored.alerts:
        wants = row.health != "unknown" and stored.checks[row.source_check_id].environment.kind == "production"
        if not wants:
            continue
        incident = incidents.get(row.incident_id) if row.incident_id else None
        if incident is None or incident.system_id != row.system_id or incident.source != "alert":
            yield f"alert {row.number} has no incident of its system"
        if not begun[row.number] or over[row.number] != (row.recovered_at is not None):
            yield f"alert {row.number} fired {begun[row.number]} times and ended {over[row.number]} times on timelines"
    lines = Counter((entry.incident_id, entry.data["alert"]) for entry in stored.entries if entry.kind == "alert_fired")
    for (incident_id, number), count in lines.items():
        # One that still fires when its incident was resolved by hand is told of by the next incident as well.
        if count > 1:
            yield f"alert {number} fired {count} times on the timeline of {incidents[incident_id].reference}"
    yield from _causes(stored)


def _lines(stored: Stored) -> tuple[Counter[int], Counter[int]]:
    begun: Counter[int] = Counter()
    over: Counter[int] = Counter()
    for entry in stored.entries:
        if entry.kind == "alert_fired":
            begun[entry.data["alert"]] += 1
        elif entry.kind == "alert_recovered":
            over[entry.data["alert"]] += 1
    return begun, over


def _causes(stored: Stored) -> Iterator[str]:
    """Each incident of an alert tells of one, and those of one system follow each other."""
    alerts: dict[int, Alert] = {row.number: row for row in stored.alerts}
    told: dict[object, list[Alert | None]] = defaultdict(list)
    for entry in stored.entries:
        if entry.kind == "alert_fired":
            told[entry.incident_id].append(alerts.get(entry.data["alert"]))
    # One that was resolved too early is open again beside whatever was opened meanwhile.
    reopened = {entry.incident_id for entry in stored.entries if entry.kind == "reopened"}
    last: dict[object, Incident] = {}
    for row in [row for row in stored.incidents if row.source == "alert"]:
        if not any(alert and alert.system_id == row.system_id for alert in told[row.id]):
            yield f"{row.reference} was opened by an alert, and no alert says so"
        before = last.get(row.system_id)
        if before and before.id not in reopened and before.resolved_at is None and before.closed_at is None:
            yield f"{row.reference} was opened while {before.reference} of the same system was open"
        last[row.system_id] = row


def _promised(incident: Incident, clocks: list[Clock], plan: Plan) -> Iterator[str]:
    terms = plan.terms.get(incident.system_id)
    if incident.policy_version_id != plan.policies.get(incident.system_id):
        yield f"runs on the response times {incident.policy_version_id}"
    wanted = Counter(list(terms.seconds) if terms else [])
    found = Counter(row.metric for row in clocks)
    if found != wanted:
        yield f"has the clocks {sorted(found.elements())} and was promised {sorted(wanted.elements())}"
    for row in clocks:
        if row.severity != incident.severity or row.started_at != incident.opened_at.replace(microsecond=0):
            yield f"has a clock of {row.metric} that started at {row.started_at}, severity {row.severity}"
