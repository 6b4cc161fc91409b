"""One choice of the period, in the address, for all charts of a page, on dashboard and portal; charts say how they were
counted and since when there is anything."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from core import clock
from core.tenancy import sweeper_scope
from monitoring.samples import store
from tests.monitoring.scenario import START, MonitoringScenario, Target

RANGES = ["24h", "7d", "30d", "90d", "12m"]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def pages(lab: MonitoringScenario, target: Target) -> dict[str, str]:
    """The pages with charts, of a system with two checks and three metrics."""
    lab.watch(target, name="Share")
    check_id = lab.watch(target, name="Speed", kind="http")
    slug = lab.house.client.slug
    return {
        "system": f"/a/north/systems/{slug}/support-bot/",
        "check": f"/a/north/checks/{check_id}/",
        "portal": f"/p/north/{slug}/systems/support-bot/",
    }


def look(lab: MonitoringScenario, address: str) -> Any:
    browser = Browser()
    browser.force_login(lab.house.contact if address.startswith("/p/") else lab.house.owner)
    with clock.at(lab.moment):
        return browser.get(address)


def chosen(page: str) -> list[str]:
    return re.findall(r'data-range="(\w+)"[^>]*aria-current="true"', page)


@pytest.mark.parametrize("span", RANGES)
@pytest.mark.parametrize("which", ["system", "check", "portal"])
def test_the_address_says_the_period_of_every_chart(
    lab: MonitoringScenario, pages: dict[str, str], which: str, span: str
) -> None:
    said = look(lab, f"{pages[which]}?span={span}").content.decode()
    assert said.count("data-ranges=") == 1
    assert chosen(said) == [span]
    charts = re.findall(r'data-src="([^"]+)"', said)
    assert len(charts) == (1 if which == "check" else 3)
    assert all(address.endswith(f"span={span}") for address in charts)
    # Links, so that it works without a script and by keyboard.
    assert re.findall(r'<a href="\?span=(\w+)#charts"', said) == RANGES


@pytest.mark.parametrize("query", ["", "?span=", "?span=1h", "?span=99d"])
def test_a_period_that_cannot_be_chosen_is_a_day(lab: MonitoringScenario, pages: dict[str, str], query: str) -> None:
    for address in pages.values():
        assert chosen(look(lab, address + query).content.decode()) == ["24h"]


def series(
    lab: MonitoringScenario, check_id: Any, span: str, face: str = "/a/north/systems/{}/support-bot/"
) -> dict[str, Any]:
    address = f"{face.format(lab.house.client.slug)}series.json?check={check_id}&metric=rate&span={span}"
    found: dict[str, Any] = look(lab, address).json()
    return found


@pytest.mark.parametrize("face", ["/a/north/systems/{}/support-bot/", "/p/north/{}/systems/support-bot/"])
def test_a_chart_says_how_it_was_counted_and_since_when(lab: MonitoringScenario, target: Target, face: str) -> None:
    check = lab.check(lab.watch(target))
    first = START - 3 * DAY
    with lab.at():
        store.write_samples(check, "rate", [(first + HOUR * place / 4, 0.719999) for place in range(4 * 72)])
    with sweeper_scope():
        for seconds in store.RESOLUTIONS:
            store.roll_up(seconds=seconds, start=first, end=START)
    month = series(lab, check.id, "30d", face)
    assert month["counted"] == "Average per 2 h, band = lowest to highest · first values on Fri 29 May"
    assert (month["step"], month["unit"]) == (7200, "%")
    assert len(month["times"]) == len(month["values"]) == len(month["low"]) == len(month["high"]) <= 400
    # No more digits than can be told apart travel.
    assert set(month["values"]) == {71.9999}
    day = series(lab, check.id, "24h", face)
    assert (day["counted"], day["step"], "low" in day) == ("Each value", 0, False)
    year = series(lab, check.id, "12m", face)
    assert year["counted"].startswith("Average per day, band")


def test_a_period_without_values_says_when_there_were_any(lab: MonitoringScenario, target: Target) -> None:
    check = lab.check(lab.watch(target))
    assert series(lab, check.id, "7d")["empty"] == "Nothing was measured yet."
    with lab.at():
        store.write_rollups(check, "rate", 86_400, [(START.replace(hour=0) - 40 * DAY, 0.8)], count=9)
    empty = series(lab, check.id, "30d")
    said = "Nothing was measured in this period. First values on Wed 22 Apr, latest on Wed 22 Apr."
    assert (empty["empty"], empty["counted"], empty["times"]) == (said, "", [])
    assert series(lab, check.id, "12m")["empty"] == ""


def test_a_limit_says_on_which_side_it_is_bad_in_the_unit_of_the_chart(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    lab.limit(check_id)
    (limit,) = series(lab, check_id, "24h")["thresholds"]
    assert limit == {"value": 77.0, "label": "bad below", "side": "below"}
