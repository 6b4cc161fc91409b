"""A check is asked on a fixed grid, once at a time, by whoever comes first."""

from __future__ import annotations

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from clients import services as client_services
from core import clock, outbox
from core.errors import DomainError
from core.tenancy import sweeper_scope
from monitoring.checks import services
from monitoring.models import Check
from monitoring.polling import prober
from monitoring.polling.prober import claim, probe_round
from monitoring.polling.schedule import next_slot
from monitoring.selectors import unpolled_checks
from tests.cast import Cast
from tests.monitoring.scenario import INTERVAL, START, MonitoringScenario, Target


@given(st.uuids(), st.integers(5, 2_678_400), st.integers(0, 10_000_000))
def test_slots_lie_a_whole_interval_apart_whatever_the_answer_took(check_id: uuid.UUID, every: int, took: int) -> None:
    first = next_slot(check_id, every, START)
    later = next_slot(check_id, every, first + timedelta(milliseconds=took % (every * 1000)))
    assert timedelta() < first - START <= timedelta(seconds=every)
    assert later - first == timedelta(seconds=every)


def test_m09_a_slow_target_is_asked_sixty_times_an_hour(lab: MonitoringScenario, target: Target) -> None:
    """Every 60 seconds with an answer that takes 5: the five seconds are never added up."""
    check_id = lab.watch(target)
    lab.round()
    first = lab.check(check_id).next_due_at
    assert first is not None
    due = first
    for _run in range(60):
        with clock.at(due):
            claimed = claim(limit=10)
        assert [one.slot for one in claimed] == [due]
        with clock.at(due + timedelta(seconds=5)):
            prober._store([prober._failed(one) for one in claimed])
        due = lab.check(check_id).next_due_at or due
    assert due - first == timedelta(hours=1)
    assert lab.check(check_id).skipped_slots == 0


def test_checks_of_one_interval_are_spread_over_it() -> None:
    dues = {next_slot(uuid.uuid4(), INTERVAL, START) for _check in range(200)}
    assert len(dues) > 40


def test_m10_a_check_in_flight_is_not_due_and_not_asked_again(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target, interval_seconds=5, timeout_ms=5000)
    with clock.at(lab.moment):
        (mine,) = claim(limit=10)
        assert claim(limit=10) == []
    # Asking now does not help either: the answer is on its way.
    with lab.at(lab.moment + timedelta(seconds=6)):
        services.run_now(check_id=check_id)
    with clock.at(lab.moment + timedelta(seconds=6)):
        assert claim(limit=10) == []
        prober._store([prober._failed(mine)])
    with clock.at(lab.moment + timedelta(seconds=12)):
        assert len(claim(limit=10)) == 1


def test_a_lease_that_ran_out_is_due_again_and_its_late_result_is_dropped(
    lab: MonitoringScenario, target: Target
) -> None:
    """The first prober stalls for longer than its lease; what it brings in the end counts for nothing."""
    check_id = lab.watch(target)
    with clock.at(lab.moment):
        (stalled,) = claim(limit=10)
    lab.moment += timedelta(seconds=30)
    target.says(rate=0.9)
    lab.round()
    before = lab.check(check_id)
    with clock.at(lab.moment):
        prober._store([prober._failed(stalled)])
    after = lab.check(check_id)
    assert (after.last_finished_at, after.health, after.last_error) == (before.last_finished_at, "healthy", "")


def test_after_an_outage_the_run_stands_for_now_and_what_was_missed_is_counted(
    lab: MonitoringScenario, target: Target
) -> None:
    """A value measured now is never stored as one of an hour ago."""
    check_id = lab.watch(target)
    target.says(rate=0.9)
    lab.round(2)
    lab.moment += timedelta(hours=1)
    woke = lab.moment
    lab.round()
    last = lab.samples(check_id)[-1][0]
    assert timedelta() <= woke - last < timedelta(seconds=INTERVAL)
    assert lab.check(check_id).skipped_slots in (59, 60, 61)
    assert len(lab.samples(check_id)) == 3


