"""F66 Dashboards available to the client: same numbers on portal as in the agency view."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from tests.cast import AgencyFixture
from tests.mission.acting import Page, Somebody, Target, at, count
from tests.mission.doing import MORNING, PORTAL, SYSTEM, limits, minutes_pass, signs, watches

CLIENTS = f"{PORTAL}systems/support-bot/"
FIGURE = re.compile(r'class="figure-label">([^<]+)<.*?data-watch="[^"]*">([^<]*)<.*?</(?:div|a)>', re.DOTALL)


def figures(page: Page) -> dict[str, str]:
    """The headline figures of a page by their labels."""
    return dict(FIGURE.findall(page.html))


def uptime(page: Page) -> str:
    """All that the page says of uptime."""
    found = re.search(r"June 2026 .*?(\d+\.?\d* %.*?)(?:Home|About|Planned)", page.text)
    assert found, page.text
    return found[1]


def test_the_client_reads_the_same_figures_charts_and_uptime_as_the_agency(
    owner: Somebody, contact: Somebody, house: AgencyFixture, target: Target
) -> None:
    house.allow(target.host, target.port)
    signs(owner)
    with at(MORNING):
        check = watches(owner, target.url, "rate | rate | ratio\ntickets | tickets | ")
        limits(owner, check, "rate", "below", "77 %", clear_limit="80 %")
    for minute, rate in enumerate((0.91, 0.874, 0.713)):
        target.says(rate=rate, tickets=40 + minute)
        minutes_pass(f"2026-06-01 08:{minute:02d}", 1)
    with at("2026-06-01 08:10"):
        count()
        ours, theirs = owner.reads(SYSTEM), contact.reads(CLIENTS)
        assert figures(ours)["Rate"].startswith("71.3")
        assert figures(ours)["Tickets"] == "42"
        assert figures(theirs) == figures(ours)
        assert "Rate 71.3 % bad below 77.0 %" in ours.text
        assert "Rate 71.3 % bad below 77.0 %" in theirs.text
        assert uptime(theirs) == uptime(ours)
        for metric in ("rate", "tickets", "latency"):
            query = urlencode({"check": check.rstrip("/").rpartition("/")[2], "metric": metric})
            drawn = owner.asks(f"{SYSTEM}series.json?{query}")
            assert contact.asks(f"{CLIENTS}series.json?{query}") == drawn
            assert any(drawn["values"])


def test_no_other_client_reads_them(house: AgencyFixture, owner: Somebody, target: Target) -> None:
    house.allow(target.host, target.port)
    with at(MORNING):
        watches(owner, target.url)
    stranger = Somebody(house.other_contact.email)
    assert stranger.reads(CLIENTS).status == 404
    assert "Support bot" in owner.reads(SYSTEM).text
