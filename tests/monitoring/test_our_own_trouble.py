"""M39: where many unrelated targets fail at once the fault is ours, and nobody is alerted for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitoring.polling.evaluate import own_trouble
from tests.monitoring.scenario import MonitoringScenario, Target


@pytest.fixture
def crowd() -> Iterator[list[Target]]:
    """Eight targets on addresses of their own."""
    targets = [Target(f"127.0.0.{number}") for number in range(11, 19)]
    for target in targets:
        target.says(rate=0.9)
    yield targets
    for target in targets:
        target.close()


def test_m39_many_hosts_that_fail_at_once_are_held_as_unknown(lab: MonitoringScenario, crowd: list[Target]) -> None:
    ids = [lab.watch(target, bad_count=1) for target in crowd]
    lab.round()
    for target in crowd[:6]:
        target.close()
    lab.round()
    assert lab.alerts() == []
    assert [lab.check(check_id).unknown_streak for check_id in ids] == [1] * 6 + [0] * 2
    assert {lab.check(check_id).bad_streak for check_id in ids} == {0}


def test_m39_a_few_hosts_that_fail_are_their_own_trouble(lab: MonitoringScenario, crowd: list[Target]) -> None:
    for target in crowd:
        lab.watch(target, bad_count=1)
    lab.round()
    for target in crowd[:2]:
        target.close()
    lab.round()
    assert len(lab.alerts()) == 2


def test_m39_an_error_that_a_target_answers_with_is_its_own(lab: MonitoringScenario, crowd: list[Target]) -> None:
    """Whoever answers with an error was reached, so the network is not to blame."""
    for target in crowd:
        lab.watch(target, bad_count=1)
    lab.round()
    for target in crowd[:6]:
        target.fails(500)
    lab.round()
    assert len(lab.alerts()) == 6


@pytest.mark.parametrize(
    ("failing", "well", "expected"),
    [(4, 0, False), (5, 11, True), (5, 12, False), (30, 100, False), (5, 0, True)],
)
def test_m39_at_least_five_hosts_and_more_than_thirty_per_cent(failing: int, well: int, expected: bool) -> None:
    seen = [(f"bad{n}", True, True) for n in range(failing)] + [(f"ok{n}", False, True) for n in range(well)]
    assert own_trouble(seen) is expected


def test_m39_many_checks_of_one_host_are_one_host() -> None:
    assert own_trouble([("one", True, True)] * 50) is False
    assert own_trouble([(f"host{n}", True, False) for n in range(50)]) is False
