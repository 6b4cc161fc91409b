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
LONGEST = 40.0
APART = 3.0
Look = Callable[[], list[str]]


def settle(load: Load, look: Look, leap: Callable[[], None]) -> list[str]:
    """The findings once they stay the same: what is still under way is given time, and no more than it needs."""
    over = threading.Event()
    threading.Thread(target=_push_on, args=(load, over), daemon=True).start()
    try:
        load.calm(ill=False)
        # Found or not, it is looked at again below, when a part of them is ill.
        _until_nothing_is_found(look, ENOUGH)
        load.calm(ill=True)
        found = _until_nothing_is_found(look, ENOUGH + LONGEST)
        if found:
            # Who was refused once more after the faults may wait for hours until the next try. Whatever is still due
            # after that, or is not due and was not sent either, is a finding.
            leap()
            found = _until_nothing_is_found(look, ENOUGH + LONGEST)
        return found
    finally:
        over.set()


def _push_on(load: Load, over: threading.Event) -> None:
    while not over.wait(PUSH_EVERY):
        load.push_on()


def _until_nothing_is_found(look: Look, seconds: float) -> list[str]:
    """Nothing, as soon as two looks in a row find nothing; else what is found when the time is over, or as soon as it
    has stayed the same for as long as anything needs."""
    began, same_since, before = time.monotonic(), time.monotonic(), [""]
    while True:
        time.sleep(APART)
        found = look()
        if found != before:
            same_since, before = time.monotonic(), found
        stayed = time.monotonic() - same_since
        if (not found and stayed >= APART) or stayed > ENOUGH or time.monotonic() - began > seconds:
            return found
