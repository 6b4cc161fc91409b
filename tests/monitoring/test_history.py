"""Values over time: days of their own, rollups that say the same twice, and charts that do not bridge gaps."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection

from core import clock
from core.tenancy import sweeper_scope
from monitoring import selectors
from monitoring.models import Rollup, Sample
from monitoring.samples import store
from monitoring.samples.partitions import drop_partitions, make_partitions
from monitoring.tasks import keep_partitions, roll_up
from tests.monitoring.scenario import START, MonitoringScenario, Target

MINUTE = timedelta(minutes=1)


def _write(
    lab: MonitoringScenario, check_id: uuid.UUID, points: list[tuple[datetime, float]], metric: str = "rate"
) -> None:
    check = lab.check(check_id)
    with lab.at():
        store.write_samples(check, metric, points)


def _rollups(lab: MonitoringScenario, seconds: int) -> list[tuple[datetime, int, float, float, float]]:
    with lab.at():
        rows = Rollup.objects.filter(seconds=seconds).order_by("bucket")
        return list(rows.values_list("bucket", "count", "total", "minimum", "maximum"))


def _partitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid"
            " WHERE i.inhparent = 'monitoring_sample'::regclass"
        )
        return {name for (name,) in cursor.fetchall()}


def test_the_second_copy_of_a_value_is_dropped(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    _write(lab, check_id, [(START, 1.0)])
    _write(lab, check_id, [(START, 2.0), (START + MINUTE, 3.0)])
    assert lab.samples(check_id) == [(START, 1.0), (START + MINUTE, 3.0)]


def test_rollups_add_up_and_the_same_again_changes_nothing(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    first = START.replace(hour=0)
    points = [(first + MINUTE * place, float(place)) for place in range(180)]
    _write(lab, check_id, points)
    for _time in range(2):
        with sweeper_scope():
            for seconds in store.RESOLUTIONS:
                store.roll_up(seconds=seconds, start=first, end=first + timedelta(days=1))
        fives, hours, days = (_rollups(lab, seconds) for seconds in store.RESOLUTIONS)
        assert fives[0] == (first, 5, 10.0, 0.0, 4.0)
        assert [row[:2] for row in hours] == [(first + timedelta(hours=hour), 60) for hour in range(3)]
        assert days == [(first, 180, sum(value for _at, value in points), 0.0, 179.0)]
        assert (len(fives), sum(row[2] for row in fives)) == (36, days[0][2])


def test_a_value_that_comes_late_is_counted_by_the_next_round(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    at = START + timedelta(minutes=10)
    _write(lab, check_id, [(START, 1.0)])
    with clock.at(at):
        roll_up()
    _write(lab, check_id, [(START + MINUTE, 3.0)])
    with clock.at(at + MINUTE):
        roll_up()
    assert _rollups(lab, 300)[0] == (START, 2, 4.0, 1.0, 3.0)
    assert _rollups(lab, 3600)[0][1:3] == (2, 4.0)


def test_rollups_catch_up_after_the_workers_were_away(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    with clock.at(START):
        roll_up()
    _write(lab, check_id, [(START + timedelta(hours=hour), 1.0) for hour in range(72)])
    with clock.at(START + timedelta(days=3)):
        roll_up()
    assert sum(row[1] for row in _rollups(lab, 300)) == 72
    assert sum(row[1] for row in _rollups(lab, 86400)) == 72


@pytest.mark.parametrize(("days", "seconds"), [(7, 300), (30, 3600), (90, 3600), (365, 86400)])
def test_a_chart_of_more_than_a_day_reads_rollups_alone(
    lab: MonitoringScenario, target: Target, days: int, seconds: int
) -> None:
    """Its cost does not grow with history, and raw values are gone after a while."""
    check = lab.check(lab.watch(target))
    end = START.replace(hour=0)
    start = end - timedelta(days=days)
    buckets = [(start + timedelta(seconds=seconds * place), 0.5) for place in range(days * 86400 // seconds)]
    with lab.at():
        store.write_rollups(check, "rate", seconds, buckets, count=3)
        store.write_samples(check, "rate", [(end - timedelta(minutes=5), 99.0)])
        points = selectors.series(check.id, "rate", start, end).points
    assert {point.value for point in points} == {0.5}
    assert 50 < len(points) <= 450


def test_a_chart_of_a_day_has_a_few_hundred_points_and_keeps_the_mean(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    _write(lab, check_id, [(START + MINUTE * place, float(place % 2)) for place in range(1440)])
    with lab.at():
        points = selectors.series(check_id, "rate", START, START + timedelta(days=1)).points
    values = [point.value for point in points if point.value is not None]
    assert len(points) <= 450
    assert sum(values) / len(values) == pytest.approx(0.5)


def test_a_gap_in_a_chart_is_a_gap_and_never_a_bridge(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    minutes = [*range(20), *range(40, 60)]
    _write(lab, check_id, [(START + MINUTE * place, 1.0) for place in minutes])
    with lab.at():
        points = selectors.series(check_id, "rate", START, START + timedelta(hours=1)).points
    (gap,) = [point.at for point in points if point.value is None]
    assert START + MINUTE * 19 < gap < START + MINUTE * 40


def test_nothing_measured_is_an_empty_chart(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    with lab.at():
        assert selectors.series(check_id, "rate", START, START + timedelta(hours=1)).points == []


def test_m6_days_are_made_ahead_and_dropped_whole_after_their_time(lab: MonitoringScenario, target: Target) -> None:
    old = START.date() - timedelta(days=settings.SAMPLE_RETENTION_DAYS + 2)
    with sweeper_scope():
        make_partitions(first=old, days=1)
    check_id = lab.watch(target)
    _write(lab, check_id, [(datetime(old.year, old.month, old.day, 12, tzinfo=UTC), 1.0), (START, 2.0)])
    with clock.at(START):
        keep_partitions()
        keep_partitions()
    wanted = {f"monitoring_sample_{START.date() + timedelta(days=ahead):%Y%m%d}" for ahead in range(8)}
    assert wanted <= _partitions()
    assert f"monitoring_sample_{old:%Y%m%d}" not in _partitions()
    assert lab.samples(check_id) == [(START, 2.0)]


def test_a_day_without_a_partition_gets_one_with_its_first_value(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    day = date(2031, 5, 4)
    _write(lab, check_id, [(datetime(2031, 5, 4, 12, tzinfo=UTC), 1.0)])
    assert f"monitoring_sample_{day:%Y%m%d}" in _partitions()
    with lab.at():
        assert Sample.objects.filter(check_id=check_id).count() == 1


def test_dropping_touches_nothing_but_whole_days(db: None) -> None:
    with sweeper_scope():
        make_partitions(first=date(2031, 1, 1), days=3)
        before = _partitions()
        assert drop_partitions(before=date(2031, 1, 2)) >= 1
        assert "monitoring_sample_default" in _partitions()
        assert before - _partitions() >= {"monitoring_sample_20310101"}
        assert {"monitoring_sample_20310102", "monitoring_sample_20310103"} <= _partitions()


def test_a_day_that_cannot_be_made_keeps_no_value_and_no_other_day_away(
    lab: MonitoringScenario, target: Target
) -> None:
    """Its first value went to the default partition, so it can have none of its own any more."""
    check = lab.check(lab.watch(target))
    stray = datetime(2031, 6, 2, 12, tzinfo=UTC)
    owner = [str(check.agency_id), str(check.client_id), str(check.id)]
    with lab.at(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO monitoring_sample VALUES (%s, %s, %s, 'rate', %s, 1)", [*owner, stray])
    _write(lab, check.id, [(stray + MINUTE, 2.0)])
    with clock.at(stray):
        keep_partitions()
    assert lab.samples(check.id) == [(stray, 1.0), (stray + MINUTE, 2.0)]
    assert "monitoring_sample_20310602" not in _partitions()
    assert {"monitoring_sample_20310601", "monitoring_sample_20310603", "monitoring_sample_20310609"} <= _partitions()
