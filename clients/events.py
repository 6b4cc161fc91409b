"""What clients, contacts and systems tell others."""

from __future__ import annotations

from dataclasses import dataclass

CLIENT_CREATED = "clients.client.created"
CLIENT_UPDATED = "clients.client.updated"
CLIENT_WENT_LIVE = "clients.client.went_live"
CLIENT_ARCHIVED = "clients.client.archived"
CLIENT_RESTORED = "clients.client.restored"
CONTACT_CREATED = "clients.contact.created"
CONTACT_UPDATED = "clients.contact.updated"
CONTACT_INVITED = "clients.contact.invited"
CONTACT_LINKED = "clients.contact.linked"
CONTACT_ENDED = "clients.contact.ended"
CONTACT_RESTORED = "clients.contact.restored"
SYSTEM_CREATED = "clients.system.created"
SYSTEM_UPDATED = "clients.system.updated"
SYSTEM_PAUSED = "clients.system.paused"
SYSTEM_RESUMED = "clients.system.resumed"
SYSTEM_ARCHIVED = "clients.system.archived"
SYSTEM_RESTORED = "clients.system.restored"


@dataclass(frozen=True, slots=True)
class RowNews:
    """All of these events carry the id of their row as text, and no names: whoever needs one reads it."""

    id: str
