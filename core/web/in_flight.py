"""The requests that a process is answering, and what becomes of a process in which one never ends.

Work that asks for its deadline (`core.deadline`) ends by itself. What does not ask, a regular expression or a loop in a
library, holds its thread for good: nobody can end a thread from outside, and gunicorn's own timeout does not see it,
because with threads it watches the loop that accepts connections. So the process is retired instead: it takes no more
connections, finishes what the others wait for, and ends; the server starts another in its place.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

log = structlog.get_logger("request")


class InFlight:
    """What is being answered, by thread. Retires the process once one of them takes longer than ``most`` seconds.

    ``grace`` is how long the others may still take then. Without ``most`` (0) nothing is watched.
    """

    def __init__(self, most: float, grace: float = 30.0) -> None:
        self.most, self.grace = most, grace
        self._since: dict[int, tuple[float, str]] = {}
        self._watched_in = 0

    @contextmanager
    def answering(self, path: str) -> Iterator[None]:
        """While a thread answers a request."""
        self._watch()
        thread = threading.get_ident()
        self._since[thread] = (time.monotonic(), path)
        try:
            yield
        finally:
            self._since.pop(thread, None)

    def _watch(self) -> None:
        # With the first request, because a server forks after it has loaded us and no thread survives that.
        if self.most and self._watched_in != os.getpid():
            self._watched_in = os.getpid()
            threading.Thread(target=self._look, name="requests in flight", daemon=True).start()

    def _look(self) -> None:
        pause = min(1.0, self.most / 4)
        while not self._stuck():
            time.sleep(pause)
        self._tell()
        # The server takes no more connections and lets the rest finish; what is stuck would keep it from ending.
        os.kill(os.getpid(), signal.SIGTERM)
        self._until(lambda: len(self._since) <= len(self._stuck()))
        os._exit(1)

    def _until(self, done: Callable[[], bool]) -> None:
        patience = time.monotonic() + self.grace
        while not done() and time.monotonic() < patience:
            time.sleep(0.1)
        # An answer that is finished has still to leave.
        time.sleep(0.5)

    def _stuck(self) -> dict[int, str]:
        oldest = time.monotonic() - self.most
        return {thread: path for thread, (since, path) in list(self._since.items()) if since < oldest}

    def _tell(self) -> None:
        frames = sys._current_frames()
        for thread, path in self._stuck().items():
            where = "".join(traceback.format_stack(frames[thread])[-6:]) if thread in frames else ""
            log.error("a request never ends, so its process does", path=path, seconds=self.most, where=where)
