"""How often Python looks for garbage in cycles, in a process that lives long."""

from __future__ import annotations

import gc


def collect_less_often() -> None:
    """What is loaded by now is never garbage, and one request or batch makes none worth looking for each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
