"""Until when the work at hand may go on: what a request is given by the wall's clock, asked for where work can be long.

Standard library only, so that the pure engine may ask too. Outside a request nothing is limited and asking costs
nothing worth measuring.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_until: ContextVar[float | None] = ContextVar("retainer_deadline", default=None)


class TimeIsUp(Exception):
    """The work took longer than a request may."""


@contextmanager
def limited_to(seconds: float) -> Iterator[None]:
    """Whatever runs inside has so many seconds. Without a limit (0) it has all of them."""
    token = _until.set(time.monotonic() + seconds if seconds else None)
    try:
        yield
    finally:
        _until.reset(token)


def check() -> None:
    """Raises TimeIsUp where the time is over."""
    until = _until.get()
    if until is not None and time.monotonic() > until:
        raise TimeIsUp("This took longer than a request may.")


def lift() -> None:
    """Takes the limit away, for whoever tells the caller that the time is over."""
    _until.set(None)
