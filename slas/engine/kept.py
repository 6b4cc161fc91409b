"""What can be made again, kept while it is asked for: bounded by what all of it weighs and not by how many it is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values by key. Those that were asked for longest ago go once all together weigh more than ``most`` bytes.

    Threads may share it. What alone weighs more than that is not kept at all.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.weight = 0
        self._rows: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: K) -> V | None:
        """The value under this key, if it is still kept."""
        # A key compared in Python lets another thread in, so that reading needs the lock too.
        with self._lock:
            row = self._rows.get(key)
            if row is None:
                return None
            self._rows.move_to_end(key)
            return row[0]

    def keep(self, key: K, value: V, weight: int) -> V:
        """The value that is kept under this key from now on: the one of whoever came first."""
        with self._lock:
            known = self._rows.get(key)
            if known is not None:
                return known[0]
            if weight <= self.most:
                self._rows[key] = (value, weight)
                self.weight += weight
            while self.weight > self.most:
                self.weight -= self._rows.popitem(last=False)[1][1]
            return value

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._rows.clear()
            self.weight = 0
