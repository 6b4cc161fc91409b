"""The one place that says what time it is.

Domain code asks here and never the database or the standard library, so that a test, the demo's history and a
replay can move time without touching anything else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from pathlib import Path

_moved_to: ContextVar[datetime | None] = ContextVar("retainer_clock", default=None)

# A file with seconds in it moves every process of a test run at once: a machine that was asleep, a clock set wrong.
_SHIFT = Path(os.environ.get("CLOCK_SHIFT_FILE", "")) if os.environ.get("RETAINER_ENV") == "test" else Path()


def now() -> datetime:
    """The current instant, timezone-aware, in UTC."""
    return _moved_to.get() or datetime.now(UTC) + _shift()


def _shift() -> timedelta:
    return timedelta(seconds=float(_SHIFT.read_text())) if _SHIFT.name else timedelta()


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
