"""A machine whose clock is set back while it writes judges a promise before it began; nothing is lost by that."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from slas.clocks.evaluation import settle
from tests.cast import Cast
from tests.slas.scenario import HOUR, SlaScenario, sweep, utc


@pytest.fixture
def desk(cast: Cast) -> SlaScenario:
    return SlaScenario(cast.north, {"resolution": HOUR})


def set_back(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Between taking note of what happened and judging it, the clock is set back to this moment."""

    def late(clocks: Any, rows: Any, _at: datetime) -> Any:
        return settle(clocks, rows, utc(moment))

    monkeypatch.setattr("slas.clocks.event_log.settle", late)


def test_a_promise_that_was_judged_before_it_began_is_missed_in_time(
    desk: SlaScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = desk.start("2026-06-01 08:00")
    with monkeypatch.context() as clock:
        set_back(clock, "2026-06-01 07:50")
        desk.record(subject, "pause", "2026-06-01 08:00:30", party="client")
        desk.record(subject, "resume", "2026-06-01 08:00:40")
    assert desk.clock(subject).state == "not_started"
    sweep("2026-06-01 08:01")
    assert desk.clock(subject).state == "running"
    sweep("2026-06-01 09:01")
    assert desk.clock(subject).state == "breached"


def test_one_that_was_kept_meanwhile_is_kept(desk: SlaScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = desk.start("2026-06-01 08:00")
    with monkeypatch.context() as clock:
        set_back(clock, "2026-06-01 07:50")
        desk.record(subject, "satisfy", "2026-06-01 08:00:30")
    sweep("2026-06-01 08:01")
    assert desk.clock(subject).state == "met"
