"""The main job, watched on an open page: a system degrades, the clock starts, the right people see it, it recovers."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from core import clock
from core.tokens import create_token
from incidents import selectors as incidents
from monitoring.checks import services as monitoring
from retainer.local.sample import Assistant, SampleServer
from tests.browser.conftest import sign_in
from tests.cast import Cast
from tests.receivers import LOOKS
from tests.rows import signed_retainer

INTERVAL, BAD_COUNT = 5, 2
# One interval for each bad result, and five seconds for everything else.
ALLOWED = INTERVAL * BAD_COUNT + 5

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def sample() -> Iterator[tuple[Assistant, int]]:
    """The demo's sample AI system on a free port, well until it is told otherwise."""
    assistant = Assistant()
    assistant.hold(worse=False)
    server = SampleServer(0, assistant)
    threading.Thread(target=server.serve_forever, args=(LOOKS,), daemon=True).start()
    yield assistant, server.server_port
    server.shutdown()
    server.server_close()


def watch(cast: Cast, port: int) -> None:
    """A signed retainer, and a check with an agreed limit on the sample system."""
    cast.north.allow("127.0.0.1", port)
    with clock.at(clock.now() - timedelta(days=2)), cast.north.scope():
        signed_retainer(cast.north)
    with cast.north.scope():
        check = monitoring.create_check(
            system_id=cast.north.system.id,
            name="Quality",
            kind="http_json",
            url=f"http://127.0.0.1:{port}/health",
            metrics=[{"name": "auto_resolution_rate", "path": "auto_resolution_rate", "unit": "ratio"}],
            interval_seconds=INTERVAL,
            timeout_ms=4000,
            bad_count=BAD_COUNT,
        )
        monitoring.set_threshold(
            check_id=check.id,
            metric="auto_resolution_rate",
            comparison="below",
            limit=0.77,
            clear_limit=0.80,
            unit="ratio",
            bad_count=BAD_COUNT,
            good_count=2,
        )


def test_from_degradation_to_the_incident_on_the_open_page_and_back(
    committed_cast: Cast,
    stack: None,
    sample: tuple[Assistant, int],
    context: BrowserContext,
    live_server: Any,
    settings: Any,
) -> None:
    assistant, port = sample
    watch(committed_cast, port)
    page = context.new_page()
    sign_in(page, live_server.url, committed_cast.north.owner.email)
    page.goto(f"{live_server.url}/a/north/")
    expect(page.get_by_text("Healthy").first).to_be_visible(timeout=90_000)
    page.evaluate("window.notReloaded = true")

    assistant.hold(worse=True)
    began = time.monotonic()
    row = page.locator(".list-row", has_text="Auto resolution rate").first
    expect(row).to_be_visible(timeout=120_000)
    took = time.monotonic() - began
    assert page.evaluate("window.notReloaded") is True, "the page was not reloaded"
    print(f"from degradation to the incident on the open page: {took:.1f} s of {ALLOWED} s")
    # The bound is a promise on an idle machine; beside other tests it would measure those.
    if os.environ.get("RETAINER_STRICT_TIMES"):
        assert took <= ALLOWED, f"{took:.1f} s"

    expect(row.get_by_role("button", name="Acknowledge")).to_be_visible()
    row.locator(".row-link").click()
    clock_card = page.locator(".clock-record", has_text="First response")
    expect(clock_card).to_contain_text("left")
    with committed_cast.north.scope():
        incident = incidents.open_incidents()[0]
        _token, plain = create_token(name="t", scopes=["read"])
    _the_api_says_the_same(page, live_server.url, plain, incident)

    page.keyboard.press("a")
    expect(page.locator(".badge", has_text="Acknowledged").first).to_be_visible()
    expect(clock_card).to_contain_text("Met")

    assistant.hold(worse=False)
    expect(page.get_by_text("Alert recovered").first).to_be_visible(timeout=120_000)
    _the_client_sees_the_same(context, live_server.url, committed_cast, page, incident.number)


def _the_api_says_the_same(page: Any, base: str, token: str, incident: Any) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = page.request.get(f"{base}/api/v1/clocks/?incident={incident.id}", headers=headers).json()
    promised = {row["metric"]: row for row in answer["results"]}
    assert promised["first_response"]["state"] in ("running", "at_risk")
    assert promised["resolution"]["state"] == "running"
    shown = page.locator(".clock-record", has_text="First response").get_attribute("data-due")
    assert shown is not None
    assert shown[:19] == promised["first_response"]["due_at"][:19]


def _the_client_sees_the_same(context: BrowserContext, base: str, cast: Cast, page: Any, number: int) -> None:
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Client sees it").first).to_be_visible()
    staff_due = page.locator(".clock-record", has_text="Resolution").get_attribute("data-due")
    context.clear_cookies()
    client = context.new_page()
    sign_in(client, base, cast.north.contact.email)
    client.goto(f"{base}/p/north/{cast.north.client.slug}/incidents/{number}/")
    expect(client.get_by_role("heading", name="Auto resolution rate")).to_be_visible()
    assert client.locator(".clock-record", has_text="Resolution").get_attribute("data-due") == staff_due
