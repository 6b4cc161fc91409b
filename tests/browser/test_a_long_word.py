"""A word of eighty letters, pasted into any name, moves neither the page nor the bottom bar of the phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from clients.models import AISystem, Client, Contact
from core.models import Agency, User
from incidents import services as incidents
from incidents.models import Incident
from monitoring.models import Alert, Check
from tests.browser.conftest import confirm, let_in
from tests.browser.test_pages import PORTAL, STAFF
from tests.cast import AgencyFixture, Cast
from tests.rows import rows_of

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

WIDTH, HEIGHT = 390, 844
WORD = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft"[:80]

# What sticks out on the right, without what lies in a part that scrolls or cuts by itself.
OUTSIDE = """(width) => [...document.querySelectorAll("body *")].filter((one) => {
  if (one.getBoundingClientRect().right <= width + 1 || one.closest(".sr-only, dialog:not([open])")) return false;
  for (let up = one.parentElement; up; up = up.parentElement)
    if (getComputedStyle(up).overflowX !== "visible") return false;
  return true;
}).map((one) => `${one.tagName.toLowerCase()}.${one.className?.baseVal ?? one.className}`).slice(0, 6)"""

BAR = """() => { const bar = document.querySelector(".bottombar")?.getBoundingClientRect();
  return bar ? [bar.left, bar.right, bar.bottom].map(Math.round) : null; }"""


def name_everything(house: AgencyFixture, number: int) -> None:
    """Each name and text that people write becomes one long word. Call it in the scope."""
    Agency.objects.update(name=WORD)
    Client.objects.filter(id=house.client.id).update(name=WORD)
    AISystem.objects.filter(id=house.system.id).update(name=WORD)
    Contact.objects.filter(client_id=house.client.id).update(name=WORD)
    Check.objects.update(name=WORD)
    Alert.objects.update(title=WORD)
    incident = Incident.objects.get(number=number)
    incidents.post_note(incident_id=incident.id, body=WORD)
    incidents.post_update(incident_id=incident.id, body=WORD)
    Incident.objects.update(title=WORD)
    User.objects.filter(id__in=[house.owner.id, house.engineer.id, house.contact.id]).update(name=WORD)


def faults_of(page: Page, address: str) -> list[str]:
    """What the word has moved."""
    faults = []
    if page.evaluate("document.documentElement.scrollWidth") > WIDTH + 1:
        faults.append(f"{address}: scrolls sideways because of {page.evaluate(OUTSIDE, WIDTH)}")
    bar = page.evaluate(BAR)
    if bar is not None and bar != [0, WIDTH, HEIGHT]:
        faults.append(f"{address}: the bottom bar stands at {bar}")
    return faults


@pytest.mark.parametrize("face", ["staff", "portal"])
def test_a_word_of_eighty_letters_moves_nothing(
    face: str, committed_cast: Cast, chromium: Any, live_server: Any
) -> None:
    north = committed_cast.north
    rows = rows_of(north)
    with north.scope():
        name_everything(north, rows["number"])
    context: BrowserContext = chromium.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, is_mobile=True, has_touch=True
    )
    page = context.new_page()
    person, prefix, pages = (
        (north.owner, "/a/north/", [*STAFF, "checks/{check}/edit/"])
        if face == "staff"
        else (north.contact, f"/p/north/{north.client.slug}/", PORTAL)
    )
    let_in(page, live_server.url, person.email)
    confirm(page, live_server.url)
    found: list[str] = []
    for path in ["/me/", *pages]:
        address = path if path.startswith("/") else prefix + path
        page.goto(live_server.url + address.format(client=north.client.slug, check=rows["check_id"]))
        found += faults_of(page, address)
    context.close()
    assert found == []
