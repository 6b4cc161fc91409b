"""Where a chart shows averages, the lowest and the highest value of each bucket are kept, so that one bad value in a
month is seen."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from core.tenancy import sweeper_scope
from monitoring import selectors
from monitoring.samples import store
from monitoring.samples.charting import MOST_BUCKETS, Point
from tests.monitoring.scenario import START, MonitoringScenario, Target

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
DIP, PEAK = 0.05, 0.99


def measured(lab: MonitoringScenario, target: Target) -> uuid.UUID:
    """Six hours of a good value each minute, with one dip and one peak, counted up through all resolutions."""
    check = lab.check(lab.watch(target))
    first = START - timedelta(hours=6)
    points = [(first + MINUTE * place, 0.9) for place in range(360)]
    points[75] = (points[75][0], DIP)
    points[290] = (points[290][0], PEAK)
    with lab.at():
        store.write_samples(check, "rate", points)
    with sweeper_scope():
        for seconds in store.RESOLUTIONS:
            store.roll_up(seconds=seconds, start=START - 2 * DAY, end=START + DAY)
    return check.id


def drawn(lab: MonitoringScenario, check_id: uuid.UUID, days: int) -> tuple[list[Point], int]:
    with lab.at():
        found = selectors.series(check_id, "rate", START - days * DAY, START)
    return [point for point in found.points if point.value is not None], found.width


@pytest.mark.parametrize(("days", "width"), [(1, 300), (7, 1800), (30, 2 * 3600), (90, 6 * 3600), (365, 24 * 3600)])
def test_one_bad_value_and_one_peak_are_in_every_period(
    lab: MonitoringScenario, target: Target, days: int, width: int
) -> None:
    points, said = drawn(lab, measured(lab, target), days)
    assert said == width
    at, value, low, _high = min(points, key=lambda point: point.low or 0)
    assert low == DIP
    # It lies in the bucket in which it was measured, whose mean alone would hide it.
    dipped = START - timedelta(hours=6) + 75 * MINUTE
    assert at <= dipped < at + timedelta(seconds=width)
    assert value is not None
    assert value > 0.7
    assert max(point.high or 0 for point in points) == PEAK


@pytest.mark.parametrize("days", [7, 30, 90, 365])
def test_a_mean_weighs_each_value_alike(lab: MonitoringScenario, target: Target, days: int) -> None:
    """A bucket of one value counted as much as a full one when neighbours were averaged."""
    check = lab.check(lab.watch(target))
    first = START - DAY
    points = [(first, 0.0), *((first + timedelta(minutes=5) + MINUTE * place, 1.0) for place in range(4))]
    with lab.at():
        store.write_samples(check, "rate", points)
    with sweeper_scope():
        for seconds in store.RESOLUTIONS:
            store.roll_up(seconds=seconds, start=START - 2 * DAY, end=START + DAY)
    (point,), _width = drawn(lab, check.id, days)
    assert point.value == pytest.approx(0.8)
    assert (point.low, point.high) == (0.0, 1.0)


def test_a_value_that_stands_alone_keeps_its_time_and_is_no_average(lab: MonitoringScenario, target: Target) -> None:
    check = lab.check(lab.watch(target, interval_seconds=600))
    points = [(START - DAY + timedelta(minutes=10 * place, seconds=7), 0.01 * place) for place in range(1, 100)]
    with lab.at():
        store.write_samples(check, "rate", points)
    found, width = drawn(lab, check.id, 1)
    assert width == 0
    assert [(point.at, point.value) for point in found] == points


@pytest.mark.parametrize(("days", "seconds"), [(1, 0), (7, 300), (30, 3600), (90, 3600), (365, 86_400)])
def test_an_answer_is_bounded_however_often_is_measured(
    lab: MonitoringScenario, target: Target, days: int, seconds: int
) -> None:
    check = lab.check(lab.watch(target, interval_seconds=5, timeout_ms=2000))
    step = timedelta(seconds=seconds or 5)
    slots = [(START - days * DAY + step * place, 0.5) for place in range(days * DAY // step)]
    with lab.at():
        if seconds:
            store.write_rollups(check, "rate", seconds, slots, count=seconds // 5)
        else:
            store.write_samples(check, "rate", slots)
    points, _width = drawn(lab, check.id, days)
    assert 200 < len(points) <= MOST_BUCKETS + 1


def test_an_outage_inside_a_long_period_is_a_gap(lab: MonitoringScenario, target: Target) -> None:
    """Neighbours on both sides of an outage were averaged into one, which drew a line across it."""
    check = lab.check(lab.watch(target))
    hours = [hour for hour in range(30 * 24) if not 200 <= hour < 224]
    buckets = [(START - 30 * DAY + timedelta(hours=hour), 0.0 if hour < 200 else 1.0) for hour in hours]
    with lab.at():
        store.write_rollups(check, "rate", 3600, buckets, count=60)
        found = selectors.series(check.id, "rate", START - 30 * DAY, START).points
    assert {point.value for point in found} == {0.0, None, 1.0}
    (gap,) = [point.at for point in found if point.value is None]
    assert START - 30 * DAY + timedelta(hours=200) <= gap < START - 30 * DAY + timedelta(hours=224)


def test_history_that_is_brought_in_may_say_its_lowest_and_highest(lab: MonitoringScenario, target: Target) -> None:
    check = lab.check(lab.watch(target))
    at = START - DAY
    with lab.at():
        store.write_rollups(check, "rate", 3600, [(at, 0.8)], count=60, ends=[(0.2, 0.9)])
    (point,), _width = drawn(lab, check.id, 30)
    assert point == Point(at, 0.8, 0.2, 0.9)
