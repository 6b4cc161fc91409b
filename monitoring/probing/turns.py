"""Whose turn it is: of those who wait, the one that has had the least so far."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Turns(Generic[Item]):
    """What waits, by owner, in the order in which it came. Whoever costs much waits behind whoever costs little.

    An owner that comes later begins where the least of those stands who wait, so that nobody saves turns up.
    """

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._waiting: dict[Hashable, deque[Item]] = {}
        self._spent: dict[Hashable, float] = {}
        self._order: list[tuple[float, int, Hashable]] = []
        self._number = itertools.count()
        self._floor = 0.0
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def put(self, owner: Hashable, item: Item, *, first: bool = False) -> None:
        """Adds at the end of the owner's own, or in front where it had its turn and was handed back."""
        waiting = self._waiting.get(owner)
        if waiting is None:
            waiting = self._waiting[owner] = deque()
            self._spent[owner] = max(self._spent.get(owner, 0.0), self._floor)
            self._queue_up(owner)
        if first:
            waiting.appendleft(item)
        else:
            waiting.append(item)
        self._size += 1

    def pop(self, cost: float) -> Item:
        """The next item; its owner is charged at least this. Raises IndexError where nothing waits."""
        owner = self._next_owner()
        waiting = self._waiting[owner]
        item = waiting.popleft()
        self._size -= 1
        self._floor = self._spent[owner]
        self._spent[owner] += cost
        self._queue_up(owner)
        return item

    def charge(self, owner: Hashable, cost: float) -> None:
        """What an item has cost in truth beyond what was charged when it was taken."""
        if owner in self._spent:
            self._spent[owner] += cost

    def take_if(self, is_over: Callable[[Item], bool]) -> list[Item]:
        """Takes out those, from the front of each owner's own, of which this holds."""
        taken = []
        for waiting in self._waiting.values():
            while waiting and is_over(waiting[0]):
                taken.append(waiting.popleft())
        self._size -= len(taken)
        return taken

    def forget(self) -> None:
        """Once nobody waits nobody has had anything."""
        if not self._size:
            self._begin()

    def _queue_up(self, owner: Hashable) -> None:
        heapq.heappush(self._order, (self._spent[owner], next(self._number), owner))

    def _next_owner(self) -> Hashable:
        while True:
            at, _number, owner = heapq.heappop(self._order)
            if not self._waiting[owner]:
                del self._waiting[owner]
            elif at >= self._spent[owner]:
                return owner
            else:
                # It was charged for something since it queued up.
                self._queue_up(owner)
