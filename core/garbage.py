"""How often Python looks for garbage in cycles, in a process that lives long."""

from __future__ import annotations

import gc
import threading

# What came in since the last look may be garbage by now: requests and their bodies stand in cycles of Django's own.
MOST_BYTES = 4 << 20

_hand = threading.Lock()
_bytes = 0


def collect_less_often() -> None:
    """What is loaded by now is never garbage, and one request or batch makes none worth looking for each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def collect_by_weight(size: int) -> None:
    """Looks once so many bytes have come in: Python counts objects, and a few large ones are soon all the memory."""
    global _bytes
    with _hand:
        _bytes += size
        due = _bytes > MOST_BYTES
        if due:
            _bytes = 0
    if due:
        gc.collect()
