"""Writes of clients, contacts and AI systems."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from clients.models import AISystem, Client, Contact, Criticality, Environment, EnvironmentKind
from core.access.roles import Right
from core.audit import record_and_announce
from core.clock import now
from core.errors import Conflict, DomainError, NotFound
from core.models import User
from core.selectors import member_of_user


def create_client(*, name: str, time_zone: str, country: str = "", slug: str = "") -> Client:
    """A new client. Mail to its people stays off until the agency goes live with it."""
    with transaction.atomic():
        client = Client(name=_text(name, "name", 80), time_zone=_zone(time_zone), country=_country(country))
        client.slug = _free_slug(slug or client.name, lambda wanted: Client.objects.filter(slug=wanted).exists())
        client.save(force_insert=True)
        _say("clients.client.created", client)
    return client


def update_client(*, client_id: uuid.UUID, name: str, time_zone: str, country: str = "") -> Client:
    """Changes a client; its address in URLs stays."""
    with transaction.atomic():
        client = _client(client_id)
        client.name, client.time_zone, client.country = _text(name, "name", 80), _zone(time_zone), _country(country)
        client.save()
        _say("clients.client.updated", client)
    return client


def go_live(*, client_id: uuid.UUID) -> Client:
    """Switches on mail to the client's people. Going live twice changes nothing."""
    with transaction.atomic():
        client = _client(client_id)
        if client.live_at is None:
            client.live_at = now()
            client.save(update_fields=["live_at"])
            _say("clients.client.went_live", client)
    return client


def create_contact(
    *, client_id: uuid.UUID, name: str, email: str, rights: list[str], is_primary: bool = False
) -> Contact:
    """A person at the client. The first one is the main contact whatever is said."""
    with transaction.atomic():
        client = _client(client_id)
        contact = Contact(client=client, name=_text(name, "name", 120), email=_email(email), rights=_rights(rights))
        _refuse_same_email(contact)
        others = Contact.objects.filter(client=client, ended_at=None)
        contact.is_primary = is_primary or not others.exists()
        if contact.is_primary:
            others.update(is_primary=False)
        contact.save(force_insert=True)
        _say("clients.contact.created", contact, {"rights": contact.rights})
    return contact


def update_contact(
    *, contact_id: uuid.UUID, name: str, email: str, rights: list[str], is_primary: bool = False
) -> Contact:
    """Changes a contact and their rights."""
    with transaction.atomic():
        contact = _contact(contact_id)
        before = list(contact.rights)
        contact.name, contact.email, contact.rights = _text(name, "name", 120), _email(email), _rights(rights)
        _refuse_same_email(contact)
        others = Contact.objects.filter(client_id=contact.client_id, ended_at=None).exclude(id=contact.id)
        if is_primary:
            others.update(is_primary=False)
        contact.is_primary = is_primary or not others.filter(is_primary=True).exists()
        contact.save()
        _say("clients.contact.updated", contact, {"rights": [before, contact.rights]})
    return contact


def link_contact(*, contact_id: uuid.UUID, user_id: uuid.UUID) -> Contact:
    """Gives a contact the account with which they open the portal."""
    with transaction.atomic():
        contact = _contact(contact_id)
        user = User.objects.filter(id=user_id).first()
        if user is None or user.email.lower() != contact.email.lower():
            raise Conflict(_("This account has another address than the contact."))
        contact.user = user
        contact.save(update_fields=["user"])
        _say("clients.contact.linked", contact)
    return contact


def end_contact(*, contact_id: uuid.UUID) -> Contact:
    """Takes a person's access to the portal away."""
    with transaction.atomic():
        contact = _contact(contact_id)
        contact.ended_at = contact.ended_at or now()
        contact.save(update_fields=["ended_at"])
        _say("clients.contact.ended", contact)
    return contact


def create_system(
    *,
    client_id: uuid.UUID,
    name: str,
    criticality: str,
    customer_facing: bool = False,
    purpose: str = "",
    owner_id: uuid.UUID | str | None = None,
) -> AISystem:
    """A new AI system with its production and preproduction."""
    with transaction.atomic():
        client = _client(client_id)
        system = AISystem(client=client, name=_text(name, "name", 80), purpose=purpose.strip()[:300])
        system.criticality, system.customer_facing = _criticality(criticality), customer_facing
        system.owner_id = _staff(owner_id)
        system.slug = _free_slug(
            system.name, lambda wanted: AISystem.objects.filter(client=client, slug=wanted).exists()
        )
        system.save(force_insert=True)
        for kind in EnvironmentKind.values:
            Environment.objects.create(client=client, system=system, kind=kind)
        _say("clients.system.created", system, {"criticality": system.criticality})
    return system


