"""Charts in a browser: no label is cut off or unrounded, one control drives all, nothing jumps while values load."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from core.clock import now
from monitoring.checks import services as monitoring
from monitoring.samples import store
from tests.browser.conftest import let_in
from tests.cast import PASSWORD, Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

# Every word that is drawn, with the box it takes up in pixels of its canvas.
RECORD = """
window.words = new Map();
const fill = CanvasRenderingContext2D.prototype.fillText;
const clear = CanvasRenderingContext2D.prototype.clearRect;
CanvasRenderingContext2D.prototype.clearRect = function (...place) {
  window.words.set(this.canvas, []);
  return clear.apply(this, place);
};
CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...more) {
  const size = this.measureText(text);
  const { a, d, e, f } = this.getTransform();
  const box = {
    text,
    left: e + a * (x - size.actualBoundingBoxLeft), right: e + a * (x + size.actualBoundingBoxRight),
    top: f + d * (y - size.actualBoundingBoxAscent), bottom: f + d * (y + size.actualBoundingBoxDescent),
  };
  window.words.set(this.canvas, [...(window.words.get(this.canvas) ?? []), box]);
  return fill.call(this, text, x, y, ...more);
};
"""
DRAWN = """
() => [...window.words].filter(([canvas]) => canvas.isConnected).map(([canvas, words]) =>
  ({ width: canvas.width, height: canvas.height, words }))
