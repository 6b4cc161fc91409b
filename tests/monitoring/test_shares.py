"""An agency that has very much due takes its turn, and no more than its share of the places."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.clock import now
from core.errors import DomainError
from monitoring.models import Check
from monitoring.polling import prober, shares
from monitoring.polling.prober import probe_on, probe_round
from monitoring.polling.shares import Shares
from tests.cast import AgencyFixture, Cast
from tests.monitoring.scenario import MonitoringScenario, Target

A, B, C = (uuid.uuid4() for _agency in range(3))


def _watch(house: AgencyFixture, target: Target, number: int, **more: object) -> None:
    lab = MonitoringScenario(house)
    lab.moment = now() - timedelta(seconds=number)
    # A check has its turns at moments of its own; of one in 31 days none falls into the seconds of a test.
    lab.watch(target, name=f"Check {number}", interval_seconds=2_678_400, **more)


def _ends(house: AgencyFixture) -> list[datetime]:
    """When each check was answered, the earliest first; every one of them was."""
    with house.scope():
        ends = list(Check.objects.values_list("last_finished_at", flat=True))
    assert None not in ends
    return sorted(end for end in ends if end)


def test_three_checks_are_not_behind_a_hundred_that_were_due_before(
    cast: Cast, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However long looking takes on this machine, it is time to look again in each step.
    monkeypatch.setattr(shares, "PART_OF_TIME", float("inf"))
    target.says(rate=0.9)
    target.delay = 0.02
    for number in range(100):
        _watch(cast.north, target, 100 + number)
    for number in range(3):
        _watch(cast.south, target, number)
    assert probe_round(seconds=20, size=10) >= 103
    # Without their share they would be asked when all the others have been. How soon they are is told by the bench.
    last_of_few, late_of_many = _ends(cast.south)[-1], _ends(cast.north)[90]
    assert last_of_few < late_of_many


def test_targets_that_hang_hold_no_places_of_others(cast: Cast, target: Target, other_target: Target) -> None:
    """Forty hang for two seconds each in ten places; who is due a moment later is not behind them."""
    target.delay, other_target.delay = 3, 0
    other_target.says(rate=0.9)
    for number in range(40):
        _watch(cast.north, target, 100 + number, timeout_ms=2000)
    for number in range(3):
        _watch(cast.south, other_target, number)
    began = now()
    probe_round(seconds=1, size=10)
    assert all(end - began < timedelta(seconds=2) for end in _ends(cast.south))


def test_a_round_does_not_wait_at_its_end_for_who_hangs(
    cast: Cast, target: Target, other_target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hangs for five seconds. Who falls due after the round has ended is asked by the next one, before that."""
    monkeypatch.setattr(prober, "_kept", [])
    target.delay = 6
    other_target.says(rate=0.9)
    _watch(cast.north, target, 1, timeout_ms=5000)
    began = now()
    probe_on(seconds=0.5)
    _watch(cast.south, other_target, 2)
    probe_on(seconds=0.5)
    assert _ends(cast.south)[0] - began < timedelta(seconds=4)
    with cast.north.scope():
        assert Check.objects.get().last_finished_at is None
    # It is still in flight, and comes to its end in a later round.
    probe_on(seconds=20)
    with cast.north.scope():
        assert Check.objects.get().last_error == "timeout"
    [kept] = prober._kept
    assert kept.idle
    kept.close()


def test_the_last_places_are_for_those_who_hold_few() -> None:
    shares = Shares(500)
    assert shares.for_anybody() == 400
    shares.take([A] * 400)
    assert (shares.for_anybody(), shares.for_others()) == (0, (50, [A]))
    shares.take([B] * 50)
    # B holds as many as are free now.
    assert shares.for_others() == (25, [A, B])
    shares.take([C] * 25)
    shares.leave([A] * 100)
    assert shares.for_anybody() == 25
    assert shares.for_others() == (63, [A])


def test_however_many_agencies_want_everything_a_place_is_left_for_the_next() -> None:
    shares, held = Shares(500), Counter[uuid.UUID]()
    for _greedy in range(6):
        agency = uuid.uuid4()
        for _round in range(20):
            wish = shares.for_others()
            taken = shares.for_anybody() or (wish.limit if wish and agency not in wish.beside else 0)
            shares.take([agency] * taken)
            held[agency] += taken
    assert min(held.values()) >= 1
    assert shares.free >= 1


def test_passing_over_those_who_hold_much_takes_little_of_the_time() -> None:
    at = [0.0]
    shares = Shares(500, lambda: at[0])
    shares.take([A] * 400)
    assert shares.for_others()
    shares.looked(0.1)
    assert shares.for_others() is None
    at[0] = 2.9
    assert shares.for_others() is None
    at[0] = 3.1
    assert shares.for_others()


def test_an_agency_has_so_many_checks_and_no_more(cast: Cast, target: Target, settings: Any) -> None:
    settings.MOST_CHECKS = 2
    for number in range(2):
        _watch(cast.north, target, number)
    with pytest.raises(DomainError) as refused:
        _watch(cast.north, target, 3)
    assert (refused.value.field, str(refused.value)) == ("name", "An agency has at most 2 checks.")
    _watch(cast.south, target, 4)
