"""The shared small cast: two agencies, their people, a client with a system each, and a stranger."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from clients.models import AISystem, Client, Contact, Environment
from core.access.roles import Right, Role
from core.ids import uuid7
from core.models import Agency, Membership, NetAllowance, User
from core.tenancy import Actor, portal_scope, tenant_scope

PASSWORD = "correct horse battery"


@dataclass
class AgencyFixture:
    """One agency with everybody who has to do with it."""

    agency: Agency
    owner: User
    manager: User
    engineer: User
    viewer: User
    client: Client
    other_client: Client
    contact: User
    contact_row: Contact
    other_contact: User
    system: AISystem
    environment: Environment
    preproduction: Environment
    other_system: AISystem

    def actor(self, user: User | None = None, role: str = Role.OWNER) -> Actor:
        """The owner's actor, or another person's."""
        return Actor(kind="user", id=(user or self.owner).id, role=role)

    @contextmanager
    def scope(self, user: User | None = None, role: str = Role.OWNER) -> Iterator[None]:
        """The agency's scope, acting as its owner unless somebody else is named."""
        with tenant_scope(self.agency.id, actor=self.actor(user, role)):
            yield

    @contextmanager
    def portal(self, client: Client | None = None) -> Iterator[None]:
        """The portal's scope of the client, acting as its contact."""
        actor = Actor(kind="contact", id=self.contact.id)
        with portal_scope(self.agency.id, (client or self.client).id, actor=actor):
            yield

    def allow(self, host: str, port: int) -> None:
        """Lets this agency reach an address that is not public."""
        with self.scope():
            NetAllowance.objects.create(host=host, port=port, reason="test")

    def forbid(self, host: str, port: int) -> None:
        """Takes that back."""
        with self.scope():
            NetAllowance.objects.filter(host=host, port=port).delete()


@dataclass
class Cast:
    """Everybody."""

    north: AgencyFixture
    south: AgencyFixture
    stranger: User
    extras: dict[str, Any] = field(default_factory=dict)


def person(name: str, email: str) -> User:
    """A person who can sign in with the cast's password, their address verified."""
    user = User(id=uuid7(), name=name, email=email)
    user.password = _hashed()
    user.save(force_insert=True)
    user.emailaddress_set.create(email=email, verified=True, primary=True)  # type: ignore[attr-defined]
    return user


def _hashed() -> str:
    # Hashing once keeps the cast cheap; the tests' hasher is fast besides.
    if not _cache:
        probe = User(email="x@example.com")
        probe.set_password(PASSWORD)
        _cache.append(probe.password)
    return _cache[0]


_cache: list[str] = []


def build_house(name: str) -> AgencyFixture:
    """An agency called ``name`` (lower case, also its slug) with staff, two clients and a system each."""
    agency = Agency(id=uuid7(), name=name.title(), slug=name, time_zone="Europe/Berlin", currency="EUR")
    people = {role: person(f"{role} of {name}", f"{role}@{name}.example") for role in Role.values}
    contact, other_contact = (
        person(f"Contact of {name}", f"contact@{name}-client.example"),
        person(f"Other contact of {name}", f"contact@{name}-other.example"),
    )
    with tenant_scope(agency.id, actor=Actor(kind="system")):
        agency.save(force_insert=True)
        for role, user in people.items():
            Membership.objects.create(user=user, role=role)
        client, system = _client_with_system(f"{name} client", contact)
        other, other_system = _client_with_system(f"{name} other", other_contact)
        return AgencyFixture(
            agency=agency,
            owner=people[Role.OWNER],
            manager=people[Role.ACCOUNT_MANAGER],
            engineer=people[Role.ENGINEER],
            viewer=people[Role.VIEWER],
            client=client,
            other_client=other,
            contact=contact,
            contact_row=Contact.objects.get(client=client, user=contact),
            other_contact=other_contact,
            system=system,
            environment=Environment.objects.get(system=system, kind="production"),
            preproduction=Environment.objects.get(system=system, kind="preproduction"),
            other_system=other_system,
        )


def _client_with_system(name: str, contact: User) -> tuple[Client, AISystem]:
    slug = name.replace(" ", "-")
    client = Client.objects.create(name=name.title(), slug=slug, time_zone="Europe/Berlin")
    Contact.objects.create(
        client=client, name=contact.name, email=contact.email, user=contact, rights=list(Right.values), is_primary=True
    )
    system = AISystem.objects.create(client=client, name="Support bot", slug="support-bot", criticality="high")
    for kind in ("production", "preproduction"):
        Environment.objects.create(client=client, system=system, kind=kind)
    return client, system


def random_id() -> uuid.UUID:
    """An id that no row has."""
    return uuid7()
