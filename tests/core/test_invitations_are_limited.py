"""An invitation is a mail to somebody who has not asked for it: so many a day go out, and so many to one address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from clients import services as client_services
from core import clock, rates
from core.clock import now
from core.errors import TooMany
from core.ids import uuid7
from core.models import OutboxEvent
from core.selectors import memberships_of
from core.services import invite_member
from core.tenancy import Actor, tenant_scope
from retainer.notifications.models import Delivery
from tests.cast import AgencyFixture, Cast


def invite(house: AgencyFixture, email: str) -> None:
    with house.scope():
        invite_member(email=email, role="viewer")


def somebody() -> str:
    return f"{uuid7().hex}@x.example"


def test_an_agency_invites_so_many_a_day_and_more_the_day_after(cast: Cast, settings: Any) -> None:
    settings.AGENCY_INVITATIONS_PER_DAY = 3
    for _ in range(3):
        invite(cast.north, somebody())
    with pytest.raises(TooMany, match="3 invitations a day"):
        invite(cast.north, somebody())
    invite(cast.south, somebody())
    with clock.at(now() + timedelta(hours=23)), pytest.raises(TooMany):
        invite(cast.north, somebody())
    with clock.at(now() + timedelta(hours=26, minutes=1)):
        invite(cast.north, somebody())


def test_one_address_is_invited_so_often_however_it_is_written_and_by_whomever(cast: Cast, settings: Any) -> None:
    settings.ADDRESS_INVITATIONS_PER_DAY = 3
    local = uuid7().hex
    invite(cast.north, f"{local}@bücher.example")
    invite(cast.north, f"{local.upper()}+1@BÜCHER.example")
    invite(cast.south, f"{local[:5]}.{local[5:]}@xn--bcher-kva.example")
    for house in (cast.north, cast.south):
        with pytest.raises(TooMany, match="This address"):
            invite(house, f"{local}+2@bücher.example")
    invite(cast.north, somebody())


@pytest.mark.parametrize("address", ['"new"@x.example', '"new,boss@victim.example"@x.example'])
def test_an_address_has_no_quotation_marks(address: str, cast: Cast, settings: Any) -> None:
    """Between them anything may stand, and each mailbox would have ever more names."""
    settings.SIGN_UP = "open"
    browser = Browser()
    browser.force_login(cast.north.owner)
    contact = {"name": "New", "email": address, "rights": ["viewer"]}
    rules = {"name": "North", "time_zone": "UTC", "currency": "EUR", "brand_colour": "#4F49D6", "mail_from": address}
    posts = [
        ("/a/north/settings/people/invite/", {"email": address, "role": "viewer"}),
        (f"/a/north/clients/{cast.north.client.slug}/contacts/new/", contact),
        ("/a/north/settings/agency/", rules),
    ]
    for page, form in posts:
        answer = browser.post(page, form)
        assert (answer.status_code, "without quotation marks" in answer.content.decode()) == (422, True), page
    sign_up = {"email": address, "password1": "another horse battery", "password2": "another horse battery"}
    assert "without quotation marks" in Browser().post("/accounts/signup/", sign_up).content.decode()


def test_one_person_invites_no_more_for_having_many_agencies(cast: Cast, settings: Any) -> None:
    settings.AGENCY_INVITATIONS_PER_DAY = 3
    me = Actor("user", cast.north.owner.id, "owner")
    for house in (cast.north, cast.south, cast.north):
        with tenant_scope(house.agency.id, actor=me):
            invite_member(email=somebody(), role="viewer")
    with pytest.raises(TooMany), tenant_scope(cast.south.agency.id, actor=me):
        invite_member(email=somebody(), role="viewer")
    invite(cast.south, somebody())


def test_one_person_starts_so_many_agencies_a_day(cast: Cast, settings: Any) -> None:
    settings.SIGN_UP, settings.PERSON_AGENCIES_PER_DAY = "open", 2
    browser = Browser()
    browser.force_login(cast.stranger)
    form = {"name": "Many", "time_zone": "UTC", "currency": "EUR"}
    assert [browser.post("/start/", form).status_code for _ in range(3)] == [302, 302, 422]
    assert len(memberships_of(cast.stranger.id)) == 2


def test_where_redis_has_lost_its_count_that_of_the_database_holds(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.AGENCY_INVITATIONS_PER_DAY = 3
    monkeypatch.setattr(rates, "_ask", lambda *_args: None)
    for _ in range(3):
        invite(cast.north, somebody())
    with pytest.raises(TooMany):
        invite(cast.north, somebody())
    settings.ADDRESS_INVITATIONS_PER_DAY = 1
    invite(cast.south, "new@x.example")
    with pytest.raises(TooMany, match="This address"):
        invite(cast.south, "new@x.example")


def test_a_refused_one_sends_nothing_and_says_why(cast: Cast, settings: Any) -> None:
    settings.AGENCY_INVITATIONS_PER_DAY = 1
    browser = Browser()
    browser.force_login(cast.north.owner)
    page = "/a/north/settings/people/invite/"
    assert browser.post(page, {"email": somebody(), "role": "viewer"}).status_code == 302
    answer = browser.post(page, {"email": somebody(), "role": "viewer"})
    assert answer.status_code == 422
    assert "invitations a day" in answer.content.decode()
    with cast.north.scope():
        assert Delivery.objects.count() == 1


def test_invitations_to_the_portal_count_as_well(cast: Cast, settings: Any) -> None:
    settings.ADDRESS_INVITATIONS_PER_DAY = 2
    with cast.north.scope():
        client_services.go_live(client_id=cast.north.client.id)
        contact = client_services.create_contact(
            client_id=cast.north.client.id, name="New", email=somebody(), rights=["viewer"]
        )
        for _ in range(2):
            client_services.invite_contact(contact_id=contact.id)
        with pytest.raises(TooMany):
            client_services.invite_contact(contact_id=contact.id)
        assert OutboxEvent.objects.filter(name="clients.contact.invited").count() == 2
    browser = Browser()
    browser.force_login(cast.north.owner)
    page = f"/a/north/clients/{cast.north.client.slug}/contacts/{contact.id}/invite/"
    answer = browser.post(page, follow=True)
    assert "invited often enough" in answer.content.decode()
