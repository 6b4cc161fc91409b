"""Clients and systems go out of use and come back; nothing of their history goes with them.

What is archived is asked for no values, stands in no list and opens no portal. Each act can be taken back whole.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clients import events
from clients.holders import Archivable, holds_on
from clients.models import AISystem, Client, Contact
from clients.services import emit, locked_client, locked_contact, locked_system
from core.clock import now
from core.errors import Conflict


def archive_client(*, client_id: uuid.UUID) -> Client:
    """Archives the client with its systems. Refused while something runs or is open there. Twice is once."""
    with transaction.atomic():
        client = locked_client(client_id)
        if client.archived_at is None:
            _refuse_while_held("client", client.id)
            client.archived_at = now()
            client.save(update_fields=["archived_at"])
            emit(events.CLIENT_ARCHIVED, client)
            for system in _systems_of(client).filter(archived_at=None):
                _archive(system, client.archived_at)
    return client


def restore_client(*, client_id: uuid.UUID) -> Client:
    """Brings the client back, and those systems that were archived with it. Twice is once."""
    with transaction.atomic():
        client = locked_client(client_id)
        if client.archived_at is not None:
            together, client.archived_at = client.archived_at, None
            client.save(update_fields=["archived_at"])
            emit(events.CLIENT_RESTORED, client)
            for system in _systems_of(client).filter(archived_at=together):
                _restore(system)
    return client


def archive_system(*, system_id: uuid.UUID) -> AISystem:
    """Archives the system and stops watching it. Refused while it is covered or broken. Twice is once."""
    with transaction.atomic():
        system = locked_system(system_id)
        if system.archived_at is None:
            _refuse_while_held("system", system.id)
            _archive(system, now())
    return system


def restore_system(*, system_id: uuid.UUID) -> AISystem:
    """Brings the system back, and watches it again unless it was paused before. Twice is once."""
    with transaction.atomic():
        system = locked_system(system_id)
        if system.archived_at is not None:
            if system.client.archived_at is not None:
                raise Conflict(_("Its client is archived. Restore the client first."))
            _restore(system)
    return system


def restore_contact(*, contact_id: uuid.UUID) -> Contact:
    """Takes a removal back: the person is a contact again, with the rights and the portal they had. Twice is once."""
    with transaction.atomic():
        contact = locked_contact(contact_id)
        if contact.ended_at is not None:
            contact.ended_at = None
            present = Contact.objects.filter(client_id=contact.client_id, ended_at=None)
            contact.is_primary = not present.filter(is_primary=True).exists()
            contact.save(update_fields=["ended_at", "is_primary"])
            emit(events.CONTACT_RESTORED, contact)
    return contact


def _systems_of(client: Client) -> QuerySet[AISystem]:
    return AISystem.objects.filter(client=client).order_by("id").select_for_update(of=("self",))


def _archive(system: AISystem, at: datetime) -> None:
    was_watched = system.paused_at is None
    system.archived_at, system.paused_at = at, system.paused_at or at
    system.save(update_fields=["archived_at", "paused_at"])
    emit(events.SYSTEM_ARCHIVED, system)
    if was_watched:
        emit(events.SYSTEM_PAUSED, system)


def _restore(system: AISystem) -> None:
    # Paused at the very moment of archiving means paused by it.
    was_watched = system.paused_at == system.archived_at
    system.archived_at = None
    system.paused_at = None if was_watched else system.paused_at
    system.save(update_fields=["archived_at", "paused_at"])
    emit(events.SYSTEM_RESTORED, system)
    if was_watched:
        emit(events.SYSTEM_RESUMED, system)


def _refuse_while_held(kind: Archivable, row_id: uuid.UUID) -> None:
    holds = holds_on(kind, row_id)
    if holds:
        words = "; ".join(hold.text for hold in holds[:5])
        raise Conflict(_("It cannot be archived yet: %(holds)s.") % {"holds": words})
