"""What incidents do about events from below: a deadline that comes near or has passed."""

from __future__ import annotations

import uuid
from datetime import datetime

from core.events import Event, Handler, handler
from incidents import services
from incidents.words import EntryKind


@handler("incidents.handlers.note_deadline")
def note_deadline(event: Event) -> None:
    """Writes the warning or the miss into the incident's timeline."""
    if event.payload.get("subject_type") != services.SUBJECT:
        return
    missed = event.name == "slas.clock.breached"
    services.add_entry(
        incident_id=uuid.UUID(event.payload["subject_id"]),
        kind=EntryKind.CLOCK_BREACHED if missed else EntryKind.CLOCK_WARNED,
        # A miss happened at its deadline, not when it was noticed.
        at=datetime.fromisoformat(event.payload["due_at"]) if missed else None,
        data={"metric": event.payload["metric"], "due_at": event.payload["due_at"]},
    )


@handler("incidents.handlers.note_escalation")
def note_escalation(event: Event) -> None:
    """Writes into the timeline who is called."""
    if event.payload.get("subject_type") != services.SUBJECT:
        return
    services.add_entry(
        incident_id=uuid.UUID(event.payload["subject_id"]),
        kind=EntryKind.ESCALATED,
        data={"metric": event.payload["metric"], "to": event.payload["to"]},
    )


HANDLERS: dict[str, tuple[Handler, ...]] = {
    "slas.clock.warned": (note_deadline,),
    "slas.clock.breached": (note_deadline,),
    "slas.clock.escalated": (note_escalation,),
}
