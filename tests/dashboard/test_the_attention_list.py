"""What needs somebody stands on home once an outage, by when it is due, with who has it and the act that is next."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import clock
from core.audit import next_number
from core.ids import uuid7
from incidents import selectors as incidents
from incidents import services
from monitoring.checks import services as monitoring
from monitoring.models import Alert
from retainer.dashboard.attention import Need, attention, verb_of
from retainer.dashboard.roster import roster
from tests.cast import AgencyFixture, Cast
from tests.incidents.scenario import IncidentScenario, utc
from tests.rows import broken

# A Monday, 21:30 in Berlin.
EVENING = "2026-06-01 19:30"


def waiting(minutes: float | None, state: str = "running", *, stands: str = "acknowledged") -> Need:
    due = None if minutes is None else clock.now() + timedelta(minutes=minutes)
    ticking: Any = SimpleNamespace(state=state, due_at=due, metric="resolution") if due else None
    return Need("incident", stands, "Slow", "Norvik", "Norvik", "/1", ticking, clock.now(), "us", "", None)


@pytest.mark.parametrize(
    ("minutes", "state", "stands", "group"),
    [
        (-10, "breached", "acknowledged", 0),
        (59, "running", "acknowledged", 0),
        (120, "at_risk", "acknowledged", 0),
        (120, "running", "acknowledged", 1),
        (160, "running", "acknowledged", 2),
        (8 * 24 * 60, "running", "acknowledged", 3),
        (10, "paused", "acknowledged", 1),
        (None, "", "new", 0),
        (None, "", "acknowledged", 2),
    ],
)
def test_it_is_grouped_by_days_of_the_reader(minutes: float | None, state: str, stands: str, group: int) -> None:
    with clock.at(utc(EVENING)), timezone.override("Europe/Berlin"):
        assert waiting(minutes, state, stands=stands).group == group


def listed(house: AgencyFixture, *, works: bool = True) -> list[Need]:
    """The rows that are shown, in the scope that is entered."""
    rows = attention("north", list(incidents.open_incidents()), Counter(), roster(), works=works)["needs"]
    return [need for _label, found in rows for need in found]


def fired(house: AgencyFixture, incident_id: uuid.UUID | None, name: str, **more: Any) -> Alert:
    """An alert that goes on, of a check of its own."""
    check = monitoring.create_check(
        system_id=house.system.id, name=name, kind="http", url="https://1.1.1.1/health", metrics=[]
    )
    values = {"title": f"{name} does not answer", "health": "down", "fired_at": clock.now()} | more
    return Alert.objects.create(
        client_id=house.client.id,
        number=next_number(kind="alert"),
        fingerprint=f"check:{uuid7()}",
        system_id=house.system.id,
        source_check=check,
        began_at=clock.now(),
        incident_id=incident_id,
        **values,
    )


def test_alerts_of_one_incident_are_one_row(cast: Cast) -> None:
    ward = IncidentScenario(cast.north)
    incident = ward.open("2026-06-01 08:00")
    with ward.at("2026-06-01 08:05"):
        fired(cast.north, incident, "Search")
        fired(cast.north, incident, "Chat")
        assert [need.kind for need in listed(cast.north)] == ["incident"]
    ward.do("resolve", incident, "2026-06-01 08:10", body="Restarted.", override_reason="It answers us.")
    with ward.at("2026-06-01 08:20"):
        (need,) = listed(cast.north)
    assert need.kind == "alert"
    assert need.about.endswith("Alert of INC-1, resolved · 1 more alert")
    assert need.verb
    assert (need.verb.label, need.verb.url) == ("Reopen", "/a/north/incidents/1/#reopen_reason")


def test_what_no_incident_has_gets_one_by_its_button(cast: Cast) -> None:
    with cast.north.scope():
        fired(cast.north, None, "Search", health="unknown")
        (need,) = listed(cast.north)
    assert need.verb
    assert (need.verb.label, need.verb.post) == ("Report incident", False)
    assert need.verb.url == f"/a/north/incidents/new/?system={cast.north.system.id}"


@pytest.mark.parametrize(
    ("state", "waits", "metric", "ended", "label", "url", "post"),
    [
        ("new", "", "first_response", None, "Acknowledge", "steps/acknowledge/", True),
        ("acknowledged", "", "first_response", None, "Send update", "#composer-update", False),
        ("acknowledged", "", "mitigation", False, "Mark workaround in place", "#next-step", False),
        ("acknowledged", "client", "resolution", None, "Record reply", "#client_body", False),
        ("acknowledged", "vendor", "resolution", None, "Let the clocks run again", "#next-step", False),
        ("mitigated", "", "resolution", None, "Resolve", "#resolve_body", False),
        ("mitigated", "", "resolution", False, "Send update", "#composer-update", False),
        ("acknowledged", "", "", True, "Resolve", "#resolve_body", False),
    ],
)
def test_the_button_is_the_act_that_is_next(
    state: str, waits: str, metric: str, ended: bool | None, label: str, url: str, post: bool
) -> None:
    """Ended: whether what was measured is well again; None where nothing was measured."""
    row: Any = SimpleNamespace(state=state, waiting_on=waits, number=16, published_at=1, confirmed_at=1)
    clock: Any = SimpleNamespace(metric=metric, state="running", ended_at=None) if metric else None
    alert: Any = None if ended is None else SimpleNamespace(recovered_at=1 if ended else None)
    verb = verb_of("north", row, clock, alert)
    assert (verb.label, verb.post) == (label, post)
    assert verb.url.startswith("/a/north/incidents/16/")
    assert verb.url.endswith(url)


def test_the_form_that_a_button_leads_to_is_on_the_page(cast: Cast) -> None:
    ward = IncidentScenario(cast.north)
    incident = ward.open()
    browser = Browser()
    browser.force_login(cast.north.owner)
    page = browser.get("/a/north/incidents/1/").content.decode()
    for name in ("composer-update", "client_body", "resolve_body"):
        assert f'id="{name}"' in page, name
    ward.do("acknowledge", incident)
    ward.do("resolve", incident, body="Mended.")
    assert 'id="reopen_reason"' in browser.get("/a/north/incidents/1/").content.decode()


def test_a_row_says_who_is_waited_on_who_has_it_and_which_promise(cast: Cast) -> None:
    ward = IncidentScenario(cast.north)
    theirs, ours = ward.open(title="Theirs"), ward.open(title="Ours")
    ward.do("acknowledge", theirs)
    ward.do("assign", ours, owner_id=None)
    ward.do("pause", theirs, reason="We need the export", party="client")
    with ward.at("2026-06-01 08:05"):
        rows = {need.title: need for need in listed(cast.north)}
    assert (rows["Theirs"].waiting_on, rows["Ours"].waiting_on) == ("the client", "us")
    assert (rows["Theirs"].owner, rows["Ours"].owner) == (str(cast.north.owner), "")
    promise = rows["Ours"].clock
    assert promise
    assert rows["Ours"].about == f"North Client · Support bot · INC-2 · {promise.label}"


def test_who_may_only_look_gets_no_button(cast: Cast) -> None:
    with cast.north.scope():
        broken(cast.north, 1)
        assert [need.verb for need in listed(cast.north, works=False)] == [None]


def test_a_button_that_acts_at_once_acts(cast: Cast) -> None:
    with cast.north.scope():
        (row,) = broken(cast.north, 1)
        services.assign(incident_id=row.id, owner_id=None)
    browser = Browser()
    browser.force_login(cast.north.owner)
    page = browser.get("/a/north/").content.decode()
    shown = page.split('class="list attention"', 1)[1].split("</ul>", 1)[0]
    (action,) = re.findall(r'<form method="post" action="([^"]+)"', shown)
    assert "Nobody yet" in shown
    assert ">Open<" not in shown
    browser.post(action)
    with cast.north.scope():
        assert incidents.incident_by_number(1).state == "acknowledged"
    page = browser.get("/a/north/").content.decode()
    assert str(cast.north.owner) in page.split('class="list attention"', 1)[1].split("</ul>", 1)[0]


def test_the_ninth_is_in_the_list_of_incidents_by_deadline(cast: Cast) -> None:
    with cast.north.scope():
        broken(cast.north, 9)
        shown = attention("north", list(incidents.open_incidents()), Counter(), roster(), works=True)
    assert sum(len(rows) for _label, rows in shown["needs"]) == 8
    assert (shown["needs_total"], shown["needs_more"]) == (9, True)
    assert shown["needs_url"] == "/a/north/incidents/?state=open&sort=due"


def test_home_asks_as_much_with_thirty_incidents_as_with_one(cast: Cast) -> None:
    house, browser = cast.north, Browser()
    browser.force_login(house.owner)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get("/a/north/").status_code == 200
        return len(seen)

    with house.scope():
        (first,) = broken(house, 1)
        fired(house, first.id, "Check 0")
    asked()
    one = asked()
    with house.scope():
        for number in range(29):
            row = services.open_incident(
                system_id=house.system.id, title=f"More {number}", severity="high", source="staff"
            )
            fired(house, row.id, f"Check {number + 1}")
    assert asked() == one


def test_nothing_of_another_agency_is_on_home(cast: Cast) -> None:
    with cast.south.scope():
        broken(cast.south, 1)
        fired(cast.south, None, "Southern")
    browser = Browser()
    browser.force_login(cast.north.owner)
    page = browser.get("/a/north/").content.decode()
    assert "Nothing is waiting" in page
    for word in ("South Client", "Number 0", "Southern"):
        assert word not in page
