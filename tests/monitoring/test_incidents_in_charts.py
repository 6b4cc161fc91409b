"""A chart marks the incidents of its period and no others, however many a system has had."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client as Browser

from core import clock
from incidents import services as incidents
from tests.monitoring.scenario import MonitoringScenario, Target

DAY = timedelta(days=1)


def imported(lab: MonitoringScenario, opened_at: datetime, *, days: float) -> str:
    with lab.at():
        row = incidents.import_incident(
            system_id=lab.house.system.id,
            title="Slow",
            severity="low",
            opened_at=opened_at,
            resolved_at=opened_at + days * DAY,
        )
        return row.reference


def marked(lab: MonitoringScenario, check_id: object, span: str) -> list[str]:
    browser, house = Browser(), lab.house
    browser.force_login(house.owner)
    address = f"/a/north/systems/{house.client.slug}/support-bot/series.json?check={check_id}&metric=rate&span={span}"
    with clock.at(lab.moment):
        return [band["label"] for band in browser.get(address).json()["bands"]]


def test_only_what_went_on_in_the_period_is_marked(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    imported(lab, lab.moment - 20 * DAY, days=1)
    across = imported(lab, lab.moment - 9 * DAY, days=3)
    recent = imported(lab, lab.moment - 2 * DAY, days=0.5)
    with lab.at():
        system = lab.house.system.id
        still = incidents.open_incident(system_id=system, title="Wrong", severity="low", source="staff").reference
    lab.moment += timedelta(minutes=5)
    assert marked(lab, check_id, "7d") == [still, recent, across]
    assert marked(lab, check_id, "24h") == [still]


def test_no_more_are_marked_than_an_eye_tells_apart(
    lab: MonitoringScenario, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retainer.reports.charts.MOST_BANDS", 2)
    check_id = lab.watch(target)
    found = [imported(lab, lab.moment - number * DAY, days=0.1) for number in (1, 2, 3)]
    assert marked(lab, check_id, "7d") == found[:2]
