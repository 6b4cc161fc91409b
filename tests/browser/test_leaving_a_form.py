"""Leaving a filled form asks first: by a link in our own dialog, by closing or reloading in the browser's."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from tests.browser.conftest import let_in
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def page(committed_cast: Cast, context: BrowserContext, live_server: Any) -> Page:
    """The form of a client, as it opens."""
    page = context.new_page()
    let_in(page, live_server.url, committed_cast.north.owner.email)
    page.goto(f"{live_server.url}/a/north/clients/north-client/edit/")
    return page


def asked(page: Page) -> list[str]:
    """What the browser itself asks from now on; each question is answered with leaving."""
    kinds: list[str] = []

    def answer(dialog: Dialog) -> None:
        kinds.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    return kinds


def backlog(page: Page) -> Any:
    return page.locator(".sidebar a", has_text="Backlog")


def test_a_changed_form_asks_and_staying_keeps_the_text(page: Page) -> None:
    page.fill("[name=name]", "Changed")
    backlog(page).click()
    dialog = page.locator("#leaving")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("is not saved yet")
    # While it comes into view its colours are mixed with what is behind.
    page.evaluate("Promise.all(document.getAnimations({subtree: true}).map((one) => one.finished))")
    assert [row["id"] for row in Axe().run(page, context="#leaving").response["violations"]] == []
    page.get_by_role("button", name="Stay on this page").click()
    expect(dialog).to_be_hidden()
    assert page.url.endswith("/edit/")
    expect(page.locator("[name=name]")).to_have_value("Changed")


def test_leaving_leaves_and_the_browser_does_not_ask_again(page: Page) -> None:
    kinds = asked(page)
    page.fill("[name=name]", "Changed")
    backlog(page).click()
    page.get_by_role("button", name="Leave without saving").click()
    page.wait_for_url("**/backlog/")
    assert kinds == []


def test_escape_stays_and_the_focus_returns(page: Page) -> None:
    page.fill("[name=name]", "Changed")
    backlog(page).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#leaving")).to_be_visible()
    expect(page.get_by_role("button", name="Stay on this page")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#leaving")).to_be_hidden()
    expect(backlog(page)).to_be_focused()
    expect(page.locator("[name=name]")).to_have_value("Changed")


def test_what_is_as_it_was_is_left_without_a_question(page: Page, live_server: Any) -> None:
    kinds = asked(page)
    was = page.input_value("[name=name]")
    page.fill("[name=name]", "Changed")
    page.fill("[name=name]", was)
    backlog(page).click()
    page.wait_for_url("**/backlog/")
    # Colours, choices and ticks as the browser shows them are no changes either.
    for path in ("incidents/new/", "settings/response-times/new/", "settings/on-call/new/"):
        page.goto(f"{live_server.url}/a/north/{path}")
        backlog(page).click()
        page.wait_for_url("**/backlog/")
    assert kinds == []


def test_saving_asks_nothing(page: Page) -> None:
    kinds = asked(page)
    page.fill("[name=name]", "Changed")
    page.locator("main form[method=post] button.btn-primary").click()
    page.wait_for_url(lambda url: "/edit/" not in url)
    assert kinds == []
    expect(page.locator("h1")).to_have_text("Changed")


def test_reloading_asks_only_while_something_is_changed(page: Page) -> None:
    kinds = asked(page)
    page.reload()
    assert kinds == []
    page.locator("[name=name]").press_sequentially("!")
    page.reload()
    assert kinds == ["beforeunload"]


def test_what_was_refused_is_not_saved_and_asks(page: Page) -> None:
    page.fill("[name=name]", "")
    page.locator("main form[method=post] button.btn-primary").click()
    expect(page.locator(".field-error").first).to_be_visible()
    backlog(page).click()
    expect(page.locator("#leaving")).to_be_visible()


def test_keys_the_palette_and_signing_out_ask_too(page: Page) -> None:
    page.fill("[name=name]", "Changed")
    page.locator("[name=name]").blur()
    dialog = page.locator("#leaving")
    for keys in (["g", "b"], ["/", "sign out"], ["/", "backlog"]):
        for key in keys:
            page.keyboard.press(key) if len(key) == 1 else page.keyboard.type(key)
        if keys[0] == "/":
            expect(page.locator(f'#palette [data-found-for="{keys[1]}"]')).to_be_visible()
            page.keyboard.press("Enter")
        expect(dialog).to_be_visible()
        expect(page.locator("#palette")).to_be_hidden()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("b")
    page.get_by_role("button", name="Leave without saving").click()
    page.wait_for_url("**/backlog/")


def test_a_search_is_left_without_a_question(page: Page, live_server: Any) -> None:
    kinds = asked(page)
    page.goto(f"{live_server.url}/a/north/go/")
    page.locator("main input[type=search]").fill("half a word")
    backlog(page).click()
    page.wait_for_url("**/backlog/")
    assert kinds == []
