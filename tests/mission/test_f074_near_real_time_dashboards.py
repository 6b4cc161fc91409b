"""F74 Near-real-time latency, hit-rate, drift dashboards: refresh and staleness shown."""

from __future__ import annotations

import re

import pytest

from tests.cast import AgencyFixture
from tests.mission.acting import Page, Somebody, Target, at, work
from tests.mission.doing import MORNING, PORTAL, SYSTEM, minutes_pass, signs, watches

METRICS = "hit_rate | hits | ratio\ndrift | psi | "
LIVE = re.compile(r'data-live hx-get="([^"]+)" hx-trigger="every (\d+)(ms|s)"')
PLACES = {"staff": SYSTEM, "client": f"{PORTAL}systems/support-bot/"}


def live(page: Page) -> tuple[str, float]:
    """What the open page asks for by itself, and every how many seconds."""
    found = LIVE.search(page.html)
    assert found, "nothing on the page keeps itself up to date"
    return found[1].replace("&amp;", "&"), int(found[2]) / (1000 if found[3] == "ms" else 1)


@pytest.fixture
def watched(owner: Somebody, house: AgencyFixture, target: Target) -> Target:
    """The system under contract, asked every minute since eight."""
    house.allow(target.host, target.port)
    signs(owner)
    with at(MORNING):
        watches(owner, target.url, METRICS)
    target.says(hits=0.82, psi=0.11)
    minutes_pass(MORNING, 2)
    return target


@pytest.mark.parametrize("who", PLACES)
def test_an_open_page_takes_up_a_new_value_within_two_seconds(
    who: str, owner: Somebody, contact: Somebody, watched: Target
) -> None:
    reader = owner if who == "staff" else contact
    with at("2026-06-01 08:01:30"):
        page = reader.reads(PLACES[who])
        for label, value in (("Hit rate", "82.0 %"), ("Drift", "0.11"), ("Answer time", "")):
            assert f"{label} {value}" in page.text
        address, seconds = live(page)
        assert seconds <= 2
        assert reader.refreshes(address).status == 204
    watched.says(hits=0.64, psi=0.34)
    minutes_pass("2026-06-01 08:02", 1)
    with at("2026-06-01 08:02:10"):
        fresh = reader.refreshes(address)
    assert fresh.status == 200
    assert "Hit rate 64.0 %" in fresh.text
    assert "Drift 0.34" in fresh.text


@pytest.mark.parametrize("who", PLACES)
def test_how_old_the_values_are_is_shown_until_they_count_as_unknown(
    who: str, owner: Somebody, contact: Somebody, watched: Target
) -> None:
    reader = owner if who == "staff" else contact
    with at("2026-06-01 08:03"):
        fresh = reader.reads(PLACES[who]).text
    assert "2 min ago" in fresh
    assert "Now Healthy" in fresh
    with at("2026-06-01 08:31"):
        work()
        stale = reader.reads(PLACES[who]).text
    assert "30 min ago" in stale
    assert "Now Unknown no data since" in stale
