"""What keeps a client or a system from being archived. This app knows neither agreements nor incidents, so the apps
above it say when Django is ready."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Archivable = Literal["client", "system"]


@dataclass(frozen=True, slots=True)
class Hold:
    """One thing that has to end first: its words, and the noun and key by which a page finds it."""

    text: str
    noun: str
    key: str


Holder = Callable[[Archivable, uuid.UUID], Sequence[Hold]]
_HOLDERS: list[Holder] = []


def register(holder: Holder) -> None:
    """Asks this one too from now on. Once is enough."""
    if holder not in _HOLDERS:
        _HOLDERS.append(holder)


def holds_on(kind: Archivable, row_id: uuid.UUID) -> list[Hold]:
    """All that has to end before the row can be archived."""
    return [hold for holder in _HOLDERS for hold in holder(kind, row_id)]
