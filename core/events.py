"""Who listens to which event. Knows no table, so that an app can register while Django is still loading."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any

AGENCY_UPDATED = "core.agency.updated"


@dataclass(frozen=True, slots=True)
class Event:
    """One event, as handlers get it. ``version`` is that of its payload."""

    event_id: uuid.UUID
    name: str
    agency_id: uuid.UUID
    client_id: uuid.UUID | None
    payload: dict[str, Any]
    at: datetime
    version: int = 1


Handler = Callable[[Event], None]
_handlers: dict[str, list[Handler]] = defaultdict(list)
_in_order: set[Handler] = set()
_first: set[Handler] = set()
_identities: dict[Handler, str] = {}
# Event name -> the newest version of its payload that this code can read.
_known: dict[str, int] = {}
_NAME = re.compile(r"[a-z_]+\.[a-z_]+\.[a-z_]+")
ANY = "*"


def declare(names: Iterable[str], versions: Mapping[str, int] | None = None) -> None:
    """Makes these names known. A worker leaves events of any other name, or of a newer version, for newer workers."""
    _known.update((name, (versions or {}).get(name, 1)) for name in names)


def declared_in(events: ModuleType) -> list[str]:
    """The event names among the constants of an app's ``events`` module."""
    return [value for value in vars(events).values() if isinstance(value, str) and _NAME.fullmatch(value)]


def version_of(name: str) -> int:
    """The newest version of the payload that this code writes and reads; 0 for a name that it does not know."""
    return _known.get(name, 0)


def handler(identity: str, *, ordered: bool = False, first: bool = False) -> Callable[[Handler], Handler]:
    """Gives a handler the name under which the outbox remembers whom it has told.

    The name outlives whatever function and module are called later: under another one, events that wait while a
    release is rolled out would be handled a second time. Those that look like paths are the paths of long ago.

    An ``ordered`` one gets the events of one subject in the order in which they happened. Only an event with an order
    key has an order. A handler that is not ordered waits for nothing and holds up nothing.

    What is to be told to one that comes ``first`` does not queue behind mails and webhooks: nobody is watched, and no
    alert fires, before it has run.
    """

    def mark(function: Handler) -> Handler:
        _identities[function] = identity
        if ordered:
            _in_order.add(function)
        if first:
            _first.add(function)
        return function

    return mark


def identity_of(function: Handler) -> str:
    """Its name in ``OutboxHandled``."""
    return _identities.get(function) or f"{function.__module__}.{function.__qualname__}"


def register(handlers: Mapping[str, tuple[Handler, ...]]) -> None:
    """Adds an app's handlers. Called once, from the app's ``ready``; ``*`` listens to every name.

    Of one name at most one handler is ordered, so that two of them never hold each other up.
    """
    for name, functions in handlers.items():
        if nameless := [function for function in functions if function not in _identities]:
            raise ValueError(f"{nameless[0].__qualname__} has no name of its own: decorate it with handler().")
        _handlers[name].extend(function for function in functions if function not in _handlers[name])
        if len([function for function in handlers_of(name) if is_ordered(function)]) > 1:
            raise ValueError(f"Two ordered handlers listen to {name}.")


def is_ordered(function: Handler) -> bool:
    """Whether it gets the events of one subject in their order."""
    return function in _in_order


def names_that_come_first() -> list[str]:
    """The names of the events that a handler which comes first listens to."""
    return [name for name, functions in _handlers.items() if not _first.isdisjoint(functions)]


def handlers_of(name: str) -> list[Handler]:
    """The handlers of one event name, then those of all names."""
    return [*_handlers.get(name, []), *_handlers.get(ANY, [])]
