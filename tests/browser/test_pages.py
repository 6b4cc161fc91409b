"""X27 and WCAG: no page breaks the content policy, none has an axe violation, none scrolls sideways on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext

from tests.browser.conftest import confirm, let_in
from tests.cast import Cast
from tests.rows import rows_of

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

STAFF = [
    "",
    "incidents/",
    "incidents/new/",
    "incidents/1/",
    "systems/",
    "systems/{client}/support-bot/",
    "clients/",
    "clients/new/",
    "clients/{client}/",
    "retainers/",
    "retainers/plans/",
    "backlog/",
    "checks/",
    "checks/{check}/",
    "checks/{check}/thresholds/new/",
    "checks/new/{client}/support-bot/",
    "alerts/",
    "alerts/1/",
    "settings/",
    "settings/people/",
    "settings/api/",
    "settings/api/tokens/new/",
    "settings/audit/",
    "settings/response-times/",
    "settings/response-times/new/",
    "settings/response-times/calendars/all/",
]
PORTAL = ["", "systems/", "systems/support-bot/", "incidents/", "incidents/1/", "agreement/"]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
@pytest.mark.parametrize("face", ["staff", "portal"])
def test_every_page_is_clean(
    face: str, width: int, scheme: Any, committed_cast: Cast, chromium: Any, live_server: Any
) -> None:
    north = committed_cast.north
    rows = rows_of(north)
    context: BrowserContext = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    person, prefix, pages = (
        (north.owner, "/a/north/", STAFF)
        if face == "staff"
        else (north.contact, f"/p/north/{north.client.slug}/", PORTAL)
    )
    let_in(page, live_server.url, person.email)
    found: list[str] = []
    confirm(page, live_server.url)
    for path in ["/accounts/reauthenticate/", *pages]:
        address = path if path.startswith("/") else prefix + path
        address = address.format(client=north.client.slug, check=rows["check_id"])
        response = page.goto(live_server.url + address)
        assert response is not None
        assert response.status == 200, address
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            found.append(f"{address}: scrolls sideways")
        for violation in Axe().run(page).response["violations"]:
            found.append(f"{address}: {violation['id']} {violation['nodes'][0]['html'][:160]}")
    context.close()
    # Axe itself draws with inline styles; those complaints are its own.
    found += [text for text in complaints if "Content Security Policy" in text and "axe" not in text.lower()]
    assert found == []
