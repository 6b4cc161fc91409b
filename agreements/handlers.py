"""What agreements do about events: a client's answer to a proposal."""

from __future__ import annotations

import uuid

from agreements import proposing
from clients import events as client_events
from core.events import Event, Handler, handler


@handler("agreements.handlers.take_decision")
def take_decision(event: Event) -> None:
    """A proposal that the client has accepted, declined, or let pass."""
    if event.payload["subject_type"] == proposing.SUBJECT:
        proposing.take_decision(uuid.UUID(event.payload["id"]))


HANDLERS: dict[str, tuple[Handler, ...]] = {client_events.APPROVAL_DECIDED: (take_decision,)}
