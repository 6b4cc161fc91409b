"""The portal's home shows of each system what was agreed to be watched, and nothing else that is measured."""

from __future__ import annotations

from django.test import Client as Browser

from core import clock
from tests.monitoring.scenario import MonitoringScenario, Target


def test_a_system_shows_its_agreed_values_and_no_others(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    target.says(rate=0.9)
    lab.round()
    browser = Browser()
    browser.force_login(lab.house.contact)
    where = f"/p/{lab.house.agency.slug}/{lab.house.client.slug}/"
    with clock.at(lab.moment):
        assert "90.0 %" not in browser.get(where).content.decode()
        lab.limit(check_id)
        page = browser.get(where).content.decode()
    assert "90.0 %" in page
    assert "bad below 77.0 %" in page
