"""What clients, contacts and systems tell others."""

from __future__ import annotations

from dataclasses import dataclass

CLIENT_CREATED = "clients.client.created"
CLIENT_UPDATED = "clients.client.updated"
CLIENT_WENT_LIVE = "clients.client.went_live"
CONTACT_CREATED = "clients.contact.created"
CONTACT_UPDATED = "clients.contact.updated"
CONTACT_INVITED = "clients.contact.invited"
CONTACT_LINKED = "clients.contact.linked"
CONTACT_ENDED = "clients.contact.ended"
SYSTEM_CREATED = "clients.system.created"
SYSTEM_UPDATED = "clients.system.updated"
SYSTEM_PAUSED = "clients.system.paused"
SYSTEM_RESUMED = "clients.system.resumed"


@dataclass(frozen=True, slots=True)
class RowNews:
    """All of these events carry the id of their row as text, and no names: whoever needs one reads it."""

    id: str
