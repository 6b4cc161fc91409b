"""How well promises were kept in a period: counts with their denominator, medians and percentiles, a suggested target.

A promise counts in the period in which it was decided: kept when its work was done in time, missed when its deadline
passed. What was cancelled was no longer owed and is counted beside.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.db.models import Q, QuerySet

from slas.clocks.models import Clock
from slas.states import ClockState
from slas.words import Metric, Severity

# Below this many, a percentile says more about chance than about the work.
LEAST_TIMES = 5
# A suggested target is rounded up to what people write into a contract: up to so many seconds, in steps of so many.
STEPS = ((3600, 300), (4 * 3600, 900), (8 * 3600, 1800))
LONGEST_STEP = 3600
K = TypeVar("K", bound=Hashable)


@dataclass(slots=True)
class Attainment:
    """What became of the promises of one group. Times are open seconds from start to done, of those that were done."""

    kept: int = 0
    missed: int = 0
    cancelled: int = 0
    targets: set[int] = field(default_factory=set)
    times: list[int] = field(default_factory=list)

    @property
    def decided(self) -> int:
        """The denominator: kept and missed, nothing else."""
        return self.kept + self.missed

    @property
    def share(self) -> float | None:
        """Kept of decided; None of none. Rounded down to a thousandth, so that one miss never reads as 100 %."""
        return self.kept * 1000 // self.decided / 1000 if self.decided else None

    @property
    def median(self) -> int | None:
        """The time within which half was done; None of none."""
        return nearest_rank(self.times, 50) if self.times else None

    @property
    def ninth(self) -> int | None:
        """The time within which nine of ten were done; None where too few say so."""
        return nearest_rank(self.times, 90) if len(self.times) >= LEAST_TIMES else None

    @property
    def suggested(self) -> int | None:
        """A target that nine of ten would have met, rounded up; None where too few say so."""
        return None if self.ninth is None else rounded_up(self.ninth)

    @property
    def target(self) -> int | None:
        """The target that was promised; None where there were several."""
        return next(iter(self.targets)) if len(self.targets) == 1 else None

    def add(self, clock: Clock) -> None:
        """Counts one promise."""
        if clock.state == ClockState.CANCELLED:
            self.cancelled += 1
            return
        self.kept += clock.state == ClockState.MET
        self.missed += clock.state == ClockState.BREACHED
        if target_of(clock) is not None:
            self.targets.add(target_of(clock) or 0)
        if clock.satisfied_at is not None:
            self.times.append(clock.consumed_seconds)


def decided_between(start: datetime, end: datetime, client_id: uuid.UUID | None = None) -> QuerySet[Clock]:
    """The promises that were kept, missed or cancelled in ``[start, end)``, the newest first."""
    missed = Q(breached_at__gte=start, breached_at__lt=end)
    ended = Q(breached_at=None, ended_at__gte=start, ended_at__lt=end)
    rows = Clock.objects.filter(missed | ended).order_by("-started_at", "id")
    return rows.filter(client_id=client_id) if client_id else rows


def grouped(clocks: Iterable[Clock], key: Callable[[Clock], K]) -> dict[K, Attainment]:
    """The attainment of each group, in the order in which the groups appear."""
    found: dict[K, Attainment] = defaultdict(Attainment)
    for clock in clocks:
        found[key(clock)].add(clock)
    return dict(found)


def by_promise(clocks: Iterable[Clock]) -> list[tuple[str, str, Attainment]]:
    """Metric, severity and attainment, in the order in which people know them."""
    found = grouped(clocks, lambda clock: (clock.metric, clock.severity))
    order = [(metric, severity) for metric in Metric.values for severity in Severity.values]
    return [(*key, found[key]) for key in order if key in found]


def target_of(clock: Clock) -> int | None:
    """The open seconds that were promised at the start; None of an agreed date."""
    target: int | None = clock.terms.get("target_seconds")
    return target


def nearest_rank(values: Sequence[int], percent: int) -> int:
    """The smallest of the values that at least so many per cent of them do not exceed (nearest-rank percentile)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def rounded_up(seconds: int) -> int:
    """Up to five minutes below an hour, to a quarter below four, to half an hour below eight, then to the hour."""
    step = next((step for below, step in STEPS if seconds <= below), LONGEST_STEP)
    return max(step, -(-seconds // step) * step)
