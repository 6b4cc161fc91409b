"""A real browser, a real web server, and real workers on the test's database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from core.models import User
from tests.cast import PASSWORD
from tests.processes import workers

# Playwright runs an event loop in the test's thread, and Django would take that for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# Generous, because other tests run beside these.
expect.set_options(timeout=60_000)


# Ends with this folder: Playwright keeps an event loop in this thread, in which no other test could start one.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM_PATH", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        yield browser
        browser.close()


# Asks for the database only to be closed before it is emptied: a page that is still open goes on asking.
@pytest.fixture
def context(chromium: Browser, transactional_db: None) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(60_000)
    yield context
    context.close()


def sign_in(page: Page, base: str, email: str) -> None:
    """Signs in through the page, as a person does."""
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def let_in(page: Page, base: str, email: str) -> None:
    """Gives the browser what signing in would have given it, and opens the page where one would be then."""
    browser = Client()
    browser.force_login(User.objects.get(email=email))
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": browser.cookies[name].value, "url": base}])
    page.goto(base)


def confirm(page: Page, base: str) -> None:
    """Types the password once more, for what an open session alone may not do. Ends on the page that asked."""
    page.goto(f"{base}/accounts/reauthenticate/?next=/me/")
    # Into what has the focus, as somebody would who never looked for the field.
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/reauthenticate" not in url)


@pytest.fixture
def stack(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """A worker on every queue and a beat, as subprocesses on the test's own database."""
    with workers(tmp_path):
        yield
