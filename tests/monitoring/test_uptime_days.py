"""Uptime as a strip of days: the worst check of each day, without planned maintenance, nothing where none was asked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser

from core import clock
from monitoring import selectors
from monitoring.maintenance import services as maintenance
from monitoring.samples import store
from monitoring.uptime.days import Day
from tests.monitoring.scenario import START, MonitoringScenario, Target

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


def up(lab: MonitoringScenario, check: Any, *, days: int, down: int = 0) -> None:
    """Whole days of values before the first of June, and so many minutes of the last of them without an answer."""
    midnight = START.replace(hour=0) - 2 * HOUR
    hours = [(midnight - HOUR * back, 0.2) for back in range(1, days * 24 + 1)]
    with lab.at():
        store.write_rollups(check, "latency", 3600, hours, count=60)
        if down:
            store.write_rollups(check, "down", 3600, [(midnight - 12 * HOUR, 1.0)], count=down)


def strip(lab: MonitoringScenario, *, planned_counts: bool = False) -> dict[date, tuple[float | None, bool]]:
    with lab.at():
        found = selectors.uptime_days_of(
            lab.house.system.id, date(2026, 5, 31), 30, BERLIN, planned_counts=planned_counts
        )
    assert len(found) == 30
    return {row.day: (row.share, row.planned) for row in found}


def test_a_day_is_as_good_as_its_worst_check(lab: MonitoringScenario, target: Target, other_target: Target) -> None:
    up(lab, lab.check(lab.watch(target)), days=3)
    up(lab, lab.check(lab.watch(other_target)), days=3, down=60)
    days = strip(lab)
    assert days[date(2026, 5, 31)] == (96.0, False)
    assert days[date(2026, 5, 29)] == (100.0, False)
    assert days[date(2026, 5, 28)] == (None, False)


def test_planned_maintenance_is_left_out_unless_it_counts(lab: MonitoringScenario, target: Target) -> None:
    up(lab, lab.check(lab.watch(target)), days=3, down=30)
    noon = START.replace(hour=0) - 2 * HOUR - 12 * HOUR
    with clock.at(noon - DAY), lab.house.scope():
        maintenance.plan_maintenance(
            system_id=lab.house.system.id, title="Move", starts_at=noon + HOUR / 4, ends_at=noon + HOUR / 2
        )
    assert strip(lab)[date(2026, 5, 31)] == (100.0, True)
    share, _planned = strip(lab, planned_counts=True)[date(2026, 5, 31)]
    assert share is not None
    assert 97 < share < 98


def test_both_faces_show_the_strip_in_words(lab: MonitoringScenario, target: Target) -> None:
    up(lab, lab.check(lab.watch(target)), days=3, down=60)
    browser, house = Browser(), lab.house
    for person, address in (
        (house.owner, f"/a/north/systems/{house.client.slug}/support-bot/"),
        (house.contact, f"/p/north/{house.client.slug}/systems/support-bot/"),
    ):
        browser.force_login(person)
        with clock.at(lab.moment):
            said = browser.get(address).content.decode()
        assert said.count("<title>") - said.count("<title>Support bot") >= 30
        assert 'fill-bad" x="280"' in said
        assert "Sun 31 May: 96 % up" in said
        assert "Thu 28 May: nothing measured" in said


@pytest.mark.parametrize(
    ("share", "planned", "mixed", "state"),
    [
        (100.0, False, False, "healthy"),
        (99.9, False, False, "healthy"),
        (99.899, False, False, "degraded"),
        (99.0, False, False, "degraded"),
        (98.999, False, False, "down"),
        # Left out of the share, planned work excuses nothing that is left in it.
        (98.0, True, False, "down"),
        (98.0, True, True, "maintenance"),
        (None, True, False, "maintenance"),
        (None, False, True, ""),
    ],
)
def test_a_day_has_one_word_wherever_a_strip_is(share: float | None, planned: bool, mixed: bool, state: str) -> None:
    assert Day(date(2026, 5, 31), share, planned, mixed).state == state
