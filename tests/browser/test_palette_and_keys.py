"""Search-and-go and the keys, by keyboard alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import let_in
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def page(committed_cast: Cast, context: BrowserContext, live_server: Any) -> Page:
    page = context.new_page()
    let_in(page, live_server.url, committed_cast.north.owner.email)
    page.goto(f"{live_server.url}/a/north/")
    return page


def look_for(page: Page, words: str) -> None:
    page.keyboard.press("/")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.type(words)
    expect(page.locator(f'#palette [data-found-for="{words}"]')).to_be_visible()


def test_the_theme_is_turned_by_keyboard_and_stays(page: Page) -> None:
    look_for(page, "dark")
    expect(page.locator("#palette [aria-selected=true]")).to_have_text(re.compile("Dark theme"))
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("#palette")).to_be_hidden()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    look_for(page, "light")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_signing_out_by_keyboard_really_signs_out(page: Page, live_server: Any) -> None:
    look_for(page, "sign out")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/a/north" not in url)
    page.goto(f"{live_server.url}/a/north/")
    assert "/accounts/login" in page.url


def test_enter_before_the_answer_goes_where_was_typed(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("#palette .menu-item").first).to_be_visible()
    page.keyboard.type("backlog")
    page.keyboard.press("Enter")
    page.wait_for_url("**/a/north/backlog/")


def test_what_was_found_is_clean_and_an_empty_answer_says_what_can_be_looked_for(page: Page) -> None:
    look_for(page, "contact of")
    expect(page.locator("#palette .menu-item").first).to_contain_text("Contact of north")
    found = [row["id"] for row in Axe().run(page, context="#palette").response["violations"]]
    page.keyboard.press("Control+a")
    page.keyboard.type("zzzz")
    expect(page.locator("#palette")).to_contain_text("Nothing found for “zzzz”")
    found += [row["id"] for row in Axe().run(page, context="#palette").response["violations"]]
    assert found == []


def test_g_and_a_letter_go_also_where_the_sidebar_has_no_link(page: Page) -> None:
    for letter, address in (("c", "/clients/"), ("o", "/settings/on-call/"), (",", "/settings/"), ("h", "/a/north/")):
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(f"**{address}")
        expect(page.locator("h1").first).to_be_visible()