def update_system(
    *,
    system_id: uuid.UUID,
    name: str,
    criticality: str,
    customer_facing: bool = False,
    purpose: str = "",
    owner_id: uuid.UUID | str | None = None,
) -> AISystem:
    """Changes an AI system. A new criticality does not touch what a retainer has signed."""
    with transaction.atomic():
        system = _system(system_id)
        before = system.criticality
        system.name, system.purpose = _text(name, "name", 80), purpose.strip()[:300]
        system.criticality, system.customer_facing = _criticality(criticality), customer_facing
        system.owner_id = _staff(owner_id)
        system.save()
        _say("clients.system.updated", system, {"criticality": [before, system.criticality]})
    return system


def pause_system(*, system_id: uuid.UUID) -> AISystem:
    """Stops judging the system until it is resumed."""
    return _set_paused(system_id, paused=True)


def resume_system(*, system_id: uuid.UUID) -> AISystem:
    """Judges the system again."""
    return _set_paused(system_id, paused=False)


def _set_paused(system_id: uuid.UUID, *, paused: bool) -> AISystem:
    with transaction.atomic():
        system = _system(system_id)
        system.paused_at = now() if paused else None
        system.save(update_fields=["paused_at"])
        _say("clients.system.paused" if paused else "clients.system.resumed", system)
    return system


def _say(action: str, row: Any, changes: dict[str, Any] | None = None) -> None:
    client_id = row.id if isinstance(row, Client) else row.client_id
    kind = action.split(".")[1]
    record_and_announce(action=action, object_type=kind, object_id=row.id, client_id=client_id, changes=changes)


def _client(client_id: uuid.UUID) -> Client:
    client = Client.objects.select_for_update().filter(id=client_id).first()
    if client is None:
        raise NotFound(_("There is no such client."), field="client")
    return client


def _contact(contact_id: uuid.UUID) -> Contact:
    contact = Contact.objects.select_for_update(of=("self",)).filter(id=contact_id).first()
    if contact is None:
        raise NotFound(_("There is no such contact."), field="contact")
    return contact


def _system(system_id: uuid.UUID) -> AISystem:
    system = AISystem.objects.select_for_update(of=("self",)).filter(id=system_id).first()
    if system is None:
        raise NotFound(_("There is no such system."), field="system")
    return system


def _staff(user_id: uuid.UUID | str | None) -> uuid.UUID | None:
    """An owner is somebody on the staff; anybody else does not exist here."""
    if not user_id:
        return None
    member = member_of_user(uuid.UUID(str(user_id)))
    if member is None:
        raise NotFound(_("There is no such person here."), field="owner_id")
    return member.user_id


def _refuse_same_email(contact: Contact) -> None:
    same = Contact.objects.filter(client_id=contact.client_id, email=contact.email).exclude(id=contact.id)
    if same.exists():
        raise DomainError(_("This client has a contact with this address already."), field="email")


def _text(value: str, field: str, most: int) -> str:
    value = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", value).split())
    if not value:
        raise DomainError(_("This is needed."), field=field)
    if len(value) > most:
        raise DomainError(_("Use at most %(most)s characters.") % {"most": most}, field=field)
    return value


def _email(value: str) -> str:
    try:
        validate_email(value.strip())
    except ValidationError as error:
        raise DomainError(_("Write an e-mail address like name@example.com."), field="email") from error
    return value.strip().lower()


def _rights(values: list[str]) -> list[str]:
    if not values or set(values) - set(Right.values):
        raise DomainError(_("Choose at least one right."), field="rights")
    return [right for right in Right.values if right in values]


def _criticality(value: str) -> str:
    if value not in Criticality.values:
        raise DomainError(_("Choose how critical the system is."), field="criticality")
    return value


def _country(value: str) -> str:
    value = value.strip().upper()
    if value and not re.fullmatch(r"[A-Z]{2}", value):
        raise DomainError(_("A country is two letters, such as DE."), field="country")
    return value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise DomainError(_("There is no time zone called %(name)s.") % {"name": name}, field="time_zone") from error
    return name


def _free_slug(name: str, taken: Callable[[str], bool]) -> str:
    """The name as an address, with -2, -3 and so on behind it where others have it."""
    stem = slugify(name)[:36].strip("-") or "item"
    slug, number = stem, 1
    while taken(slug):
        number += 1
        slug = f"{stem}-{number}"
    return slug
