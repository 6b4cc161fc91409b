"""Writes of clients, contacts and AI systems."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Unpack

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clients import events, values
from clients.content import SystemFields
from clients.models import AISystem, Client, Contact, Environment
from clients.words import EnvironmentKind
from core.audit import record_and_announce
from core.clock import now
from core.errors import Conflict, DomainError, NotFound
from core.json_values import JsonObject
from core.limits import refuse_over
from core.models import User
from core.selectors import member_of_user
from core.services import allow_invitation


def create_client(*, name: str, time_zone: str, country: str = "", slug: str = "") -> Client:
    """A new client. Mail to its people stays off until the agency goes live with it."""
    with transaction.atomic():
        refuse_over(Client.objects.all(), settings.AGENCY_MOST_CLIENTS, _("clients"))
        client = Client(name=values.text(name, "name", 80), time_zone=values.zone(time_zone))
        client.country = values.country(country)
        _save_with_free_slug(client, values.slug_stem(slug or client.name, "client"))
        emit(events.CLIENT_CREATED, client)
    return client


def update_client(*, client_id: uuid.UUID, name: str, time_zone: str, country: str = "") -> Client:
    """Changes a client; its address in URLs stays."""
    with transaction.atomic():
        client = locked_client(client_id)
        client.name, client.time_zone = values.text(name, "name", 80), values.zone(time_zone)
        client.country = values.country(country)
        client.save()
        emit(events.CLIENT_UPDATED, client)
    return client


def go_live(*, client_id: uuid.UUID) -> Client:
    """Switches on mail to the client's people. Going live twice changes nothing."""
    with transaction.atomic():
        client = locked_client(client_id)
        if client.live_at is None:
            client.live_at = now()
            client.save(update_fields=["live_at"])
            emit(events.CLIENT_WENT_LIVE, client)
    return client


def create_contact(
    *, client_id: uuid.UUID, name: str, email: str, rights: list[str], is_primary: bool = False
) -> Contact:
    """A person at the client. The first one is the main contact whatever is said.

    Somebody who had left and comes back keeps their history, and needs a new invitation to the portal.
    """
    with transaction.atomic():
        client = locked_client(client_id)
        address = values.email(email)
        contact = Contact.objects.filter(client=client, email=address).exclude(ended_at=None).first()
        contact = contact or Contact(client=client, email=address)
        contact.name, contact.rights = values.text(name, "name", 120), values.rights(rights)
        contact.ended_at = contact.user = None
        _refuse_same_email(contact)
        _set_primary(contact, wanted=is_primary)
        contact.save()
        emit(events.CONTACT_CREATED, contact, {"rights": contact.rights})
    return contact


def update_contact(
    *, contact_id: uuid.UUID, name: str, email: str, rights: list[str], is_primary: bool = False
) -> Contact:
    """Changes a contact and their rights. Another address is another account: it needs a new invitation."""
    with transaction.atomic():
        contact = _present(locked_contact(contact_id))
        before, address = list(contact.rights), values.email(email)
        if address != contact.email:
            contact.user = None
        contact.name, contact.email, contact.rights = values.text(name, "name", 120), address, values.rights(rights)
        _refuse_same_email(contact)
        _set_primary(contact, wanted=is_primary)
        contact.save()
        emit(events.CONTACT_UPDATED, contact, {"rights": [before, contact.rights]})
    return contact


def invite_contact(*, contact_id: uuid.UUID) -> None:
    """Announces that the person is to be let into the portal; whoever sends the mail makes the link.

    Refused before the agency has gone live with the client: until then its people get no mail at all.
    """
    with transaction.atomic():
        contact = _present(locked_contact(contact_id))
        if contact.user_id:
            raise Conflict(_("This person can open the portal already."))
        if contact.client.live_at is None:
            raise Conflict(_("Go live with this client first. Until then its people get no mail."))
        allow_invitation(contact.email)
        emit(events.CONTACT_INVITED, contact)


def link_contact(*, contact_id: uuid.UUID, user_id: uuid.UUID) -> Contact:
    """Gives a contact the account with which they open the portal."""
    with transaction.atomic():
        contact = _present(locked_contact(contact_id))
        user = User.objects.filter(id=user_id).first()
        if user is None or user.email.lower() != contact.email.lower():
            raise Conflict(_("This account has another address than the contact."))
        contact.user = user
        contact.save(update_fields=["user"])
        emit(events.CONTACT_LINKED, contact)
    return contact


def end_contact(*, contact_id: uuid.UUID) -> Contact:
    """Takes a person's access to the portal away. Ending twice changes nothing; another becomes the main contact."""
    with transaction.atomic():
        contact = locked_contact(contact_id)
        if contact.ended_at is None:
            contact.ended_at, was_primary, contact.is_primary = now(), contact.is_primary, False
            contact.save(update_fields=["ended_at", "is_primary"])
            successor = _others(contact).order_by("created_at").first()
            if was_primary and successor:
                Contact.objects.filter(id=successor.id).update(is_primary=True)
            emit(events.CONTACT_ENDED, contact)
    return contact


