"""X03, X13: another agency's client, contact or system is exactly one that is not there; and what the portal reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection

from clients import selectors, services
from core.errors import NotFound
from core.ids import uuid7
from tests.cast import AgencyFixture, Cast, random_id

CONTACT: dict[str, Any] = {"name": "Ada", "email": "ada@acme.example", "rights": ["viewer"]}
SYSTEM: dict[str, Any] = {"name": "Bot", "criticality": "low"}

# What takes an id, and whose row it is asked for.
DOORS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "update_client": ("client", lambda i: services.update_client(client_id=i, name="x", time_zone="UTC")),
    "go_live": ("client", lambda i: services.go_live(client_id=i)),
    "create_contact": ("client", lambda i: services.create_contact(client_id=i, **CONTACT)),
    "create_system": ("client", lambda i: services.create_system(client_id=i, **SYSTEM)),
    "update_contact": ("contact_row", lambda i: services.update_contact(contact_id=i, **CONTACT)),
    "invite_contact": ("contact_row", lambda i: services.invite_contact(contact_id=i)),
    "link_contact": ("contact_row", lambda i: services.link_contact(contact_id=i, user_id=random_id())),
    "end_contact": ("contact_row", lambda i: services.end_contact(contact_id=i)),
    "update_system": ("system", lambda i: services.update_system(system_id=i, **SYSTEM)),
    "pause_system": ("system", lambda i: services.pause_system(system_id=i)),
    "resume_system": ("system", lambda i: services.resume_system(system_id=i)),
    "client": ("client", selectors.client),
    "contact": ("contact_row", selectors.contact),
    "system": ("system", selectors.system),
    "environment": ("system", lambda i: selectors.environment(i, "production")),
}


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_x03_another_agencys_id_is_answered_like_a_random_one(cast: Cast, door: str) -> None:
    noun, use = DOORS[door]
    answers = []
    for row_id in (getattr(cast.south, noun).id, random_id()):
        with cast.north.scope(), pytest.raises(NotFound) as caught:
            use(row_id)
        answers.append((caught.value.message, caught.value.field))
    assert answers[0] == answers[1]


def test_x03_lists_and_addresses_know_nothing_of_another_agency(cast: Cast) -> None:
    south = cast.south
    with cast.north.scope():
        assert {row.agency_id for row in selectors.clients()} == {cast.north.agency.id}
        assert not selectors.contacts(south.client.id).exists()
        assert not selectors.systems(south.client.id).exists()
        assert not selectors.environments(south.system.id).exists()
        with pytest.raises(NotFound):
            selectors.client_by_slug(south.client.slug)
        with pytest.raises(NotFound):
            selectors.system_by_slugs(south.client.slug, south.system.slug)


INSERTS: dict[str, tuple[str, Callable[[AgencyFixture, AgencyFixture], list[Any]]]] = {
    "contact of another agency's client": (
        "INSERT INTO clients_contact (id, agency_id, client_id, name, email, rights, is_primary, created_at)"
        " VALUES (%s, %s, %s, 'x', 'x@example.com', '{viewer}', false, now())",
        lambda mine, theirs: [uuid7(), mine.agency.id, theirs.client.id],
    ),
    "environment of another agency's system": (
        "INSERT INTO clients_environment (id, agency_id, client_id, system_id, kind, base_url, created_at)"
        " VALUES (%s, %s, %s, %s, 'production', '', now())",
        lambda mine, theirs: [uuid7(), mine.agency.id, mine.client.id, theirs.system.id],
    ),
    "environment of another client's system": (
        "DELETE FROM clients_environment;"
        " INSERT INTO clients_environment (id, agency_id, client_id, system_id, kind, base_url, created_at)"
        " VALUES (%s, %s, %s, %s, 'production', '', now())",
        lambda mine, theirs: [uuid7(), mine.agency.id, mine.other_client.id, mine.system.id],
    ),
}


@pytest.mark.parametrize("case", INSERTS, ids=str)
def test_x13_postgres_itself_refuses_the(cast: Cast, case: str) -> None:
    """No code of ours stands between this insert and the table."""
    sql, values = INSERTS[case]
    with pytest.raises(IntegrityError, match="foreign key"), cast.north.scope(), connection.cursor() as cursor:
        # A key that may wait for the end of the transaction is judged at once.
        cursor.execute(f"{sql}; SET CONSTRAINTS ALL IMMEDIATE", values(cast.north, cast.south))


def test_the_portal_reads_its_own_client_through_the_same_selectors(cast: Cast) -> None:
    north = cast.north
    with north.portal():
        assert [row.id for row in selectors.clients()] == [north.client.id]
        assert [row.id for row in selectors.systems()] == [north.system.id]
        assert selectors.system_by_slugs(north.client.slug, north.system.slug).client.name == north.client.name
        assert [row.id for row in selectors.contacts(north.client.id)] == [north.contact_row.id]
        assert selectors.environment(north.system.id, "production").id == north.environment.id


def test_the_portal_finds_nothing_of_the_agencys_other_client(cast: Cast) -> None:
    north = cast.north
    with north.portal():
        for look in (
            lambda: selectors.client(north.other_client.id),
            lambda: selectors.system(north.other_system.id),
            lambda: selectors.system_by_slugs(north.other_client.slug, north.other_system.slug),
        ):
            with pytest.raises(NotFound):
                look()
        assert not selectors.contacts(north.other_client.id).exists()


def test_a_person_finds_the_portals_they_are_a_contact_of_and_no_other(cast: Cast) -> None:
    north = cast.north
    places = selectors.portal_places_of(north.contact.id)
    assert [(place.agency_slug, place.client_slug) for place in places] == [("north", north.client.slug)]
    assert selectors.place_in_portal(user_id=north.contact.id, agency_slug="north", client_slug=north.client.slug)
    for agency, client in (("north", north.other_client.slug), ("south", cast.south.client.slug)):
        assert selectors.place_in_portal(user_id=north.contact.id, agency_slug=agency, client_slug=client) is None
    assert selectors.portal_places_of(north.engineer.id) == []
