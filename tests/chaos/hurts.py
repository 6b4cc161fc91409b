"""What a fault excuses: the subjects that it touched, for as long as it lasted, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

# Where a check is leased by whoever was killed, it is due again after its time-out and fifteen seconds.
LEASE = 18.0
WORKERS = ("worker-1", "worker-2")
# Without any one of these nobody is asked.
NEEDED = ("postgres", "redis", "beat")
Window = tuple[float, float]


@dataclass(frozen=True)
class Hurt:
    """One fault that happened, in real seconds.

    ``stops`` names the parts that stood still, ``recovers`` how long they take afterwards until they work again.
    ``strands`` says that what was under way waits for its lease. ``puts_off`` is how long after the fault somebody may
    still believe that a check is due later than it is. ``shakes`` is how many answers of one subject may have been
    taken for a silence, by a clock that stood still meanwhile or was ahead. ``differs`` says that one process read an
    earlier time than another one had just written.
    """

    name: str
    since: float
    until: float
    stops: frozenset[str] = frozenset()
    recovers: float = 0.0
    strands: bool = False
    puts_off: float = 0.0
    shakes: int = 0
    differs: bool = False

    def stopped(self, part: str) -> list[Window]:
        """When this part stood still."""
        return [(self.since, self.until + self.recovers)] if part in self.stops else []

    def waits(self) -> list[Window]:
        """When one check may wait although somebody else asks the others."""
        waits = []
        if self.strands:
            # Stranded when it began or, where a part came back in the middle of something, when it ended.
            waits.append((self.since, self.since + LEASE))
            if self.stops & {"postgres"}:
                waits.append((self.since, self.until + self.recovers + LEASE))
        if self.puts_off:
            waits.append((self.since, self.until + self.puts_off))
        return waits


class Hurts:
    """All faults of a run."""

    def __init__(self, rows: Iterable[Hurt] = ()) -> None:
        self.rows = sorted(rows, key=lambda row: row.since)

    def unasked(self) -> list[Window]:
        """When a check may go unasked: nobody can ask at all, or it may be one of those that a dead process held."""
        needed = chain.from_iterable(row.stopped(part) for row in self.rows for part in NEEDED)
        one, two = ([*chain.from_iterable(row.stopped(part) for row in self.rows)] for part in WORKERS)
        held = chain.from_iterable(row.waits() for row in self.rows)
        return union([*needed, *common(union(one), union(two)), *held])

    def losses(self, since: float, until: float) -> int:
        """How many answers of one subject may have been lost in that time: one for each fault that strands, or more
        for one that outlasts a lease and comes upon the next as well."""
        met = [row for row in self.rows if row.since < until + LEASE and row.until + row.recovers > since - LEASE]
        lasting = [row for row in met if row.strands or row.puts_off or row.stops & {"postgres"}]
        return sum(1 + (int((row.until - row.since) / LEASE) if "postgres" in row.stops else 0) for row in lasting)

    def differed(self, since: float, until: float) -> bool:
        """Whether in that time somebody may have read an earlier time than was written."""
        return any(row.differs and row.since < until + LEASE and row.until > since - LEASE for row in self.rows)

    def shaken(self, since: float, until: float) -> int:
        """How many answers of one subject may have been taken for silences."""
        return sum(row.shakes for row in self.rows if row.since < until + LEASE and row.until > since - LEASE)


def union(windows: Iterable[Window]) -> list[Window]:
    """The same time as windows that do not touch."""
    found: list[Window] = []
    for since, until in sorted(windows):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def common(one: Iterable[Window], two: Iterable[Window]) -> list[Window]:
    """The time that lies in both."""
    both = [(max(a[0], b[0]), min(a[1], b[1])) for a in one for b in two]
    return [window for window in both if window[0] < window[1]]


def seconds_in(windows: Iterable[Window], since: float, until: float) -> float:
    """How much of the windows, which do not touch, lies between the two."""
    return sum(max(0.0, min(b, until) - max(a, since)) for a, b in windows)
