"""Who listens to which news. Knows no table, so that an app can register while Django is still loading."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any


@dataclass(frozen=True, slots=True)
class News:
    """One event, as handlers get it. ``version`` is that of its payload."""

    event_id: uuid.UUID
    name: str
    agency_id: uuid.UUID
    client_id: uuid.UUID | None
    payload: dict[str, Any]
    at: datetime
    version: int = 1


Handler = Callable[[News], None]
_handlers: dict[str, list[Handler]] = defaultdict(list)
_in_order: set[Handler] = set()
# Event name -> the newest version of its payload that this code can read.
_known: dict[str, int] = {}
_NAME = re.compile(r"[a-z_]+\.[a-z_]+\.[a-z_]+")
ANY = "*"


def declare(names: Iterable[str], versions: Mapping[str, int] | None = None) -> None:
    """Makes these names known. A worker leaves news of any other name, or of a newer version, for newer workers."""
    _known.update((name, (versions or {}).get(name, 1)) for name in names)


def declared_in(events: ModuleType) -> list[str]:
    """The event names among the constants of an app's ``events`` module."""
    return [value for value in vars(events).values() if isinstance(value, str) and _NAME.fullmatch(value)]


def version_of(name: str) -> int:
    """The newest version of the payload that this code writes and reads; 0 for a name that it does not know."""
    return _known.get(name, 0)


def ordered(handler: Handler) -> Handler:
    """Marks a handler that must get the news of one subject in the order in which they happened.

    Only news with an order key has an order. A handler that is not marked waits for nothing and holds up nothing.
    """
    _in_order.add(handler)
    return handler


def register(handlers: Mapping[str, tuple[Handler, ...]]) -> None:
    """Adds an app's handlers. Called once, from the app's ``ready``; ``*`` listens to every name.

    Of one name at most one handler is ordered, so that two of them never hold each other up.
    """
    for name, functions in handlers.items():
        _handlers[name].extend(function for function in functions if function not in _handlers[name])
        if len([function for function in handlers_of(name) if is_ordered(function)]) > 1:
            raise ValueError(f"Two ordered handlers listen to {name}.")


def is_ordered(handler: Handler) -> bool:
    """Whether it was marked with ``ordered``."""
    return handler in _in_order


def handlers_of(name: str) -> list[Handler]:
    """The handlers of one event name, then those of all names."""
    return [*_handlers.get(name, []), *_handlers.get(ANY, [])]
