"""After the faults: everybody is well, then a part of them ill for good; what is still found then is true."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tests.chaos.furniture import COUNT, INTERVAL
from tests.chaos.hurts import LEASE
from tests.chaos.load import PUSH_EVERY, Load

# A value is missed after three answers without it; one more because a streak begins anew, and one lease.
ENOUGH = LEASE + INTERVAL * (COUNT + 3)
LONGEST = 60.0


def settle(load: Load, look: Callable[[], list[str]], leap: Callable[[], None]) -> list[str]:
    """The findings once they stay the same: what is still under way is given time, and no more than it needs."""
    over = threading.Event()
    threading.Thread(target=_push_on, args=(load, over), daemon=True).start()
    try:
        load.calm(ill=False)
        time.sleep(ENOUGH)
        load.calm(ill=True)
        time.sleep(ENOUGH)
        found = _once_they_stay(look)
        if found:
            # Who was refused once more after the faults may wait for hours until the next try. Whatever is still due
            # after that, or is not due and was not sent either, is a finding.
            leap()
            time.sleep(ENOUGH)
            found = _once_they_stay(look)
        return found
    finally:
        over.set()


def _push_on(load: Load, over: threading.Event) -> None:
    while not over.wait(PUSH_EVERY):
        load.push_on()


def _once_they_stay(look: Callable[[], list[str]]) -> list[str]:
    """Empty as soon as nothing is found; else what is found when two looks in a row see the same, or time is over."""
    deadline, before = time.monotonic() + LONGEST, list[str]()
    while True:
        found = look()
        if not found or found == before or time.monotonic() > deadline:
            return found
        before = found
        time.sleep(5)