def test_a_paused_system_is_not_asked_even_where_an_answer_was_under_way(
    lab: MonitoringScenario, target: Target
) -> None:
    check_id = lab.watch(target)
    target.says(rate=0.9)
    lab.round()
    lab.moment += timedelta(seconds=INTERVAL)
    with clock.at(lab.moment):
        (under_way,) = claim(limit=10)
        with lab.at():
            client_services.pause_system(system_id=lab.house.system.id)
        outbox.relay_due()
        prober._store([prober._failed(under_way)])
    asked = len(target.requests)
    lab.round(5)
    assert len(target.requests) == asked
    with lab.at():
        client_services.resume_system(system_id=lab.house.system.id)
    with clock.at(lab.moment):
        outbox.relay_due()
    lab.round()
    assert len(target.requests) == asked + 1
    assert lab.check(check_id).health == "healthy"


def test_a_timeout_above_the_interval_is_refused(lab: MonitoringScenario, target: Target) -> None:
    with pytest.raises(DomainError) as refused:
        lab.watch(target, interval_seconds=5, timeout_ms=6000)
    assert refused.value.field == "timeout_ms"


def test_m07_a_target_that_hangs_holds_nobody_up(lab: MonitoringScenario, target: Target, other_target: Target) -> None:
    """Two places: one hangs in one of them until its timeout, and twelve others pass through the other meanwhile."""
    target.delay = 3
    slow = lab.watch(target, timeout_ms=2000)
    other_target.says(rate=0.9)
    quick = [lab.watch(other_target, name=f"Quick {number}") for number in range(12)]
    with lab.at():
        Check.objects.filter(id=slow).update(next_due_at=lab.moment - timedelta(seconds=1))
    began = time.monotonic()
    with clock.at(lab.moment):
        probe_round(seconds=10, size=2)
    assert time.monotonic() - began < 5
    assert lab.check(slow).last_error == "timeout"
    assert {lab.check(check_id).health for check_id in quick} == {"healthy"}


def test_silence_for_two_intervals_is_found_by_the_auditor(lab: MonitoringScenario, target: Target) -> None:
    target.says(rate=0.9)
    lab.watch(target)
    lab.round()
    with clock.at(lab.moment), sweeper_scope():
        assert unpolled_checks() == 0
    with clock.at(lab.moment + timedelta(minutes=10)), sweeper_scope():
        assert unpolled_checks() == 1


def test_silence_for_three_intervals_makes_a_healthy_check_unknown(lab: MonitoringScenario, target: Target) -> None:
    target.says(rate=0.9)
    check_id = lab.watch(target)
    lab.round()
    for minutes, health in ((1, "healthy"), (10, "unknown")):
        with clock.at(lab.moment + timedelta(minutes=minutes)):
            services.mark_stale()
        assert lab.check(check_id).health == health


@pytest.mark.parametrize("probers", [4])
def test_m18_four_probers_at_once_ask_each_check_once_and_open_one_alert(
    committed_cast: Cast, target: Target, probers: int
) -> None:
    lab = MonitoringScenario(committed_cast.north)
    ids = [lab.watch(target, name=f"Check {number}", bad_count=1) for number in range(12)]
    target.fails()
    gate = threading.Barrier(probers)

    def work() -> None:
        try:
            with clock.at(START):
                gate.wait()
                probe_round(seconds=5, size=5)
                outbox.relay_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(probers) as pool:
        for done in [pool.submit(work) for _prober in range(probers)]:
            done.result()
    assert len(target.requests) == len(ids)
    with lab.at():
        assert Check.objects.filter(health="down").count() == len(ids)
    # What two probers told at the same moment may be told again a little later, and is told once.
    for minutes in range(1, 5):
        with clock.at(START + timedelta(minutes=minutes)):
            outbox.relay_due()
    assert sorted(alert.source_check_id for alert in lab.alerts()) == sorted(ids)
    assert len({alert.incident_id for alert in lab.alerts()}) == len(lab.incidents()) == 1
    assert lab.told() == ["monitoring.alert.fired"] * len(ids)
