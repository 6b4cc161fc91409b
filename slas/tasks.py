"""The tick that looks for due clocks."""

from __future__ import annotations

import time

from core.heartbeat import beat
from core.tasks import call_another, system_task
from slas.bulk_retarget import services as bulk_retarget_services
from slas.calendars import holidays
from slas.clocks import sweep

# A pass that goes on for longer leaves the rest to the next tick, so that the heartbeat stays fresh under load.
PASS_SECONDS = 2.0


@system_task(queue="sweep")
def sweep_clocks() -> None:
    """Judges every clock that is due, batch after batch, until none is left or two seconds have passed."""
    started = time.monotonic()
    judged = breached = failed = 0
    while time.monotonic() - started < PASS_SECONDS:
        result = sweep.sweep_due()
        if not judged and result.judged == sweep.BATCH:
            # More is due than one batch. Each pass calls one more.
            call_another(sweep_clocks, within_seconds=PASS_SECONDS)
        judged, breached, failed = judged + result.judged, breached + result.breached, failed + result.failed
        if not result.judged and not result.failed:
            break
    beat("sweep", judged=judged, breached=breached, failed=failed)


@system_task(queue="default")
def move_clocks() -> None:
    """Counts and moves open clocks that come to newer terms, until nothing is left or two seconds have passed."""
    started = time.monotonic()
    while time.monotonic() - started < PASS_SECONDS:
        if not bulk_retarget_services.step_moves():
            break
    beat("moves")


@system_task(queue="default")
def read_holidays() -> None:
    """Proposes the public holidays that come within reach."""
    beat("holidays", read=holidays.read_feeds())
