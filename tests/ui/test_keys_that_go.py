"""``g`` and a letter: one table, no letter twice, shown where one looks for it, and each leads to a page."""

from __future__ import annotations

from collections import Counter

import pytest
from django.test import Client as Browser
from django.urls import reverse

from core.access.roles import Role, may
from retainer.sitemap import STAFF, Page, everything
from tests.cast import AgencyFixture, Cast

KEYED = [page for page in everything() if page.key]


def shown_to(house: AgencyFixture, role: str = Role.OWNER) -> tuple[Browser, str]:
    browser = Browser()
    browser.force_login({Role.OWNER: house.owner}.get(Role(role), house.viewer))
    page = " ".join(browser.get(f"/a/{house.agency.slug}/").content.decode().split())
    return browser, page.replace("> <", "><")


def test_no_key_is_used_twice_and_none_is_the_key_that_begins() -> None:
    assert [key for key, times in Counter(page.key for page in KEYED).items() if times > 1] == []
    assert all(len(page.key) == 1 and page.key != "g" for page in KEYED)


def test_every_page_of_the_sidebar_has_a_key() -> None:
    assert [page.label for _label, pages in STAFF for page in pages if not page.key] == []


@pytest.mark.parametrize("page", KEYED, ids=lambda page: page.route)
def test_a_key_stands_on_the_sheet_and_leads_to_a_page_that_opens(page: Page, cast: Cast) -> None:
    # To whoever may do least of those who may open it.
    browser, shown = shown_to(cast.north, Role.VIEWER if may(Role.VIEWER, page.capability) else Role.OWNER)
    address = reverse(page.route, args=["north"])
    assert f'<a href="{address}" data-key="{page.key}"><span>{page.label}</span>' in shown
    assert browser.get(address).status_code == 200


def test_the_sidebar_says_each_key(cast: Cast) -> None:
    _browser, shown = shown_to(cast.north)
    for _label, pages in STAFF:
        for page in pages:
            assert f'title="{page.label}: g, then {page.key}"' in shown


def test_a_key_stands_on_the_page_once(cast: Cast) -> None:
    _browser, shown = shown_to(cast.north)
    assert shown.count("data-key=") == len(KEYED)


def test_search_says_its_keys_to_a_screen_reader(cast: Cast) -> None:
    _browser, shown = shown_to(cast.north)
    assert 'aria-keyshortcuts="/ Control+K"' in shown