"""
METRICS: dict[str, tuple[str, float]] = {
    "auto_resolution_rate": ("ratio", 0.871999999),
    "first_answer": ("s", 1.23999),
    "tokens_a_day": ("", 1_204_388.25),
    "cost_of_a_conversation": ("EUR", 0.0312345),
    "queue": ("", 1204.4),
    # What every check that asks measures besides.
    "latency": ("s", 0.1894567),
}
CHARTS = len(METRICS)


@pytest.fixture
def charted(committed_cast: Cast) -> Cast:
    """A system whose values have every size, for four hundred days, with a limit on the first of them."""
    north = committed_cast.north
    north.allow("127.0.0.1", 9)
    with north.scope():
        check = monitoring.create_check(
            system_id=north.system.id,
            name="Quality",
            kind="http_json",
            url="http://127.0.0.1:9/health",
            metrics=[
                {"name": name, "path": name, "unit": unit}
                for name, (unit, _level) in METRICS.items()
                if name != "latency"
            ],
            interval_seconds=300,
        )
        monitoring.set_threshold(
            check_id=check.id,
            metric="auto_resolution_rate",
            comparison="below",
            limit=0.77,
            clear_limit=0.8,
            unit="ratio",
        )
        for name, (_unit, level) in METRICS.items():
            for seconds, days in ((300, 7), (3600, 90), (86_400, 400)):
                buckets = list(_buckets(seconds, days, level))
                ends = [
                    (mean * (0.3 if place == 40 else 0.95), mean * 1.05) for place, (_at, mean) in enumerate(buckets)
                ]
                store.write_rollups(check, name, seconds, buckets, count=12, ends=ends)
            store.write_samples(check, name, _buckets(300, 1, level))
    return committed_cast


def _buckets(seconds: int, days: int, level: float) -> Iterator[tuple[datetime, float]]:
    last = int(now().timestamp()) // seconds
    for place in range(days * 86_400 // seconds, 0, -1):
        yield datetime.fromtimestamp((last - place) * seconds, UTC), level * (1 + 0.05 * math.sin(place / 9))


def open_page(page: Page, base: str, cast: Cast, face: str, span: str) -> None:
    north = cast.north
    page.add_init_script(RECORD)
    let_in(page, base, (north.owner if face == "staff" else north.contact).email)
    slug = north.client.slug
    path = f"/a/north/systems/{slug}/support-bot/" if face == "staff" else f"/p/north/{slug}/systems/support-bot/"
    page.goto(f"{base}{path}?span={span}")
    expect(page.locator(".chart canvas")).to_have_count(CHARTS)
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")


def faults(page: Page) -> list[str]:
    found = []
    for chart in page.evaluate(DRAWN):
        assert len(chart["words"]) > 3, chart
        for word in chart["words"]:
            inside = word["left"] >= 0 and word["right"] <= chart["width"]
            if not inside or word["top"] < 0 or word["bottom"] > chart["height"]:
                found.append(f"cut off: {word['text']} {word}")
            # After the point at most three digits that are not leading noughts: 0.0314, 1.24, 71.5.
            if re.search(r"\.0*[1-9]\d{3,}", word["text"]):
                found.append(f"not rounded: {word['text']}")
    return found


@pytest.mark.parametrize(("width", "scale"), [(1440, 1), (390, 3)])
@pytest.mark.parametrize("face", ["staff", "portal"])
def test_no_label_is_cut_off_or_unrounded(
    face: str, width: int, scale: int, charted: Cast, chromium: Any, live_server: Any
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 844}, device_scale_factor=scale)
    page = context.new_page()
    open_page(page, live_server.url, charted, face, "24h")
    found = faults(page)
    for span in ("30d", "12m"):
        choose(page, span)
        found += faults(page)
    said = {word["text"].replace("\xa0", " ") for chart in page.evaluate(DRAWN) for word in chart["words"]}
    assert "bad below 77.0 %" in said
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    tall = page.evaluate("[...document.querySelectorAll('.charts-grid > *')].map((one) => one.offsetLeft)")
    assert len(set(tall)) == (2 if width == 1440 else 1)
    context.close()


def choose(page: Page, span: str) -> None:
    """Presses one of the periods and waits until every chart has been drawn for it."""
    page.locator(f"[data-range='{span}']").click()
    expect(page.locator(".chart[aria-busy]")).to_have_count(0)


def test_one_control_drives_every_chart_and_nothing_jumps(charted: Cast, context: Any, live_server: Any) -> None:
    page = context.new_page()
    open_page(page, live_server.url, charted, "staff", "7d")
    expect(page.locator("[data-ranges]")).to_have_count(1)
    page.evaluate("window.untouched = true")
    height = page.evaluate("document.documentElement.scrollHeight")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "series.json" in request.url else None)
    choose(page, "30d")
    assert len([url for url in asked if url.endswith("span=30d")]) == CHARTS
    assert page.evaluate("window.untouched")
    assert page.url.endswith("?span=30d")
    counted = page.locator("[data-chart-counted]")
    expect(counted).to_have_text(["Average per 2 h, band = lowest to highest"] * counted.count())
    assert page.evaluate("document.documentElement.scrollHeight") == height
    expect(page.locator("#announcer")).to_have_text("The charts show the last 30 days.")
    # By keyboard alone: the next one, and back in history.
    page.locator("[data-range='30d']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("[data-range][aria-current]")).to_have_text("90 d")
    page.go_back()
    expect(page.locator("[data-range][aria-current]")).to_have_text("30 d")
    page.reload()
    expect(page.locator("[data-range][aria-current]")).to_have_text("30 d")


def test_the_table_and_the_tip_say_the_lowest_and_the_highest(charted: Cast, context: Any, live_server: Any) -> None:
    page = context.new_page()
    open_page(page, live_server.url, charted, "portal", "30d")
    chart = page.locator(".chart").first
    chart.get_by_role("button").click()
    expect(chart.locator("th")).to_have_text(["Time", "Average", "Lowest", "Highest"])
    cells = chart.locator("tbody tr").first.locator("td").all_inner_texts()
    assert re.fullmatch(r"\w{3},? \d+ \w{3},? \d\d:\d\d – \d\d:\d\d", cells[0].replace("\xa0", " ")), cells
    assert all(re.fullmatch(r"\d+\.\d\s%", cell) for cell in cells[1:]), cells
    chart.locator(".u-over").hover(position={"x": 200, "y": 40})
    expect(chart.locator(".chart-tip")).to_contain_text("Lowest: ")
    expect(chart.locator(".chart-tip")).to_contain_text("Highest: ")
    assert Axe().run(page).response["violations"] == []


def test_a_chart_that_waits_has_its_final_size(charted: Cast, context: Any, live_server: Any) -> None:
    page = context.new_page()
    open_page(page, live_server.url, charted, "staff", "24h")
    size = "[...document.querySelectorAll('.chart')].map((one) => [one.offsetTop, one.offsetHeight])"
    loaded = page.evaluate(size)
    held: list[Any] = []
    page.route("**/series.json*", lambda route: held.append(route))
    page.reload()
    expect(page.locator(".chart-canvas.is-waiting")).to_have_count(len(loaded))
    assert page.evaluate(size) == loaded
    for route in held:
        route.continue_()
    page.unroute("**/series.json*")


def test_the_control_works_without_a_script(charted: Cast, chromium: Any, live_server: Any) -> None:
    north = charted.north
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/accounts/login/")
    page.fill("input[name=login]", north.owner.email)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    page.goto(f"{live_server.url}/a/north/systems/{north.client.slug}/support-bot/")
    page.get_by_role("link", name="90 d").click()
    assert page.url.endswith("?span=90d#charts")
    expect(page.locator("[data-range][aria-current]")).to_have_text("90 d")
    context.close()
