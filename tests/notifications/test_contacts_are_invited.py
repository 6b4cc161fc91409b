"""A contact gets into the portal by a link that is mailed to them, once, for their own address."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client as Visitor

from clients import selectors as clients
from clients import services as client_services
from core.outbox import relay_due
from retainer.notifications.letters import letter_of
from retainer.notifications.models import Delivery
from tests.cast import Cast, person


def invite(cast: Cast, email: str) -> Any:
    with cast.north.scope():
        client_services.go_live(client_id=cast.north.client.id)
        return client_services.create_contact(
            client_id=cast.north.client.id, name="New", email=email, rights=["viewer"]
        )


def mailed_link(cast: Cast, email: str) -> str:
    while relay_due():
        pass
    with cast.north.scope():
        body, _html = letter_of(Delivery.objects.get(receiver=email, event_name="clients.contact.invited"))
    found = re.search(r"/invite/[^\s]+", body)
    assert found
    return found[0]


def test_from_the_button_to_the_open_portal(cast: Cast) -> None:
    contact = invite(cast, "new@north-client.example")
    visitor = Visitor()
    visitor.force_login(cast.north.owner)
    page = f"/a/north/clients/{cast.north.client.slug}/contacts/{contact.id}/invite/"
    assert visitor.post(page).status_code == 302
    address = mailed_link(cast, contact.email)
    newcomer = person("New", contact.email)
    guest = Visitor()
    guest.force_login(newcomer)
    assert guest.get(f"/p/north/{cast.north.client.slug}/").status_code == 404
    assert guest.post(address).status_code == 302
    assert guest.get(f"/p/north/{cast.north.client.slug}/").status_code == 200


def test_x19_somebody_else_with_the_link_stays_outside(cast: Cast) -> None:
    contact = invite(cast, "new@north-client.example")
    with cast.north.scope():
        client_services.invite_contact(contact_id=contact.id)
    address = mailed_link(cast, contact.email)
    visitor = Visitor()
    visitor.force_login(cast.stranger)
    assert visitor.post(address).status_code == 403
    assert clients.portal_places_of(cast.stranger.id) == []


@pytest.mark.parametrize("role", ["engineer", "viewer"])
def test_who_may_not_manage_clients_invites_nobody(cast: Cast, role: str) -> None:
    contact = invite(cast, "new@north-client.example")
    visitor = Visitor()
    visitor.force_login(getattr(cast.north, role))
    page = f"/a/north/clients/{cast.north.client.slug}/contacts/{contact.id}/invite/"
    assert visitor.post(page).status_code == 403
