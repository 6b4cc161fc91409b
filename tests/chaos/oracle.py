"""What must be true afterwards, whatever was done. Every finding is a sentence; none is a pass.

Each fact is asserted for itself, from what was stored and from what the outside wrote down, in ``tests/chaos/facts``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.clock import now
from tests.chaos.books import Opened, Page
from tests.chaos.facts import alerts, deadlines, deliveries, events, illness, incidents, leftovers, polls
from tests.chaos.facts.plan import Plan
from tests.chaos.facts.stored import Stored, read
from tests.chaos.hurts import Hurts
from tests.chaos.receivers import Post


@dataclass(frozen=True)
class Seen:
    """What the outside wrote down. ``ended`` is the real second in which it was read."""

    pages: dict[str, Page]
    opened: list[Opened]
    post: Post
    ended: float
    hurts: Hurts = field(default_factory=Hurts)


def findings(plans: Sequence[Plan], seen: Seen) -> list[str]:
    """Everything that is not as it should be."""
    found = [f"{plan.agency}: {said}" for plan in plans for said in _of_one(read(plan.agency_id), plan, seen)]
    return [*found, *deliveries.ids(seen.post), *leftovers.find()]


def _of_one(stored: Stored, plan: Plan, seen: Seen) -> Iterator[str]:
    yield from polls.find(stored, seen.pages, seen.hurts, seen.ended)
    yield from alerts.find(stored, seen.hurts)
    yield from illness.find(stored, seen.pages, seen.hurts, seen.ended)
    yield from incidents.find(stored, plan, seen.opened)
    yield from deadlines.find(stored, plan, now())
    yield from events.find(stored)
    yield from deliveries.find(stored, plan, seen.post)


def tally(plans: Sequence[Plan], seen: Seen) -> dict[str, int]:
    """How much the oracle had to look at, so that it cannot pass because it demanded nothing."""
    rows = [(plan, read(plan.agency_id)) for plan in plans]
    demands = [illness.demands(stored, seen.pages, seen.hurts) for _plan, stored in rows]
    return {
        "runs of bad answers": sum(all_of_them for all_of_them, _due in demands),
        "of which a firing was demanded": sum(due for _all_of_them, due in demands),
        "firings": sum(len(told) for _plan, stored in rows for told in alerts.firings_of(stored).values()),
        "alerts": sum(len(stored.alerts) for _plan, stored in rows),
        "incidents": sum(len(stored.incidents) for _plan, stored in rows),
        "clocks": sum(len(stored.clocks) for _plan, stored in rows),
        "breaches": sum(notice.threshold == "breach" for _plan, stored in rows for notice in stored.notices),
    }
