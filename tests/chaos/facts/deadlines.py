"""Deadlines as the oracle of seconds counts them from what was promised, and a breach exactly where one was missed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from incidents.models import Incident
from slas.models import Clock, ClockEvent
from tests.chaos.facts.plan import ALWAYS, OFFICE, Plan, Terms
from tests.chaos.facts.stored import Stored
from tests.slas.engine import oracle

# The clock says it in whole seconds, and reads the time a moment later.
STEP = timedelta(seconds=3)
HOURS = {"always": ALWAYS, "office": OFFICE}


@lru_cache(maxsize=100_000)
def deadline(hours: str, start: int, seconds: int) -> int:
    """The second by which so many open seconds have passed, counted one by one."""
    return oracle.Seconds(HOURS[hours], start).after(start, seconds)


def find(stored: Stored, plan: Plan, now: datetime) -> Iterator[str]:
    """What is wrong with the deadlines of an agency at this instant."""
    breached = defaultdict(list)
    for notice in stored.notices:
        if notice.threshold == "breach":
            breached[notice.clock_id].append(notice.due_at)
    news = Counter(row.payload["clock_id"] for row in stored.told("slas.clock.breached"))
    lines = Counter((row.incident_id, row.data["metric"]) for row in stored.entries if row.kind == "clock_breached")
    incidents = {row.id: row for row in stored.incidents}
    for clock in stored.clocks:
        incident = incidents.get(clock.subject_id)
        if incident is None or incident.system_id not in plan.terms:
            continue
        terms = plan.terms[incident.system_id]
        if clock.metric not in terms.seconds:
            continue
        events = stored.clock_events.get(clock.id, [])
        due, missed = _judged(clock, events, terms, now)
        rows = [row for row in events if row.kind == "breach"]
        marks = [int(at.timestamp()) for at in (*breached[clock.id], *(row.at for row in rows))]
        told = (len(breached[clock.id]), len(rows), news[str(clock.id)], lines[incident.id, clock.metric])
        for said in [*_kept(clock, incident), *_one(clock, due, missed, marks, told)]:
            yield f"{incident.reference}, {clock.metric}: {said}{_history(events)}"


def _judged(clock: Clock, events: list[ClockEvent], terms: Terms, now: datetime) -> tuple[int, bool]:
    """When it was due, and whether it was missed."""
    hours = next(name for name, spec in HOURS.items() if spec == terms.hours)
    if any(row.kind == "reopen" for row in events):
        return _reopened(events, terms.seconds[clock.metric], terms, now)
    due = deadline(hours, int(clock.started_at.timestamp()), terms.seconds[clock.metric])
    return due, int((clock.satisfied_at or clock.ended_at or now).timestamp()) > due


def _reopened(events: list[ClockEvent], seconds: int, terms: Terms, now: datetime) -> tuple[int, bool]:
    """Of a clock that stood still in between, the oracle's own judgement of what happened to it."""
    rows = [
        {"at": int(row.at.timestamp()), "kind": row.kind, "seq": row.seq, "party": None}
        for row in events
        if row.kind in ("start", "satisfy", "cancel", "reopen")
    ]
    verdict = oracle.judge(terms.hours, seconds, [], rows, int(now.timestamp()), [])
    return verdict.due, verdict.breached_at is not None


# Which step of the incident keeps which promise.
KEPT_BY = {
    "triage": "acknowledged_at",
    "first_response": "acknowledged_at",
    "mitigation": "mitigated_at",
    "resolution": "resolved_at",
    "periodic_update": "resolved_at",
}


def _kept(clock: Clock, incident: Incident) -> Iterator[str]:
    step = getattr(incident, KEPT_BY[clock.metric])
    at_once = step is not None and clock.ended_at is not None and abs(clock.ended_at - step) <= STEP
    if not at_once and (step is not None or clock.ended_at is not None):
        yield f"it ended at {clock.ended_at}, the step that ends it was at {step}"


def _one(clock: Clock, due: int, missed: bool, marks: list[int], told: tuple[int, ...]) -> Iterator[str]:
    if clock.due_at is None or int(clock.due_at.timestamp()) != due:
        yield f"it is due at {clock.due_at}, and was promised for {_text(due)}"
    if told != (int(missed),) * len(told):
        words = "missed" if missed else "kept"
        yield f"it was {words}; notices, breaches, news and lines of the timeline: {told}"
    if (clock.state == "breached") != missed or (clock.breached_at is not None) != missed:
        yield (
            f"it was {'missed' if missed else 'kept'} and is {clock.state}: it began at {clock.started_at}, was due at"
            f" {_text(due)}, was satisfied at {clock.satisfied_at} and missed at {clock.breached_at}"
        )
    if any(mark != due for mark in marks) or (clock.breached_at and int(clock.breached_at.timestamp()) != due):
        yield f"it was missed at {_text(due)}, and says {clock.breached_at} and {[_text(mark) for mark in marks]}"


def _history(events: list[ClockEvent]) -> str:
    """What a person needs who asks why: the database goes with the run."""
    return f" [{', '.join(f'{row.seq} {row.kind} {row.at:%d %H:%M:%S.%f}' for row in events)}]"


def _text(second: int) -> str:
    return datetime.fromtimestamp(second).astimezone().isoformat()
