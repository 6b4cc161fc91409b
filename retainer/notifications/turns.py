"""Who is next: places in a round are given one by one to whoever holds fewest, so that nobody's backlog is in the way.

Pure, and therefore tested without a database. An agency may hold at most a quarter of the places that are free, so
that there are always some for who comes later; a lane at most so many, and one that lets us wait only one.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from random import SystemRandom

from retainer.notifications.lanes import Lane

LANE_PLACES = 8
_chance = SystemRandom().random


@dataclass
class LeasedDeliveries:
    """What a round has on its way, and what it has learned about those it waits for."""

    lanes: Counter[Lane] = field(default_factory=Counter)
    slow: set[Lane] = field(default_factory=set)

    @property
    def agencies(self) -> Counter[uuid.UUID]:
        """How many each agency has on its way."""
        found: Counter[uuid.UUID] = Counter()
        for lane, number in self.lanes.items():
            found[lane.agency_id] += number
        return found

    def take(self, lane: Lane) -> None:
        """One more on its way."""
        self.lanes[lane] += 1

    def give_back(self, lane: Lane, *, answered: bool) -> None:
        """One less; whoever did not answer is slow from now on, until they do."""
        self.lanes[lane] -= 1
        if not self.lanes[lane]:
            del self.lanes[lane]
        (self.slow.discard if answered else self.slow.add)(lane)


def share_of(free: int) -> int:
    """How many places one agency may hold where so many are free."""
    return max(1, free // 4)


def in_turn(
    waiting: Mapping[Lane, Sequence[uuid.UUID]],
    *,
    free: int,
    allowed: Mapping[uuid.UUID, int],
    leased: LeasedDeliveries,
    by_name: bool = False,
    quick_only: bool = False,
) -> Iterator[tuple[Lane, uuid.UUID]]:
    """The messages to take on, in the order of their turns.

    ``allowed`` is what each agency's rate has to give. With ``by_name`` a lane comes only after those before it by
    name; otherwise lanes of an agency take turns. With ``quick_only`` nobody is taken on whom the round waits for
    already or has waited for in vain.
    """
    queues = _queues(waiting, leased, by_name=by_name, quick_only=quick_only)
    holds, rate = leased.agencies, dict(allowed)
    # Among equals chance decides: an order of ids or ages would let the same ones wait each time.
    turns = [(holds[agency_id], _chance(), agency_id) for agency_id in queues]
    heapify(turns)
    while free and turns:
        number, _order, agency_id = heappop(turns)
        lane = queues[agency_id].next() if number < share_of(free) and rate.get(agency_id, 0) > 0 else None
        if lane is None:
            # It has no further turn in this claim: places only become fewer.
            continue
        yield lane
        free -= 1
        rate[agency_id] -= 1
        heappush(turns, (number + 1, _chance(), agency_id))


class _Queue:
    """What one agency has waiting, lane by lane."""

    def __init__(self, *, by_name: bool) -> None:
        self._by_name = by_name
        self._turns: list[tuple[str, int, float, Lane, int, list[uuid.UUID]]] = []

    def add(self, lane: Lane, ids: Sequence[uuid.UUID], leased: int, most: int) -> None:
        """A lane with its messages, of which it holds so many, and may hold at most so many."""
        if ids and (self._by_name or leased < most):
            order = lane.name if self._by_name else ""
            heappush(self._turns, (order, leased, _chance(), lane, most, list(reversed(ids))))

    def next(self) -> tuple[Lane, uuid.UUID] | None:
        """The message whose turn it is."""
        if not self._turns:
            return None
        _name, leased, _order, lane, most, ids = heappop(self._turns)
        row_id = ids.pop()
        self.add(lane, list(reversed(ids)), leased + 1, most)
        return lane, row_id


def _queues(
    waiting: Mapping[Lane, Sequence[uuid.UUID]], leased: LeasedDeliveries, *, by_name: bool, quick_only: bool
) -> dict[uuid.UUID, _Queue]:
    found: dict[uuid.UUID, _Queue] = {}
    for lane, ids in waiting.items():
        if not (quick_only and (lane in leased.slow or lane in leased.lanes)):
            most = 1 if lane in leased.slow else LANE_PLACES
            queue = found.setdefault(lane.agency_id, _Queue(by_name=by_name))
            queue.add(lane, ids, leased.lanes[lane], most)
    return found
