"""A clock that stands still while nobody looks, so that nobody else is judged by the time that we lost.

A process that was frozen, swapped out or held up by a slow commit reads what has come meanwhile only afterwards. The
other side's time is what passed while somebody looked.
"""

from __future__ import annotations

import time

# What passes between two looks beyond this is not the other side's time.
LONGEST_LOOK = 0.1
# So much lost time spoils what a request measured, and its connection may be torn because of it.
STALLED_SECONDS = 1.0


class FairClock:
    """Seconds that passed while somebody looked, and beside them the seconds that were lost."""

    def __init__(self) -> None:
        self.now = self.lost = 0.0
        self._read_at = time.monotonic()

    def tick(self) -> None:
        """Somebody looks."""
        at = time.monotonic()
        passed, self._read_at = at - self._read_at, at
        self.now += min(passed, LONGEST_LOOK)
        self.lost += max(0.0, passed - LONGEST_LOOK)
