"""Reads answers beside the loop that asks: the many in a quick lane, what took long before in a slow one.

An answer gets little time in the quick lane. What needs more is read once more in the slow lane, by a process that
stands back behind everything else on the machine, and its check goes there at once for the next hour.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from monitoring.probing.lane import Done, Job, Lane, Pace
from monitoring.probing.parse import Reading
from monitoring.probing.parser import TOOK_TOO_LONG

# Whoever waits longer than its lease lasts beyond the answer would be asked again, and never be judged.
QUICK = Pace(seconds=0.02, turn=0.025, most=256, patience=10.0, niceness=0)
SLOW = Pace(seconds=1.0, turn=0.0, most=1, patience=8.0, niceness=10)
REMEMBERED_SECONDS, MOST_REMEMBERED = 3600.0, 10_000


class Reader:
    """Two lanes, and which checks' answers took long. Never waited for unless with ``wait``."""

    def __init__(self) -> None:
        self.quick, self.slow = Lane(QUICK), Lane(SLOW)
        self._slow_since: OrderedDict[Hashable, float] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many answers are not read yet."""
        return self.quick.waiting + self.slow.waiting

    def put(
        self,
        *,
        owner: Hashable,
        check_id: Hashable,
        kind: str,
        metrics: Sequence[Mapping[str, str]],
        body: bytes,
        tag: Any,
    ) -> None:
        """Queues an answer up."""
        job = Job(owner, kind, metrics, body, (check_id, tag))
        (self.slow if self._is_slow(check_id) else self.quick).put(job)

    def pump(self, *, hurry: bool = True) -> list[tuple[Any, Reading]]:
        """What was read meanwhile, with its tag."""
        done: Done = self.slow.pump(hurry=True) if self.slow.waiting else []
        if self.quick.waiting:
            for job, reading in self.quick.pump(hurry=hurry):
                if reading == TOOK_TOO_LONG:
                    self._read_slowly(job)
                else:
                    done.append((job, reading))
        return [(job.tag[1], reading) for job, reading in done]

    def wait(self, seconds: float) -> None:
        """Waits for one of the lanes, no longer than ``seconds``."""
        (self.quick if self.quick.waiting else self.slow).wait(seconds)

    def close(self) -> None:
        """Ends the processes."""
        self.quick.close()
        self.slow.close()

    def _read_slowly(self, job: Job) -> None:
        self._slow_since[job.tag[0]] = time.monotonic()
        self._slow_since.move_to_end(job.tag[0])
        if len(self._slow_since) > MOST_REMEMBERED:
            self._slow_since.popitem(last=False)
        self.slow.put(job)

    def _is_slow(self, check_id: Hashable) -> bool:
        since = self._slow_since.get(check_id)
        return since is not None and time.monotonic() - since < REMEMBERED_SECONDS


_idle: list[Reader] = []
_lock = threading.Lock()
# A fork must not speak to the processes of whoever forked it.
os.register_at_fork(after_in_child=_idle.clear)


def borrow() -> Reader:
    """This process's reader, kept from one round to the next; one of one's own where somebody has it."""
    with _lock:
        return _idle.pop() if _idle else Reader()


def give_back(reader: Reader) -> None:
    """Keeps it for the next round. What it has not read yet is nobody's any more."""
    if reader.waiting:
        reader.close()
    with _lock:
        _idle.append(reader)
        spare = _idle[:-1]
        del _idle[:-1]
    for one in spare:
        one.close()
