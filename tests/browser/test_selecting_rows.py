"""Rows are selected in a list that keeps changing: by mouse and by keys, and what is selected stays so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from core.clock import now
from incidents import services as incidents
from incidents.models import Incident
from tests.browser.conftest import let_in
from tests.cast import Cast
from tests.rows import signed_retainer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def page(committed_cast: Cast, context: BrowserContext, live_server: Any) -> Page:
    """The list of five open incidents, the newest first, and nobody's pointer in it."""
    north = committed_cast.north
    with north.scope():
        signed_retainer(north)
        for minutes in range(5, 0, -1):
            incidents.open_incident(
                system_id=north.system.id,
                title=f"Number {6 - minutes}",
                severity="high",
                source="staff",
                opened_at=now() - timedelta(minutes=minutes),
            )
    page = context.new_page()
    let_in(page, live_server.url, north.owner.email)
    page.goto(f"{live_server.url}/a/north/incidents/")
    page.mouse.move(0, 0)
    return page


def test_a_selection_survives_the_list_changing_under_it(page: Page, committed_cast: Cast) -> None:
    bar, filters = page.locator(".several-bar"), page.get_by_role("search")
    expect(bar).to_be_hidden()
    page.get_by_label("Select INC-2").check()
    page.get_by_label("Select INC-4").check()
    page.mouse.move(0, 0)
    expect(bar).to_contain_text("2 selected")
    expect(filters).to_be_hidden()
    page.evaluate("window.notReloaded = true")

    with committed_cast.north.scope():
        incidents.acknowledge(incident_id=Incident.objects.get(number=1).id)
    expect(page.locator("tr", has_text="INC-1").locator(".badge", has_text="Acknowledged")).to_be_visible()
    expect(page.get_by_label("Select INC-2")).to_be_checked()
    expect(page.get_by_label("Select INC-4")).to_be_checked()
    expect(page.get_by_label("Select INC-4")).to_be_focused(timeout=5_000)
    expect(bar).to_contain_text("2 selected")
    assert page.evaluate("window.notReloaded") is True

    # What leaves the list is selected no more: nothing is done to what is not seen.
    page.get_by_label("Select INC-4").blur()
    with committed_cast.north.scope():
        incidents.resolve(incident_id=Incident.objects.get(number=2).id, body="Rolled back.")
    expect(page.get_by_label("Select INC-2")).to_have_count(0)
    expect(bar).to_contain_text("1 selected")


def test_keys_select_and_acknowledge(page: Page) -> None:
    for key in ("j", "x", "j", "j", "x"):
        page.keyboard.press(key)
    bar = page.locator(".several-bar")
    expect(bar).to_contain_text("2 selected")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    page.keyboard.press("x")
    page.keyboard.press("a")
    expect(page.locator("#toasts")).to_contain_text("1 acknowledged.")
    expect(page.locator("tr", has_text="INC-3").locator(".badge", has_text="Acknowledged")).to_be_visible()


def test_all_of_the_page_and_all_between_two(page: Page) -> None:
    bar, every = page.locator(".several-bar"), page.get_by_label("Select all on this page")
    every.check()
    expect(bar).to_contain_text("5 selected")
    bar.get_by_role("button", name="Clear").click()
    expect(bar).to_be_hidden()
    page.get_by_label("Select INC-5").click()
    page.get_by_label("Select INC-3").click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 selected")
    # Enter in a box presses no button.
    page.keyboard.press("Enter")
    expect(bar).to_contain_text("3 selected")
    bar.get_by_label("New owner").select_option(label="Nobody")
    bar.get_by_role("button", name="Assign").click()
    expect(page.locator("#toasts")).to_contain_text("3 without an owner now.")
