"""R31, F36: the people at a client, their rights, and the one who speaks for it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from clients import selectors, services
from clients.models import Contact
from core.errors import Conflict, NotFound
from tests.cast import AgencyFixture, Cast, person, random_id
from tests.clients.support import audited, refused, told

ADA: dict[str, Any] = {"name": "Ada", "email": "ada@acme.example", "rights": ["viewer"]}


def new_client(house: AgencyFixture) -> uuid.UUID:
    return services.create_client(name="Acme", time_zone="UTC").id


def add(client_id: uuid.UUID, **more: Any) -> Contact:
    return services.create_contact(client_id=client_id, **{**ADA, **more})


def main_contacts(client_id: uuid.UUID) -> list[str]:
    return [row.name for row in selectors.contacts(client_id) if row.is_primary]


def test_a_contact_holds_the_rights_they_were_given_each_once(cast: Cast) -> None:
    with cast.north.scope():
        contact = add(cast.north.client.id, rights=["finance", "viewer", "finance"])
        assert selectors.contact(contact.id).rights == ["viewer", "finance"]
        assert audited(contact.id) == told(contact.id) == ["clients.contact.created"]


def test_the_first_contact_is_the_main_one_whatever_is_said(cast: Cast) -> None:
    with cast.north.scope():
        client_id = new_client(cast.north)
        add(client_id)
        assert main_contacts(client_id) == ["Ada"]


def test_a_client_has_one_main_contact_at_a_time(cast: Cast) -> None:
    with cast.north.scope():
        client_id = new_client(cast.north)
        add(client_id)
        bob = add(client_id, name="Bob", email="bob@acme.example", is_primary=True)
        assert main_contacts(client_id) == ["Bob"]
        # The only main contact cannot simply stop being it: somebody else has to become it.
        services.update_contact(contact_id=bob.id, name="Bob", email=bob.email, rights=["viewer"], is_primary=False)
        assert main_contacts(client_id) == ["Bob"]


def test_when_the_main_contact_leaves_the_next_one_takes_over(cast: Cast) -> None:
    with cast.north.scope():
        client_id = new_client(cast.north)
        ada = add(client_id)
        add(client_id, name="Bob", email="bob@acme.example")
        services.end_contact(contact_id=ada.id)
        assert main_contacts(client_id) == ["Bob"]


def test_who_has_left_is_off_the_list_and_leaving_twice_changes_nothing(cast: Cast) -> None:
    with cast.north.scope():
        ada = add(cast.north.client.id)
        first = services.end_contact(contact_id=ada.id).ended_at
        assert services.end_contact(contact_id=ada.id).ended_at == first
        assert ada.id not in {row.id for row in selectors.contacts(cast.north.client.id)}
        assert told(ada.id) == ["clients.contact.created", "clients.contact.ended"]


def test_who_comes_back_is_the_same_contact_without_the_old_way_in(cast: Cast) -> None:
    """The address is not lost for ever, and a new invitation is needed."""
    north = cast.north
    with north.scope():
        gone = services.end_contact(contact_id=north.contact_row.id)
        back = services.create_contact(client_id=north.client.id, name="Back", email=gone.email, rights=["viewer"])
        assert (back.id, back.ended_at, back.user, back.rights) == (gone.id, None, None, ["viewer"])
    assert selectors.portal_places_of(north.contact.id) == []


def test_who_has_left_can_neither_be_changed_nor_linked_nor_invited(cast: Cast) -> None:
    """X19: an invitation that is taken up after the person was shown out opens nothing."""
    north = cast.north
    with north.scope():
        services.go_live(client_id=north.client.id)
        ended = services.end_contact(contact_id=north.contact_row.id)
        with refused(None, Conflict):
            services.update_contact(contact_id=ended.id, **ADA)
        with refused(None, Conflict):
            services.link_contact(contact_id=ended.id, user_id=north.contact.id)
        with refused(None, Conflict):
            services.invite_contact(contact_id=ended.id)


BAD: list[tuple[str, Any]] = [
    ("name", " "),
    ("name", "a" * 121),
    ("email", ""),
    ("email", "ada"),
    ("email", "ada@acme.example\x00"),
    ("email", "ada@acme.example\nbcc: all@acme.example"),
    ("email", "a" * 60 + "@" + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + "." + "e" * 60 + ".example"),
    ("rights", []),
    ("rights", ["owner"]),
    ("rights", ["viewer", "god"]),
]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_what_cannot_be_right_is_refused_beside_its_field(cast: Cast, field: str, value: Any) -> None:
    with cast.north.scope():
        with refused(field):
            add(cast.north.client.id, **{field: value})
        with refused(field):
            services.update_contact(contact_id=cast.north.contact_row.id, **{**ADA, field: value})


def test_one_address_is_one_contact_of_a_client_however_it_is_written(cast: Cast) -> None:
    with cast.north.scope():
        add(cast.north.client.id)
        with refused("email"):
            add(cast.north.client.id, email=" ADA@acme.example ")
        with refused("email"):
            services.update_contact(contact_id=cast.north.contact_row.id, **ADA)
        # The same person may look after two companies.
        add(cast.north.other_client.id)


def test_an_account_is_linked_only_where_its_address_is_the_contacts(cast: Cast) -> None:
    """X19: whoever holds the link has to be the person it was sent to."""
    ada = person("Ada", "Ada@acme.example")
    with cast.north.scope():
        contact = add(cast.north.client.id)
        with refused(None, Conflict):
            services.link_contact(contact_id=contact.id, user_id=cast.stranger.id)
        with refused(None, Conflict):
            services.link_contact(contact_id=contact.id, user_id=random_id())
        services.link_contact(contact_id=contact.id, user_id=ada.id)
    assert [place.client_slug for place in selectors.portal_places_of(ada.id)] == [cast.north.client.slug]


def test_another_address_is_another_account(cast: Cast) -> None:
    """Whoever opened the portal with the old address opens it no more."""
    north = cast.north
    with north.scope():
        services.update_contact(
            contact_id=north.contact_row.id, name="Successor", email="successor@acme.example", rights=["viewer"]
        )
    assert selectors.portal_places_of(north.contact.id) == []


def test_a_change_of_rights_keeps_the_way_in(cast: Cast) -> None:
    north = cast.north
    row = north.contact_row
    with north.scope():
        services.update_contact(contact_id=row.id, name=row.name, email=row.email.upper(), rights=["approver"])
    assert [place.rights for place in selectors.portal_places_of(north.contact.id)] == [("approver",)]


def test_an_invitation_is_announced_with_the_id_alone_and_changes_nothing(cast: Cast) -> None:
    """The address stays out of the news: who sends the mail reads it."""
    with cast.north.scope():
        services.go_live(client_id=cast.north.client.id)
        contact = add(cast.north.client.id)
        services.invite_contact(contact_id=contact.id)
        assert told(contact.id) == ["clients.contact.created", "clients.contact.invited"]
        assert selectors.contact(contact.id).user is None


def test_nobody_is_invited_before_the_agency_goes_live_with_the_client(cast: Cast) -> None:
    with cast.north.scope():
        contact = add(cast.north.client.id)
        with refused(None, Conflict):
            services.invite_contact(contact_id=contact.id)
        assert told(contact.id) == ["clients.contact.created"]


def test_who_can_open_the_portal_already_is_not_invited_again(cast: Cast) -> None:
    with cast.north.scope():
        services.go_live(client_id=cast.north.client.id)
        with refused(None, Conflict):
            services.invite_contact(contact_id=cast.north.contact_row.id)


def test_a_contact_that_is_not_there_is_not_found(cast: Cast) -> None:
    with cast.north.scope(), refused("contact", NotFound):
        services.end_contact(contact_id=random_id())
