"""A letter to somebody who may never have heard of us carries nothing of a sender's own choice that leads anywhere."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client as Browser

from clients import services as clients
from core.models import Agency, User
from core.outbox import relay_due
from core.text import MOST_IN_A_LETTER, unlinked
from retainer.notifications.letters import letter_of
from retainer.notifications.models import Delivery
from tests.cast import Cast

LINKS = ("http", "www.", "evil.example", "evil.com", "@victim")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Brightloop AI GmbH & Co. KG", "Brightloop AI GmbH & Co. KG"),
        ("J. R. Müller", "J. R. Müller"),
        ("Brightloop.ai", "Brightloop.ai"),
        ("24/7 AI", "24/7 AI"),
        ("株式会社", "株式会社"),
        ("Visit evil.example to claim", "Visit evil. example to claim"),
        ("Claim at https://evil.example/x?y=1 now", "Claim at evil. example/x?y=1 now"),
        ("HTTPS:// www.evil.com", "evil.com"),
        ("https://evil.com/claim", "evil.com"),
        ("Visit evil\uff0eexample", "Visit evil. example"),
        ("Visit evil\u3002com", "Visit evil. com"),
        ("ceo@victim.example", "ceo victim. example"),
        ("javascript://x y", "x y"),
        ("\u202eelpmaxe.live", "elpmaxe.live"),
        ("a" * 200, "a" * MOST_IN_A_LETTER + "…"),
    ],
)
def test_no_program_makes_a_link_of_a_name(name: str, shown: str) -> None:
    assert unlinked(name) == shown


def letters(cast: Cast) -> list[str]:
    with cast.north.scope():
        return [" ".join((row.subject, *letter_of(row))) for row in Delivery.objects.filter(channel="email")]


@pytest.fixture
def greedy(cast: Cast) -> Browser:
    """The owner of an agency, both of them named as one does who wants something of strangers."""
    with cast.north.scope():
        Agency.objects.filter(id=cast.north.agency.id).update(name="Claim at https://evil.example/now friend")
    User.objects.filter(id=cast.north.owner.id).update(name="ceo@victim.com www.evil.com/x")
    cast.north.owner.refresh_from_db()
    browser = Browser()
    browser.force_login(cast.north.owner)
    return browser


def test_an_invitation_to_the_staff_says_who_sends_it_by_the_address_that_is_known(cast: Cast, greedy: Browser) -> None:
    form = {"email": "someone@else.example", "role": "viewer"}
    assert greedy.post("/a/north/settings/people/invite/", form).status_code == 302
    (letter,) = letters(cast)
    assert not [link for link in LINKS if link in without_our_own(letter)]
    assert f"{cast.north.owner.email} has entered your address" in letter


def test_nor_does_one_to_the_portal(cast: Cast, greedy: Browser) -> None:
    with cast.north.scope():
        clients.go_live(client_id=cast.north.client.id)
        contact = clients.create_contact(
            client_id=cast.north.client.id, name="New", email="new@else.example", rights=["viewer"]
        )
        clients.invite_contact(contact_id=contact.id)
    while relay_due():
        pass
    assert [letter for letter in letters(cast) if "/invite/" in letter]
    for letter in letters(cast):
        assert not [link for link in LINKS if link in without_our_own(letter)]


def without_our_own(letter: str) -> str:
    """The letter without the addresses that we put in."""
    return letter.replace(settings.BASE_URL, "")
