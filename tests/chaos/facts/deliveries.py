"""What arrived, by content: each event once at each receiver that wants it, each mail once to each who is to read it.

The rows of deliveries are not asked: one that was never queued is missing all the same, and one under a second id is a
second one all the same. Copies under the same id are what the receivers can tell, and are counted elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from incidents.models import Incident
from tests.chaos.facts.plan import Plan
from tests.chaos.facts.stored import Stored, Told
from tests.chaos.receivers import Call, Mail, Post, canonical

PREFIXES = ("slas.clock.", "incidents.incident.", "monitoring.alert.")
# What staff hear of by mail, and what a client's contacts do.
REOPENED = "incidents.incident.reopened"
STAFF = ("incidents.incident.opened", REOPENED, "slas.clock.warned", "slas.clock.breached", "monitoring.alert.fired")
CLIENT = ("incidents.incident.published", "incidents.incident.resolved")


def find(stored: Stored, plan: Plan, post: Post) -> Iterator[str]:
    """What did not arrive at an agency's receivers, or twice."""
    yield from _webhooks(stored, plan, post)
    yield from _mails(stored, plan, post)


def ids(post: Post) -> Iterator[str]:
    """What is wrong with the ids, whosever they are: one id means one content."""
    counts = {name: len(said) for name, said in post.calls.items()} | {n: len(said) for n, said in post.mails.items()}
    for name, count in counts.items():
        if count > 1:
            yield f"{name} came with {count} different contents"


def _webhooks(stored: Stored, plan: Plan, post: Post) -> Iterator[str]:
    due: Counter[Call] = Counter()
    for path, names in plan.hooks.items():
        for row in stored.news:
            if row.name.startswith(PREFIXES) and (not names or row.name in names):
                due[Call(path, row.name, canonical(row.payload))] += 1
    came = Counter(call for said in post.calls.values() for call in said if call.path in plan.hooks)
    for call in sorted({*due, *came}, key=lambda call: (call.path, call.event, call.data)):
        if due[call] != came[call]:
            counts = f"{due[call]} times and got it under {came[call]} ids"
            yield f"{call.path} was to get {call.event} {counts}{_why(stored, call)}: {call.data[:200]}"


def _why(stored: Stored, call: Call) -> str:
    """How the delivery stands, for whoever looks into it."""
    rows = [row for row in stored.deliveries.values() if row.event_name == call.event]
    mine = next((row for row in rows if row.channel == "webhook" and canonical(row.payload) == call.data), None)
    if mine is None:
        return ", none was queued"
    return f", sent at {mine.sent_at}, due at {mine.next_due_at}, {mine.attempts} tries, {mine.last_error!r}"


# To whom, of which event, about what.
Note = tuple[str, str, str]


def _mails(stored: Stored, plan: Plan, post: Post) -> Iterator[str]:
    by_id = {str(row.id): row for row in stored.incidents}
    due = Counter(note for row in stored.news for note in _notes(by_id, plan, row))
    people = {*plan.staff, *(one for contacts in plan.contacts.values() for one in contacts)}
    came: Counter[Note] = Counter()
    subjects: Counter[tuple[Note, str]] = Counter()
    for mail in (mail for said in post.mails.values() for mail in said if mail.to in people):
        note = (mail.to, mail.event, _about(mail))
        came[note] += 1
        subjects[note, mail.subject] += 1
    for note in sorted({*due, *came}):
        if due[note] != came[note]:
            yield f"{note[0]} was to get {due[note]} mails of {note[1]} about {note[2]} and got {came[note]}"
    for (note, subject), count in subjects.items():
        # What is open again for the second time is said in the same words; how often is held above.
        if count > 1 and note[1] != REOPENED:
            yield f"{note[0]} got “{subject}” about {note[2]} under {count} ids"


def _about(mail: Mail) -> str:
    """The incident or the alert that a mail names, in its subject, its text or its link."""
    found = re.search(r"INC-\d+", f"{mail.subject}\n{mail.text}")
    if found:
        return found[0]
    linked = re.search(r"/(alerts|incidents)/(\d+)", mail.text)
    return {"alerts": "alert ", "incidents": "INC-"}[linked[1]] + linked[2] if linked else mail.subject


def _notes(by_id: dict[str, Incident], plan: Plan, row: Told) -> Iterator[Note]:
    if row.name == "monitoring.alert.fired":
        wanted = row.payload["health"] == "unknown" and row.payload["environment"] == "production"
        yield from ((to, row.name, f"alert {row.payload['number']}") for to in plan.staff if wanted)
        return
    incident = _incident(by_id, row)
    if incident is None:
        return
    if row.name in STAFF:
        yield from ((to, row.name, incident.reference) for to in plan.staff)
    # What is held from the client is told when it is shown; what was over by then is told in one mail or two.
    elif row.name in CLIENT and incident.source != "alert":
        yield from ((to, row.name, incident.reference) for to in plan.contacts.get(incident.client_id, ()))


def _incident(by_id: dict[str, Incident], row: Told) -> Incident | None:
    if row.payload.get("subject_type", "incident") != "incident":
        return None
    return by_id.get(row.payload.get("subject_id") or row.payload.get("id") or "")
