"""Several works begun at the same moment, each on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from core.errors import Conflict


def together(*works: Callable[[], Any]) -> list[Any]:
    """What each of the works returned, or the Conflict it met, all begun at the same moment."""
    gate = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            gate.wait()
            results[place] = work()
        except Conflict as conflict:
            results[place] = conflict
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place, work]) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def conflicts(results: Sequence[Any]) -> int:
    return sum(isinstance(result, Conflict) for result in results)