def create_system(*, client_id: uuid.UUID, **content: Unpack[SystemFields]) -> AISystem:
    """A new AI system with its production and preproduction."""
    with transaction.atomic():
        client = locked_client(client_id)
        if client.archived_at is not None:
            raise Conflict(_("This client is archived. Restore it first."))
        refuse_over(AISystem.objects.all(), settings.AGENCY_MOST_SYSTEMS, _("AI systems"))
        system = AISystem(client=client)
        _fill_system(system, content)
        # The client's row is locked, so nobody takes the address in between.
        taken = set(AISystem.objects.filter(client=client).values_list("slug", flat=True))
        system.slug = _free_slug(values.slug_stem(system.name, "system"), taken.__contains__)
        system.save(force_insert=True)
        for kind in EnvironmentKind.values:
            Environment.objects.create(client=client, system=system, kind=kind)
        emit(events.SYSTEM_CREATED, system, {"criticality": system.criticality})
    return system


def update_system(*, system_id: uuid.UUID, **content: Unpack[SystemFields]) -> AISystem:
    """Changes an AI system. A new criticality does not touch what a retainer has signed."""
    with transaction.atomic():
        system = locked_system(system_id)
        before = system.criticality
        _fill_system(system, content)
        system.save()
        emit(events.SYSTEM_UPDATED, system, {"criticality": [before, system.criticality]})
    return system


def pause_system(*, system_id: uuid.UUID) -> AISystem:
    """Stops judging the system until it is resumed. Pausing twice keeps the first moment."""
    return _set_paused(system_id, paused=True)


def resume_system(*, system_id: uuid.UUID) -> AISystem:
    """Judges the system again."""
    return _set_paused(system_id, paused=False)


def _set_paused(system_id: uuid.UUID, *, paused: bool) -> AISystem:
    with transaction.atomic():
        system = locked_system(system_id)
        if not paused and system.archived_at is not None:
            raise Conflict(_("This system is archived. Restore it first."))
        if (system.paused_at is not None) != paused:
            system.paused_at = now() if paused else None
            system.save(update_fields=["paused_at"])
            emit(events.SYSTEM_PAUSED if paused else events.SYSTEM_RESUMED, system)
    return system


def _fill_system(system: AISystem, content: SystemFields) -> None:
    system.name = values.text(content["name"], "name", 80)
    system.purpose = values.optional_text(content.get("purpose", ""), "purpose", 300)
    system.criticality = values.criticality(content["criticality"])
    system.customer_facing = content.get("customer_facing", False)
    system.owner_id = _staff(content.get("owner_id"))


def emit(action: str, row: Client | Contact | AISystem, changes: JsonObject | None = None) -> None:
    client_id = row.id if isinstance(row, Client) else row.client_id
    kind = action.split(".")[1]
    record_and_announce(action=action, object_type=kind, object_id=row.id, client_id=client_id, changes=changes)


def locked_client(client_id: uuid.UUID) -> Client:
    client = Client.objects.select_for_update().filter(id=client_id).first()
    if client is None:
        raise NotFound(_("There is no such client."), field="client")
    return client


def locked_contact(contact_id: uuid.UUID) -> Contact:
    """The contact under a lock. The client is locked first, so that two people's changes wait and never tangle."""
    client_id = Contact.objects.filter(id=contact_id).values_list("client_id", flat=True).first()
    if client_id is None:
        raise NotFound(_("There is no such contact."), field="contact")
    client = locked_client(client_id)
    contact = Contact.objects.select_for_update(of=("self",)).get(id=contact_id)
    contact.client = client
    return contact


def _present(contact: Contact) -> Contact:
    if contact.ended_at is not None:
        raise Conflict(_("This contact has left. Add them again if they are back."))
    return contact


def _others(contact: Contact) -> QuerySet[Contact]:
    return Contact.objects.filter(client_id=contact.client_id, ended_at=None).exclude(id=contact.id)


def _set_primary(contact: Contact, *, wanted: bool) -> None:
    """A client has one main contact; the only or first person is it whatever is wanted."""
    others = _others(contact)
    contact.is_primary = wanted or not others.filter(is_primary=True).exists()
    if contact.is_primary:
        others.update(is_primary=False)


def locked_system(system_id: uuid.UUID) -> AISystem:
    system = AISystem.objects.select_for_update(of=("self",)).filter(id=system_id).first()
    if system is None:
        raise NotFound(_("There is no such system."), field="system")
    return system


def _staff(user_id: uuid.UUID | str | None) -> uuid.UUID | None:
    """An owner is somebody on the staff; anybody else does not exist here."""
    if not user_id:
        return None
    known = values.row_id(user_id)
    member = member_of_user(known) if known else None
    if member is None:
        raise NotFound(_("There is no such person here."), field="owner_id")
    return member.user_id


def _refuse_same_email(contact: Contact) -> None:
    same = Contact.objects.filter(client_id=contact.client_id, email=contact.email).exclude(id=contact.id)
    if same.exists():
        raise DomainError(_("This client has a contact with this address already."), field="email")


def _save_with_free_slug(client: Client, stem: str) -> None:
    """Saves a new client under the first address that is free, also where somebody else takes one right now."""

    def taken(slug: str) -> bool:
        return Client.objects.filter(slug=slug).exists()

    while True:
        client.slug = _free_slug(stem, taken)
        try:
            with transaction.atomic():
                client.save(force_insert=True)
        except IntegrityError:
            if not taken(client.slug):
                raise
        else:
            return


def _free_slug(stem: str, taken: Callable[[str], bool]) -> str:
    """The stem, or with -2, -3 and so on behind it where others have it."""
    slug, number = stem, 1
    while taken(slug):
        number += 1
        slug = f"{stem}-{number}"
    return slug
