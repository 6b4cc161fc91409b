"""Search-and-go finds clients, systems, incidents, pages, response times and acts, as one's rights allow."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients import services as clients
from core.selectors import member_of_user
from incidents import services as incidents
from retainer.dashboard.found import MOST
from slas import services as slas
from tests.cast import AgencyFixture, Cast


@pytest.fixture
def north(cast: Cast) -> AgencyFixture:
    """An agency with the response times of a new one, and an incident."""
    with cast.north.scope():
        slas.install_catalogue()
        incidents.open_incident(system_id=cast.north.system.id, title="Wrong totals", severity="high", source="staff")
    return cast.north


def found(house: AgencyFixture, words: str, who: str = "owner") -> str:
    browser = Browser(headers={"HX-Request": "true"})
    browser.force_login(getattr(house, who))
    answer = browser.get(f"/a/{house.agency.slug}/go/", {"q": words})
    assert answer.status_code == 200
    return answer.content.decode()


WAYS = {
    "response": "/settings/response-times/",
    "calendars": "/settings/response-times/",
    "on call": "/settings/on-call/",
    "sla rev": "/sla-review/",
    "standard": "/settings/response-times/standard/",
    "mon-fri 09": "/settings/response-times/calendars/mon-fri-09-17/",
    "new rota": "/settings/on-call/new/",
    "time off": "/settings/on-call/time-off/",
    "new inc": "/incidents/new/",
    "wrong tot": "/incidents/1/",
    "support bot": "/systems/north-client/support-bot/",
}


@pytest.mark.parametrize("words", WAYS)
def test_a_few_letters_lead_there(north: AgencyFixture, words: str) -> None:
    assert f'href="/a/north{WAYS[words]}"' in found(north, words)
    assert f'href="/a/north{WAYS[words]}"' in found(north, words.upper())


@pytest.mark.parametrize(("words", "address"), [("api and", "/settings/api/"), ("new rota", "/settings/on-call/new/")])
def test_what_one_may_not_open_is_not_offered(north: AgencyFixture, words: str, address: str) -> None:
    assert address not in found(north, words, "viewer")
    assert "Nothing found" in found(north, words, "viewer")


def test_what_is_archived_and_what_is_another_agencys_is_not_found(north: AgencyFixture, cast: Cast) -> None:
    with north.scope():
        row = slas.create_calendar(name="Old hours", spec="24x7")
    assert "Old hours" in found(north, "old hours")
    with north.scope():
        slas.archive_calendar(calendar_id=row.calendar_id)
    assert "Nothing found" in found(north, "old hours")
    assert "Nothing found" in found(cast.south, "standard")


@pytest.mark.parametrize("page", ["settings/", "settings/on-call/", "settings/response-times/standard/"])
def test_the_settings_are_marked_wherever_one_is_in_them(north: AgencyFixture, page: str) -> None:
    browser = Browser()
    browser.force_login(north.owner)
    shown = browser.get(f"/a/north/{page}").content.decode()
    assert 'href="/a/north/settings/" aria-current="page"' in " ".join(shown.split())
    assert 'href="/a/north/" aria-current="page"' not in " ".join(shown.split())


# What people type, and where it leads first.
MEANT = {
    "mute": "/alerts/",
    "holiday": "/settings/response-times/",
    "bank holiday": "/settings/response-times/calendars/all/",
    "SLA policy": "/settings/response-times/",
    "response time": "/settings/response-times/",
    "token": "/settings/api/",
    "API key": "/settings/api/",
    "webhook": "/settings/api/",
    "on-call": "/settings/on-call/",
    "oncall": "/settings/on-call/",
    "rota": "/settings/on-call/",
    "escalation": "/settings/on-call/",
    "maintenance": "/systems/",
    "downtime": "/systems/",
    "window": "/systems/",
    "uptime": "/systems/",
    "brand": "/settings/agency/",
    "logo": "/settings/agency/",
    "colour": "/settings/agency/",
    "user": "/settings/people/",
    "teammate": "/settings/people/",
    "audit": "/settings/audit/",
    "log": "/settings/audit/",
    "history": "/settings/audit/",
    "plan": "/retainers/plans/",
    "tier": "/retainers/plans/",
}


@pytest.mark.parametrize("words", MEANT)
def test_a_page_is_found_by_what_stands_on_it(north: AgencyFixture, words: str) -> None:
    assert f'href="/a/north{MEANT[words]}"' in found(north, words)


def test_what_the_product_does_not_have_is_not_pretended(north: AgencyFixture) -> None:
    drawn = found(north, "invoice")
    assert "Nothing found for “invoice”." in drawn
    assert "holiday" in drawn


def test_an_invitation_is_found_by_who_may_invite(north: AgencyFixture) -> None:
    assert 'href="/a/north/settings/people/invite/"' in found(north, "invite")
    assert "/invite/" not in found(north, "invite", "viewer")


def test_people_lead_to_their_place(north: AgencyFixture) -> None:
    with north.scope():
        member = member_of_user(north.engineer.id)
    assert member is not None
    place = f"person-{member.id}"
    assert f'href="/a/north/settings/people/#{place}"' in found(north, "engineer of")
    assert f'href="/a/north/settings/people/#{place}"' in found(north, "ENGINEER@")
    assert 'href="/a/north/clients/north-client/#contacts"' in found(north, "contact of")
    browser = Browser()
    browser.force_login(north.owner)
    assert f'id="{place}"' in browser.get("/a/north/settings/people/").content.decode()
    assert 'id="contacts"' in browser.get("/a/north/clients/north-client/").content.decode()


def test_ones_own_pages_and_acts_are_found(north: AgencyFixture) -> None:
    assert 'href="/me/"' in found(north, "time zone", "viewer")
    assert 'href="/accounts/password/change/"' in found(north, "password", "viewer")
    assert 'data-theme-choice="dark"' in found(north, "night", "viewer")
    assert found(north, "theme", "viewer").count("data-theme-choice") == 3


def test_signing_out_sends_the_form_of_the_menu_and_is_no_link(north: AgencyFixture) -> None:
    drawn = found(north, "log out")
    assert '<button class="menu-item" form="sign-out">' in drawn
    assert "/accounts/logout/" not in drawn
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(north.owner)
    shown = browser.get("/a/north/go/?q=sign+out").content.decode()
    form = shown[shown.index('action="/accounts/logout/" id="sign-out"') :]
    assert 'name="csrfmiddlewaretoken"' in form[:200]


def test_the_best_find_is_the_first_whatever_its_kind(north: AgencyFixture) -> None:
    with north.scope():
        clients.create_client(name="Planet", time_zone="UTC")
        clients.create_client(name="Complanar", time_zone="UTC")
    drawn = found(north, "plan")
    assert drawn.index(">Plans<") < drawn.index(">Planet<") < drawn.index(">Complanar<")


def more(house: AgencyFixture, first: int, last: int) -> None:
    with house.scope():
        for number in range(first, last):
            row = clients.create_client(name=f"Found {number}", time_zone="UTC")
            email = f"f{number}@x.example"
            clients.create_contact(client_id=row.id, name=f"Found {number}", email=email, rights=["viewer"])
            clients.create_system(client_id=row.id, name=f"Found {number}", criticality="low")


def test_rows_are_bounded_and_no_row_takes_a_query(north: AgencyFixture) -> None:
    more(north, 0, 1)
    found(north, "found")
    with CaptureQueriesContext(connection) as few:
        found(north, "found")
    more(north, 1, 12)
    with CaptureQueriesContext(connection) as many:
        drawn = found(north, "found")
    assert drawn.count("menu-item") == 3 * MOST
    assert len(many) == len(few)
