"""Who listens to which news. Knows no table, so that an app can register while Django is still loading."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class News:
    """One event, as handlers get it."""

    event_id: uuid.UUID
    name: str
    agency_id: uuid.UUID
    client_id: uuid.UUID | None
    payload: dict[str, Any]
    at: datetime


Handler = Callable[[News], None]
_handlers: dict[str, list[Handler]] = defaultdict(list)
ANY = "*"


def register(handlers: Mapping[str, tuple[Handler, ...]]) -> None:
    """Adds an app's handlers. Called once, from the app's ``ready``; ``*`` listens to every name."""
    for name, functions in handlers.items():
        _handlers[name].extend(function for function in functions if function not in _handlers[name])


def handlers_of(name: str) -> list[Handler]:
    """The handlers of one event name, then those of all names."""
    return [*_handlers.get(name, []), *_handlers.get(ANY, [])]
