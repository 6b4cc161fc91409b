"""The workers of a run: the product's own, which die at a named point when a file names it.

Nothing of this is in the product. The functions that mark a point are wrapped in the process that is to die, after it
has loaded them; whoever takes the file away is the one that dies, once.
"""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

from celery.signals import worker_process_init

from retainer.celery import app

__all__ = ["POINTS", "WEB_POINTS", "app"]

VARIABLE = "CHAOS_CRASH_FILE"


@dataclass(frozen=True)
class Point:
    """A function by the module that calls it, and whether to die before it or after it."""

    name: str
    module: str
    function: str
    before: bool = False


POINTS = (
    Point("after a check was claimed", "monitoring.polling.prober", "claim"),
    Point("after a result was stored", "monitoring.polling.prober", "store_results"),
    Point("between the lease of events and their handlers", "core.outbox", "_claim"),
    Point("inside the handler that fires", "monitoring.alerts.services", "emit"),
    Point("inside the handler of webhooks", "retainer.notifications.handlers", "queue_webhooks"),
    Point("inside the sweep", "slas.clocks.sweep", "settle"),
    Point("between the lease of a delivery and its sending", "retainer.notifications.delivery", "claim"),
    Point("after a delivery was sent", "retainer.notifications.delivery", "note_sent", before=True),
)
WEB_POINTS = (Point("before an incident is committed", "incidents.services", "open_incident"),)
AFTER_THE_COMMIT = "after an incident was committed"


def die_here(name: str) -> None:
    """Dies if this point is named."""
    place = Path(os.environ.get(VARIABLE, "/nowhere"))
    try:
        if place.read_text() != name:
            return
        # One of those who come by takes it.
        place.rename(f"{place}.taken-{os.getpid()}")
    except OSError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def watch(points: Iterable[Point]) -> None:
    """Wraps the functions of these points, in this process."""
    for point in points:
        module = importlib.import_module(point.module)
        setattr(module, point.function, _wrapped(getattr(module, point.function), point))


def _wrapped(function: Callable[..., Any], point: Point) -> Callable[..., Any]:
    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        if point.before:
            die_here(point.name)
        result = function(*args, **kwargs)
        # Who claimed nothing has nothing to lose. Some give their rows with the lease.
        rows = result[0] if isinstance(result, tuple) else result
        if not point.before and (rows is None or rows):
            die_here(point.name)
        return result

    return run


@worker_process_init.connect
def watch_the_worker(**_ignored: Any) -> None:
    """In each process of a worker, once it has loaded everything."""
    watch(POINTS)
