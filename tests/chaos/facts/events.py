"""Everything that happened was told once: an alert's two ends, an incident's steps, a clock's deadline; and audited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.chaos.facts.stored import Stored

FIRED, RECOVERED = "monitoring.alert.fired", "monitoring.alert.recovered"
RECONCILED = "monitoring.check.reconciled"
STEPS = ("opened", "published", "acknowledged", "resolved", "reopened")
# These are told once of each subject, and stand in the audit trail under the same name.
AUDITED = (FIRED, RECOVERED, *(f"incidents.incident.{step}" for step in STEPS))


def find(stored: Stored) -> Iterator[str]:
    """What was not told, or twice, or is in no audit row."""
    due = due_news(stored)
    told = Counter((row.name, row.payload.get("id", "")) for row in stored.news if row.name in AUDITED)
    audited = Counter((action, str(object_id)) for action, object_id in stored.audited if action in AUDITED)
    for kept, words in ((told, "was told"), (audited, "was audited")):
        for key in sorted({*due, *kept}):
            if due[key] != kept[key]:
                yield f"{key[0]} of {key[1]} happened {due[key]} times and {words} {kept[key]} times"
    breaches = Counter(str(row.clock_id) for row in stored.notices if row.threshold == "breach")
    seen = Counter(str(object_id) for action, object_id in stored.audited if action == "slas.clock.breached")
    for clock_id in sorted({*breaches, *seen}):
        if breaches[clock_id] != seen[clock_id]:
            yield f"the breach of clock {clock_id} was audited {seen[clock_id]} times"
    # What the auditor sets right was not told as it should have been, although it is right now.
    mended = sorted(str(object_id) for action, object_id in stored.audited if action == RECONCILED)
    if mended:
        yield f"the auditor had to set right the alerts of {len(mended)} checks: {mended[:5]}"
    for said in stored.chain.findings if stored.chain else ():
        yield f"the chain of the audit trail: {said}"


def due_news(stored: Stored) -> Counter[tuple[str, str]]:
    """What must have been told, by name and id, from the rows themselves."""
    due: Counter[tuple[str, str]] = Counter()
    for alert in stored.alerts:
        due[FIRED, str(alert.id)] += 1
        due[RECOVERED, str(alert.id)] += alert.recovered_at is not None
    for row in stored.incidents:
        due["incidents.incident.opened", str(row.id)] += 1
        due["incidents.incident.published", str(row.id)] += row.published_at is not None
    # By the timeline: who resolves what nobody had acknowledged tells of the end alone, and what was reopened may be
    # resolved again.
    for entry in stored.entries:
        if entry.kind in ("acknowledged", "resolved", "reopened"):
            due[f"incidents.incident.{entry.kind}", str(entry.incident_id)] += 1
    return +due
