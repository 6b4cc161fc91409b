"""Search-and-go finds clients, systems, incidents, pages, response times and acts, as one's rights allow."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from incidents import services as incidents
from slas import services as slas
from tests.cast import Cast, House


@pytest.fixture
def north(cast: Cast) -> House:
    """An agency with the response times of a new one, and an incident."""
    with cast.north.scope():
        slas.install_catalogue()
        incidents.open_incident(system_id=cast.north.system.id, title="Wrong totals", severity="high", source="staff")
    return cast.north


def found(house: House, words: str, who: str = "owner") -> str:
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
def test_a_few_letters_lead_there(north: House, words: str) -> None:
    assert f'href="/a/north{WAYS[words]}"' in found(north, words)
    assert f'href="/a/north{WAYS[words]}"' in found(north, words.upper())


@pytest.mark.parametrize(("words", "address"), [("api and", "/settings/api/"), ("new rota", "/settings/on-call/new/")])
def test_what_one_may_not_open_is_not_offered(north: House, words: str, address: str) -> None:
    assert address not in found(north, words, "viewer")
    assert "Nothing found." in found(north, words, "viewer")


def test_what_is_archived_and_what_is_another_agencys_is_not_found(north: House, cast: Cast) -> None:
    with north.scope():
        row = slas.create_calendar(name="Old hours", spec="24x7")
    assert "Old hours" in found(north, "old hours")
    with north.scope():
        slas.archive_calendar(calendar_id=row.calendar_id)
    assert "Nothing found." in found(north, "old hours")
    assert "Nothing found." in found(cast.south, "standard")


@pytest.mark.parametrize("page", ["settings/", "settings/on-call/", "settings/response-times/standard/"])
def test_the_settings_are_marked_wherever_one_is_in_them(north: House, page: str) -> None:
    browser = Browser()
    browser.force_login(north.owner)
    shown = browser.get(f"/a/north/{page}").content.decode()
    assert 'href="/a/north/settings/" aria-current="page"' in " ".join(shown.split())
    assert 'href="/a/north/" aria-current="page"' not in " ".join(shown.split())
