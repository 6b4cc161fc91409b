"""Whoever opens an invitation reads who invites them to what, says their name, and sees in which zone they read."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from clients import services as clients
from core.models import User
from core.selectors import memberships_of
from core.services import invite_contact_person, invite_member
from tests.cast import Cast, person

EMAIL = "new@example.com"


def invited(cast: Cast) -> str:
    with cast.north.scope():
        return f"/invite/{invite_member(email=EMAIL, role='engineer')[1]}/"


def newcomer(name: str = "") -> tuple[User, Browser]:
    user, browser = person(name, EMAIL), Browser()
    browser.force_login(user)
    return user, browser


def shown(browser: Browser, page: str) -> str:
    return browser.get(page).content.decode()


@pytest.mark.parametrize("is_known", [True, False])
def test_it_names_the_agency_who_invites_and_as_what(cast: Cast, is_known: bool) -> None:
    page = invited(cast)
    browser = newcomer("New")[1] if is_known else Browser()
    html = shown(browser, page)
    for word in ("You are invited to North", cast.north.owner.name, "Engineer", EMAIL):
        assert word in html


def test_a_contact_reads_of_the_clients_portal_and_finds_the_name_that_the_agency_wrote(cast: Cast) -> None:
    with cast.north.scope():
        contact = clients.create_contact(
            client_id=cast.north.client.id, name="Kim Berg", email=EMAIL, rights=["viewer"]
        )
        page = f"/invite/{invite_contact_person(email=EMAIL, contact_id=contact.id)[1]}/"
    html = shown(newcomer()[1], page)
    assert "You are invited to the portal of North Client" in html
    assert 'value="Kim Berg"' in html


def test_who_has_no_name_yet_gives_one(cast: Cast) -> None:
    user, browser = newcomer()
    page = invited(cast)
    refused = browser.post(page, {"name": " ", "time_zone": "Europe/Oslo"})
    assert refused.status_code == 422
    assert memberships_of(user.id) == []
    assert browser.post(page, {"name": "  Ada   Lovelace ", "time_zone": "Europe/Oslo"}).status_code == 302
    user.refresh_from_db()
    assert (user.name, user.time_zone) == ("Ada Lovelace", "Europe/Oslo")
    assert [place.slug for place in memberships_of(user.id)] == ["north"]


def test_who_has_a_name_finds_it_filled_in_and_keeps_it(cast: Cast) -> None:
    user, browser = newcomer("Ada")
    page = invited(cast)
    assert 'value="Ada"' in shown(browser, page)
    assert browser.post(page).status_code == 302
    user.refresh_from_db()
    assert (user.name, user.time_zone) == ("Ada", "Europe/Berlin")


def test_who_chooses_utc_reads_utc(cast: Cast) -> None:
    user, browser = newcomer("Ada")
    browser.post(invited(cast), {"name": "Ada", "time_zone": "UTC"})
    user.refresh_from_db()
    assert user.time_zone == "UTC"


def test_the_browsers_zone_is_proposed_only_to_who_has_chosen_none(cast: Cast) -> None:
    user, browser = newcomer("Ada")
    page = invited(cast)
    assert "data-zone-hint" in shown(browser, page)
    User.objects.filter(id=user.id).update(time_zone="Asia/Tokyo")
    html = shown(browser, page)
    assert "data-zone-hint" not in html
    assert '<option value="Asia/Tokyo" selected>' in html


def test_a_zone_that_was_typed_and_refused_is_not_overwritten(cast: Cast) -> None:
    browser = newcomer()[1]
    html = browser.post(invited(cast), {"name": "", "time_zone": "Asia/Tokyo"}).content.decode()
    assert '<option value="Asia/Tokyo" selected>' in html
    assert "data-zone-hint" not in html


@pytest.mark.parametrize(("zone", "proposes"), [("UTC", True), ("Europe/Oslo", False)])
def test_the_profile_and_a_new_agency_propose_it_too(cast: Cast, settings: Any, zone: str, proposes: bool) -> None:
    settings.SIGN_UP = "open"
    user, browser = newcomer("Ada")
    User.objects.filter(id=user.id).update(time_zone=zone)
    assert ("data-zone-hint" in shown(browser, "/me/")) is proposes
    assert "data-zone-hint" in shown(browser, "/start/")


def test_the_settings_of_an_agency_change_no_zone_by_themselves(cast: Cast) -> None:
    with cast.north.scope():
        cast.north.agency.time_zone = "UTC"
        cast.north.agency.save()
    browser = Browser()
    browser.force_login(cast.north.owner)
    assert "data-zone-hint" not in shown(browser, "/a/north/settings/")


def test_who_is_signed_in_with_another_address_is_told_how_to_go_on(cast: Cast) -> None:
    browser = Browser()
    browser.force_login(cast.stranger)
    html = shown(browser, invited(cast))
    assert f"You are signed in as {cast.stranger.email}." in html
    assert "Sign out" in html
    assert "data-zone-hint" not in html


def test_the_page_of_one_agency_tells_nothing_of_another(cast: Cast) -> None:
    html = shown(Browser(), invited(cast))
    assert "South" not in html
    assert cast.north.client.name not in html
