"""The one place that says what time it is.

Domain code asks here and never the database or the standard library, so that a test, the demo's history and a
replay can move time without touching anything else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_moved_to: ContextVar[datetime | None] = ContextVar("retainer_clock", default=None)


def now() -> datetime:
    """The current instant, timezone-aware, in UTC."""
    return _moved_to.get() or datetime.now(UTC)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Runs the block as if it were ``instant`` (aware). Used to write history: imports, the demo, tests."""
    if instant.tzinfo is None:
        raise ValueError("An instant needs a time zone.")
    token = _moved_to.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _moved_to.reset(token)
