"""Who holds how many of the prober's places, so that no agency has them all.

Four fifths of the places go to whatever has been due for longest. The rest is kept for those who hold few: whoever
holds at least as many places as are free gets none of them, so that some are left however many agencies want all.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

KEPT = 5
# Passing over those who hold much looks at all of theirs that is due. It may take this part of the time.
PART_OF_TIME = 1 / 30


class Wish(NamedTuple):
    """How many more to claim, and of whom none."""

    limit: int
    beside: list[uuid.UUID]


class Shares:
    """The places by agency."""

    def __init__(self, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.size, self._clock = size, clock
        self._held: Counter[uuid.UUID] = Counter()
        self._not_before = 0.0

    @property
    def free(self) -> int:
        """Places that nobody holds."""
        return self.size - self._held.total()

    def take(self, agencies: Iterable[uuid.UUID]) -> None:
        """A place for each."""
        self._held.update(agencies)

    def leave(self, agencies: Iterable[uuid.UUID]) -> None:
        """Their places are free again."""
        self._held.subtract(agencies)

    def for_anybody(self) -> int:
        """How many of whatever is due may be claimed."""
        return max(0, self.free - self.size // KEPT)

    def for_others(self) -> Wish | None:
        """How many may be claimed beside those who hold much; None where it is not yet time to look again."""
        free = self.free
        if free < 1 or self._clock() < self._not_before:
            return None
        return Wish((free + 1) // 2, [agency for agency, held in self._held.items() if held >= free])

    def looked(self, seconds: float) -> None:
        """So long did it take to pass over them."""
        self._not_before = self._clock() + seconds / PART_OF_TIME
