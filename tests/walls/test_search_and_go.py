"""Search-and-go offers nobody what they may not open, and finds nothing of another agency.

Every word of the table of pages is typed by every role; a page that is new is asked for here by itself.
"""

from __future__ import annotations

import re

import pytest
from django.test import Client as Browser

from clients import services as clients
from clients.archiving import archive_client
from core.access.roles import Role, may
from core.selectors import member_of_user
from core.services import end_membership
from retainer.sitemap import ACTIONS, Page, everything
from slas import services as slas
from tests.cast import AgencyFixture, Cast
from tests.matrix import Matrix

PAGES = [*everything(), *ACTIONS]
# What asks for the password once more before it opens.
CONFIRMED = r"^/accounts/|/settings/api/(tokens|receivers)/new/$"


@pytest.fixture
def north(cast: Cast) -> AgencyFixture:
    with cast.north.scope():
        slas.install_catalogue()
    return cast.north


def browser_of(house: AgencyFixture, role: str) -> Browser:
    people = {Role.OWNER: house.owner, Role.ACCOUNT_MANAGER: house.manager, Role.ENGINEER: house.engineer}
    browser = Browser(headers={"HX-Request": "true"})
    browser.force_login(people.get(Role(role), house.viewer))
    return browser


def found(browser: Browser, house: AgencyFixture, words: str) -> str:
    answer = browser.get(f"/a/{house.agency.slug}/go/", {"q": words})
    assert answer.status_code == 200
    return answer.content.decode()


def words_of(page: Page) -> list[str]:
    return [page.label, *(word.strip() for word in page.words.split(",") if word.strip())]


@pytest.mark.parametrize("role", Role.values)
def test_each_page_is_offered_to_exactly_those_who_may_open_it_and_every_address_that_is_offered_opens(
    role: str, north: AgencyFixture
) -> None:
    browser, offered = browser_of(north, role), set()
    with Matrix() as matrix:
        for page in PAGES:
            with matrix.case(f"the words of {page.route}"):
                drawn = {word: found(browser, north, word) for word in words_of(page)}
                offered |= {at for text in drawn.values() for at in re.findall(r'href="([^"#]+)', text)}
                by_name = f">{page.label.replace('&', '&amp;')}<" in drawn[page.label]
                assert by_name == may(role, page.capability)
        with matrix.case("the addresses"):
            _all_open(browser, offered)


def _all_open(browser: Browser, offered: set[str]) -> None:
    opened = Browser()
    opened.cookies = browser.cookies
    answers = {address: opened.get(address).status_code for address in sorted(offered)}
    assert {address: status for address, status in answers.items() if status not in (200, 302)} == {}
    # Sent elsewhere is only who has to type a password first.
    sent = {address for address, status in answers.items() if status == 302}
    assert {address for address in sent if not re.search(CONFIRMED, address)} == set()


def test_people_of_another_agency_are_not_found(north: AgencyFixture, cast: Cast) -> None:
    browser = browser_of(north, Role.OWNER)
    for person in (cast.south.owner, cast.south.contact, cast.stranger):
        assert "Nothing found" in found(browser, north, person.email)
        assert "menu-item" not in found(browser, north, person.name)
    assert cast.south.client.name not in found(browser, north, "client")


def test_who_has_left_is_not_found(north: AgencyFixture) -> None:
    browser = browser_of(north, Role.OWNER)
    assert "Contact of North Client" in found(browser, north, "contact of north")
    assert "#person-" in found(browser, north, "viewer of")
    with north.scope():
        member = member_of_user(north.viewer.id)
        assert member is not None
        end_membership(member_id=member.id)
        clients.end_contact(contact_id=north.contact_row.id)
    assert "#person-" not in found(browser, north, "viewer of")
    assert "Contact of North Client" not in found(browser, north, "contact of north")


def test_the_people_of_an_archived_client_are_not_found(north: AgencyFixture) -> None:
    browser = browser_of(north, Role.OWNER)
    with north.scope():
        archive_client(client_id=north.client.id)
    assert "Contact of North Client" not in found(browser, north, "contact of north")
