"""X36: two workers whose clocks differ by minutes say of a promise the same, once, dated to when it was due."""

from __future__ import annotations

import pytest

from core.errors import DomainError
from slas.models import ClockNotice
from tests.cast import Cast
from tests.slas.scenario import ALWAYS, HOUR, SlaScenario, sweep, utc

pytestmark = pytest.mark.django_db


def test_x36_a_worker_that_runs_ahead_is_not_taken_back_by_one_that_runs_behind(cast: Cast) -> None:
    desk = SlaScenario(cast.north, {"resolution": 4 * HOUR}, ALWAYS)
    subject = desk.start("2026-06-01 08:00")
    assert sweep("2026-06-01 12:03").breached == 1
    assert sweep("2026-06-01 11:57").breached == 0
    assert sweep("2026-06-01 12:01").breached == 0
    assert desk.clock(subject).breached_at == utc("2026-06-01 12:00")
    assert desk.told(subject) == ["breach"]
    with cast.north.scope():
        assert ClockNotice.objects.get(threshold="breach").due_at == utc("2026-06-01 12:00")


def test_x36_what_a_clock_ahead_calls_now_is_no_future_to_the_others(cast: Cast) -> None:
    """An event of a few seconds ahead is refused with a clear word, and the clock stays as it was."""
    desk = SlaScenario(cast.north, {"resolution": 4 * HOUR}, ALWAYS)
    subject = desk.start("2026-06-01 08:00")
    with pytest.raises(DomainError):
        desk.record(subject, "resolve", "2026-06-01 09:10", now="2026-06-01 09:00")
    assert desk.events(subject) == ["start"]
