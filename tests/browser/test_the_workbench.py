"""The workbench in a real browser: the head stays in view, and nothing half written is lost or shown to another."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from incidents import services
from tests.browser.conftest import let_in
from tests.cast import Cast
from tests.rows import signed_retainer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('draft:')).map((key) => localStorage.getItem(key))"


@pytest.fixture
def incident(committed_cast: Cast) -> Any:
    """One with thirty notes."""
    house = committed_cast.north
    with house.scope():
        signed_retainer(house)
        row = services.open_incident(system_id=house.system.id, title="Wrong", severity="high", source="staff")
        for number in range(30):
            services.post_note(incident_id=row.id, body=f"Note {number}. " + "Something was found. " * (number % 9))
    return row


@pytest.fixture
def page(committed_cast: Cast, incident: Any, context: BrowserContext, live_server: Any) -> Page:
    page = context.new_page()
    let_in(page, live_server.url, committed_cast.north.owner.email)
    page.goto(f"{live_server.url}/a/north/incidents/{incident.number}/")
    return page


def in_view(page: Page, selector: str) -> bool:
    box = page.locator(selector).bounding_box()
    size = page.viewport_size
    assert box is not None
    assert size is not None
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


def write(page: Page, text: str) -> None:
    page.fill("#note_body", text)
    expect(page.locator("#composer-note .draft-note")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_head_stays_and_leaves_room(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.get_by_text("earlier").click()
    for where in (0, 400, 100_000):
        page.evaluate(f"window.scrollTo(0, {where})")
        assert in_view(page, "#incident-head h1"), where
        assert in_view(page, "#next-step"), where
        assert in_view(page, ".bench-clock >> nth=0"), where
    box = page.locator("#incident-head").bounding_box()
    assert box is not None
    assert box["y"] <= 60
    assert box["height"] <= 136, "three lines"


def test_the_newest_line_and_the_composer_are_in_view_as_the_page_opens(page: Page) -> None:
    assert in_view(page, "#latest > li >> nth=-1")
    assert in_view(page, "#note_body")


def test_a_draft_survives_a_reload_and_a_post_that_fails_and_goes_once_it_is_sent(page: Page) -> None:
    write(page, "Half a thought")
    page.reload()
    expect(page.locator("#note_body")).to_have_value("Half a thought")
    expect(page.locator("#composer-note .draft-note")).to_have_text("Draft kept · Discard")

    where = page.url
    page.route("**/note/", lambda route: route.abort())
    page.get_by_role("button", name="Keep note").click()
    page.wait_for_timeout(500)
    page.unroute("**/note/")
    page.goto(where)
    expect(page.locator("#note_body")).to_have_value("Half a thought")

    page.get_by_role("button", name="Keep note").click()
    expect(page.locator("#latest")).to_contain_text("Half a thought")
    expect(page.locator("#note_body")).to_have_value("")
    assert page.evaluate(KEPT) == []


def test_a_draft_of_an_act_is_kept_too_and_can_be_discarded(page: Page) -> None:
    page.locator("#more-acts").click()
    page.get_by_role("button", name="Resolve").first.click()
    page.fill("#resolve_body", "The index was rebuilt")
    page.reload()
    page.locator("#more-acts").click()
    page.get_by_role("button", name="Resolve").first.click()
    expect(page.locator("#resolve_body")).to_have_value("The index was rebuilt")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#resolve_body")).to_have_value("")
    assert page.evaluate(KEPT) == []


def test_a_draft_is_gone_after_signing_out(page: Page, committed_cast: Cast, live_server: Any) -> None:
    write(page, "Not for others")
    where = page.url
    page.get_by_text("You and your settings").locator("..").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "/incidents/" not in url)
    assert page.evaluate(KEPT) == []
    let_in(page, live_server.url, committed_cast.north.owner.email)
    page.goto(where)
    expect(page.locator("#note_body")).to_have_value("")


def test_another_person_never_meets_a_draft(page: Page, committed_cast: Cast, live_server: Any) -> None:
    """Whoever's session just ended did not sign out."""
    write(page, "Not for others")
    where = page.url
    page.context.clear_cookies()
    let_in(page, live_server.url, committed_cast.north.engineer.email)
    page.goto(where)
    expect(page.locator("#note_body")).to_have_value("")
    assert page.evaluate(KEPT) == []


def test_news_come_while_a_note_is_written_and_take_nothing(page: Page, committed_cast: Cast, incident: Any) -> None:
    write(page, "Half a thought")
    with committed_cast.north.scope():
        services.acknowledge(incident_id=incident.id)
    expect(page.locator("#incident-head .badge", has_text="Acknowledged")).to_be_visible()
    expect(page.locator("#note_body")).to_have_value("Half a thought")
    expect(page.locator("#note_body")).to_be_focused()


def test_all_of_it_by_keyboard(page: Page) -> None:
    page.locator("#more-acts").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("menu-item")
    page.keyboard.press("Escape")
    expect(page.locator("#more-acts")).to_be_focused()
    page.keyboard.press("r")
    expect(page.locator("#update_body")).to_be_focused()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("a")
    expect(page.locator("#incident-head .badge", has_text="Acknowledged")).to_be_visible()
