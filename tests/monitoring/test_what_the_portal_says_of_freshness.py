"""The portal says when a system was last checked and where, and grows older by itself where nothing answers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from core import clock
from tests.monitoring.scenario import MonitoringScenario, Target

PAGES = ["", "systems/", "systems/support-bot/"]


def look(lab: MonitoringScenario, where: str, **headers: str) -> Any:
    house = lab.house
    browser = Browser(headers=headers)
    browser.force_login(house.contact)
    with clock.at(lab.moment):
        return browser.get(f"/p/{house.agency.slug}/{house.client.slug}/{where}")


@pytest.mark.parametrize("where", PAGES)
def test_each_system_says_when_its_production_was_checked(where: str, lab: MonitoringScenario, target: Target) -> None:
    lab.watch(target)
    assert "checked <time" not in look(lab, where).content.decode()
    target.says(rate=0.9)
    lab.round()
    lab.moment += timedelta(minutes=1)
    said = look(lab, where).content.decode()
    assert re.search(r"Production · checked <time [^>]+>\d min ago</time>", said)


@pytest.mark.parametrize("where", ["", "systems/support-bot/"])
def test_an_open_page_grows_older_while_nothing_answers(where: str, lab: MonitoringScenario, target: Target) -> None:
    """Its version was made of answers alone, so that a page stood at "just now" for as long as none came."""
    lab.watch(target)
    target.says(rate=0.9)
    lab.round()
    before = look(lab, where).context["version"]
    lab.moment += timedelta(minutes=2)
    assert look(lab, where).context["version"] != before


def test_what_is_measured_elsewhere_names_where(lab: MonitoringScenario, target: Target, other_target: Target) -> None:
    lab.watch(target)
    lab.watch(other_target, environment_kind="preproduction")
    target.says(rate=0.9)
    other_target.says(rate=0.1)
    lab.round()
    said = look(lab, "systems/support-bot/").content.decode()
    assert " · Preproduction" in said
    assert said.index(">Rate<") < said.index("Preproduction")
