"""What forms do while somebody types: an address is tested by keyboard alone, and the browser's zone is proposed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from core.models import User
from core.services import invite_member
from tests.browser.conftest import let_in
from tests.cast import Cast, person
from tests.monitoring.scenario import Target

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def target() -> Iterator[Target]:
    server = Target()
    yield server
    server.close()


def test_an_address_is_tested_and_its_values_are_taken_by_keyboard_alone(
    committed_cast: Cast, target: Target, context: BrowserContext, live_server: Any
) -> None:
    north = committed_cast.north
    north.allow(target.host, target.port)
    target.says(rate=0.71, stats={"rate": 2})
    page = context.new_page()
    let_in(page, live_server.url, north.owner.email)
    page.goto(f"{live_server.url}/a/north/checks/new/{north.client.slug}/support-bot/")
    page.fill("#id_name", "Half typed")
    page.fill("#id_url", f"{target.url}/health")
    page.get_by_label("Give up after").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#tried-said")).to_contain_text("It answered 200")
    expect(page.get_by_role("status").filter(has_text="2 numbers in it")).to_be_visible()
    # The list scrolls, so it is a stop of its own; then come its buttons.
    for _stop in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    assert page.input_value("#id_metrics") == "rate | rate\nstats_rate | stats.rate"
    assert page.input_value("#id_name") == "Half typed"
    expect(page.locator("#announcer")).to_have_text("stats.rate stands under Values to read.")
    page.fill("#id_url", "http://10.0.0.1/")
    page.get_by_role("button", name="Test address").press("Enter")
    expect(page.locator("#tried-said")).to_contain_text("This address is not public")
    expect(page.locator(".pick")).to_have_count(0)
    assert page.input_value("#id_metrics") == "rate | rate\nstats_rate | stats.rate"


def test_the_browsers_zone_is_proposed_and_said_to_be_the_browsers(
    committed_cast: Cast, chromium: Any, live_server: Any
) -> None:
    newcomer = person("", "new@example.com")
    with committed_cast.north.scope():
        token = invite_member(email=newcomer.email, role="engineer")[1]
    context = chromium.new_context(timezone_id="Asia/Tokyo")
    page = context.new_page()
    let_in(page, live_server.url, newcomer.email)
    page.goto(f"{live_server.url}/invite/{token}/")
    assert page.input_value("#id_time_zone") == "Asia/Tokyo"
    hint = page.get_by_text("From your browser.")
    expect(hint).to_be_visible()
    page.select_option("#id_time_zone", "Europe/Oslo")
    expect(hint).to_have_count(0)
    page.fill("#id_name", "Ada")
    page.get_by_role("button", name="Join North").click()
    page.wait_for_url(lambda url: "/invite/" not in url)
    user = User.objects.get(id=newcomer.id)
    assert (user.name, user.time_zone) == ("Ada", "Europe/Oslo")
    context.close()
