"""Asks the pipeline's health all the time, and says when it changed its word."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request


class Watch:
    """Asks ``/healthz/pipeline`` every second and keeps when it said what."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/healthz/pipeline"
        self.seen: list[tuple[float, int]] = []
        self._over = threading.Event()
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while not self._over.wait(1):
            self.seen.append((time.monotonic(), self.status()))

    def status(self) -> int:
        """200, 503, or 0 where nobody answers."""
        try:
            with urllib.request.urlopen(self.url, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def wait_for(self, status: int, seconds: float) -> bool:
        """Whether it says so in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.status() == status:
                return True
            time.sleep(0.5)
        return False
