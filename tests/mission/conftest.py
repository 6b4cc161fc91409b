"""A small cast of its own: an agency with all that a new one has, its people at their browsers, a client's contact."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clients.services import create_contact, link_contact
from tests.cast import AgencyFixture, Cast, person
from tests.mission.acting import Program, Somebody, Target, furnish


@pytest.fixture
def house(cast: Cast) -> AgencyFixture:
    """The agency, with its plans, its response times, a client and a system."""
    furnish(cast.north)
    return cast.north


@pytest.fixture
def owner(house: AgencyFixture) -> Somebody:
    """Who owns the agency."""
    return Somebody(house.owner.email)


@pytest.fixture
def engineer(house: AgencyFixture) -> Somebody:
    """Who works there."""
    return Somebody(house.engineer.email)


@pytest.fixture
def contact(house: AgencyFixture) -> Somebody:
    """Who reads the client's portal."""
    return Somebody(house.contact.email)


@pytest.fixture
def colleague(house: AgencyFixture) -> Somebody:
    """Who reads the same portal and decides nothing there."""
    user = person("Colleague", "colleague@north-client.example")
    with house.scope():
        contact = create_contact(client_id=house.client.id, name=user.name, email=user.email, rights=["viewer"])
        link_contact(contact_id=contact.id, user_id=user.id)
    return Somebody(user.email)


@pytest.fixture
def program(owner: Somebody) -> Program:
    """A program of the agency's."""
    return Program(owner, "north")


@pytest.fixture
def target() -> Iterator[Target]:
    """An AI system that answers what the test says."""
    server = Target()
    yield server
    server.close()
