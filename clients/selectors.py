"""Reads of clients, contacts and AI systems; the same for dashboard, portal and API."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from clients.models import AISystem, Client, Contact, Environment
from clients.words import Criticality, EnvironmentKind
from core.errors import NotFound
from core.tenancy.scope import identity_scope

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class PortalPlace:
    """One client whose portal a person may open."""

    agency_id: uuid.UUID
    agency_slug: str
    agency_name: str
    client_id: uuid.UUID
    client_slug: str
    client_name: str
    rights: tuple[str, ...]


def portal_places_of(user_id: uuid.UUID) -> list[PortalPlace]:
    """The portals the person may open, by the client's name."""
    with identity_scope(user_id):
        rows = Contact.objects.filter(
            user_id=user_id, ended_at=None, agency__suspended_at=None, client__archived_at=None
        ).select_related("agency", "client")
        places = [
            PortalPlace(
                row.agency_id,
                row.agency.slug,
                row.agency.name,
                row.client_id,
                row.client.slug,
                row.client.name,
                tuple(row.rights),
            )
            for row in rows
        ]
    return sorted(places, key=lambda place: place.client_name.lower())


def place_in_portal(*, user_id: uuid.UUID, agency_slug: str, client_slug: str) -> PortalPlace | None:
    """The person's place at this client, or None."""
    for place in portal_places_of(user_id):
        if (place.agency_slug, place.client_slug) == (agency_slug, client_slug):
            return place
    return None


def clients(*, archived: bool = False) -> QuerySet[Client]:
    """Every client that is not archived, by name; or those that are."""
    return Client.objects.filter(archived_at__isnull=not archived).order_by("name")


def client_names() -> dict[uuid.UUID, str]:
    """The name of every client there ever was, for what happened before it was archived."""
    return dict(Client.objects.values_list("id", "name"))


def client(client_id: uuid.UUID) -> Client:
    """One client; NotFound otherwise."""
    return _one(Client.objects.filter(id=client_id), _("There is no such client."))


def client_by_slug(slug: str) -> Client:
    """One client by its address; NotFound otherwise."""
    return _one(Client.objects.filter(slug=slug), _("There is no such client."))


def contact_of(client_id: uuid.UUID, user_id: uuid.UUID) -> Contact | None:
    """The person as a contact of the client, if they are one."""
    return contacts(client_id).filter(user_id=user_id).first()


def contacts(client_id: uuid.UUID) -> QuerySet[Contact]:
    """The client's people, the main contact first."""
    return Contact.objects.filter(client_id=client_id, ended_at=None).order_by("-is_primary", "name")


def gets_mail(client_id: uuid.UUID) -> bool:
    """Whether anybody at the client gets mail: the agency has gone live with them, and there is somebody."""
    return contacts(client_id).filter(client__live_at__isnull=False).exists()


def all_contacts(*, ended: bool = False) -> QuerySet[Contact]:
    """Every contact of the agency; or those who have left."""
    return Contact.objects.filter(ended_at__isnull=not ended).order_by("name")


def contact(contact_id: uuid.UUID) -> Contact:
    """One contact; NotFound otherwise."""
    return _one(Contact.objects.filter(id=contact_id), _("There is no such contact."))


def criticality_label(value: str) -> str:
    """A criticality as people read it."""
    return str(dict(Criticality.choices).get(value, value))


def systems(client_id: uuid.UUID | None = None, *, archived: bool = False) -> QuerySet[AISystem]:
    """The AI systems of the agency or of one client that are not archived, by name; or those that are."""
    rows = AISystem.objects.filter(archived_at__isnull=not archived).order_by("name")
    return rows.filter(client_id=client_id) if client_id else rows


def system(system_id: uuid.UUID) -> AISystem:
    """One system with its client; NotFound otherwise."""
    return _one(AISystem.objects.select_related("client").filter(id=system_id), _("There is no such system."))


def locked_system(system_id: uuid.UUID) -> AISystem:
    """One system, its row locked until the transaction ends, so that how it stands now stays so; NotFound otherwise."""
    rows = AISystem.objects.select_for_update(of=("self",)).filter(id=system_id)
    return _one(rows, _("There is no such system."))


def system_by_slugs(client_slug: str, system_slug: str) -> AISystem:
    """One system by its address. The portal has no client in that address: its scope says which."""
    rows = AISystem.objects.select_related("client").filter(slug=system_slug)
    return _one(rows.filter(client__slug=client_slug), _("There is no such system."))


def environment(system_id: uuid.UUID, kind: str) -> Environment:
    """The system's production or preproduction; NotFound otherwise."""
    return _one(Environment.objects.filter(system_id=system_id, kind=kind), _("There is no such environment."))


def environment_choices() -> list[tuple[str, str]]:
    """The kinds of environment with their names, for forms."""
    return [(value, str(label)) for value, label in EnvironmentKind.choices]


def environments(system_id: uuid.UUID) -> QuerySet[Environment]:
    """Both environments of a system."""
    return Environment.objects.filter(system_id=system_id).order_by("kind")


def _one(rows: QuerySet[Row], message: str) -> Row:
    row = rows.first()
    if row is None:
        raise NotFound(message)
    return row
