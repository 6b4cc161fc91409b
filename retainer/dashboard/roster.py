"""Every client and system of an agency with its name, read once for all parts of a page that name them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from clients import selectors as clients


class ClientEntry(NamedTuple):
    """What home says of a client. ``live_at`` is when the agency went live with it, None before."""

    id: uuid.UUID
    name: str
    slug: str
    live_at: datetime | None


class SystemEntry(NamedTuple):
    """What home says of a system."""

    id: uuid.UUID
    client_id: uuid.UUID
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Roster:
    """Those that are not archived, by id, in the order of their names."""

    clients: Mapping[uuid.UUID, ClientEntry]
    systems: Mapping[uuid.UUID, SystemEntry]

    def client_name(self, client_id: uuid.UUID) -> str:
        """Empty for one that is archived."""
        found = self.clients.get(client_id)
        return found.name if found else ""

    def system_name(self, system_id: uuid.UUID) -> str:
        """Empty for one that is archived."""
        found = self.systems.get(system_id)
        return found.name if found else ""


def roster() -> Roster:
    """Two queries, however much hangs on what they find."""
    owners = map(ClientEntry._make, clients.clients().values_list(*ClientEntry._fields))
    systems = map(SystemEntry._make, clients.systems().values_list(*SystemEntry._fields))
    return Roster({row.id: row for row in owners}, {row.id: row for row in systems})
