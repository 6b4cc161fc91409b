"""Proportional memory of a worker's and of a web server's process, after each has worked."""

from __future__ import annotations

import time
from pathlib import Path

from bench import stack, web
from bench.harness import Figure
from retainer.local import kernel
from tests.cast import AgencyFixture

MOST = 200.0


def run(house: AgencyFixture, _place: Path) -> list[Figure]:
    """The largest process of each kind, in MiB."""
    del house
    with stack.worker("sweep,poll,default,deliver,mail", 4) as worker, stack.beat():
        time.sleep(8)
        largest_worker = _largest(worker.pid)
    with web.serving("retainer.wsgi", workers=2) as server:
        web.times(server, "/accounts/login/", {}, 50)
        largest_web = _largest(server.pid)
    return [_figure("memory of a worker process", largest_worker), _figure("memory of a web process", largest_web)]


def _figure(name: str, mib: float) -> Figure:
    return Figure(name, mib, "MiB", bound=f"under {MOST:.0f} MB", holds=mib * 1.048576 < MOST)


def _largest(pid: int) -> float:
    return max(_proportional(one) for one in [pid, *kernel.descendants(pid)])


def _proportional(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
