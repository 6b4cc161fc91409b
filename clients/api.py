"""Clients, contacts and AI systems for programs."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients import archiving, permissions, selectors, services
from clients.words import Criticality, EnvironmentKind
from core.access.roles import Right
from core.access.views import api
from core.errors import Forbidden
from core.tenancy.context import require_scope
from core.web.rest import Endpoint, InputSerializer, Moment, Nothing, OutputSerializer, Query, verb


class ClientOut(OutputSerializer):
    """A company that the agency looks after."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    time_zone = serializers.CharField(help_text=_("An IANA name, such as Europe/Berlin."))
    country = serializers.CharField(help_text=_("Two letters, or empty."))
    live_at = Moment(allow_null=True, help_text=_("From when mail goes to the client's people."))
    archived_at = Moment(allow_null=True)
    created_at = Moment()


class ClientIn(InputSerializer):
    """What is said of a client."""

    name = serializers.CharField(max_length=80)
    time_zone = serializers.CharField(max_length=64)
    country = serializers.CharField(max_length=2, required=False, allow_blank=True)


class ArchivedQuery(Query):
    """Which of them: those in use where nothing is said."""

    archived = serializers.BooleanField(required=False, help_text=_("True gives the archived ones instead."))


@api(permissions.API)
class Clients(Endpoint):
    """The agency's clients."""

    answer = ClientOut
    bodies = {
        "create": ClientIn,
        "partial_update": ClientIn,
        "go_live": Nothing,
        "archive": Nothing,
        "restore": Nothing,
    }
    queries = {"list": ArchivedQuery}

    def list(self, request: Request) -> Response:
        """The clients in use, or the archived ones, newest first."""
        return self.page(selectors.clients(archived=self.asked.pop("archived", False)))

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One client."""
        return self.one(selectors.client(id))

    def create(self, request: Request) -> Response:
        """Adds a client. Nobody there gets mail before going live."""
        if require_scope().client_id:
            raise Forbidden(gettext("This token is bound to one client and cannot add another."))
        return self.one(services.create_client(**self.body()), status=201)

    def partial_update(self, request: Request, id: uuid.UUID) -> Response:
        """Changes a client."""
        return self.one(services.update_client(client_id=id, **self.changed(selectors.client(id))))

    go_live = verb("go_live", services.go_live, "client_id", "From now on the client's people get mail.")
    archive = verb(
        "archive",
        archiving.archive_client,
        "client_id",
        "Archives the client with its systems. Refused while a retainer runs or an incident is open.",
    )
    restore = verb(
        "restore",
        archiving.restore_client,
        "client_id",
        "Brings the client back with the systems that were archived with it.",
    )


class ContactOut(OutputSerializer):
    """A person at a client."""

    id = serializers.UUIDField()
    client = serializers.UUIDField(source="client_id")
    name = serializers.CharField()
    email = serializers.EmailField()
    rights = serializers.ListField(child=serializers.ChoiceField(Right.choices))
    is_primary = serializers.BooleanField()
    ended_at = Moment(allow_null=True)


class ContactIn(InputSerializer):
    """A new contact. Being one opens no door yet: that takes an invitation."""

    client = serializers.UUIDField(source="client_id")
    name = serializers.CharField(max_length=120)
    email = serializers.EmailField(max_length=254)
    rights = serializers.ListField(child=serializers.ChoiceField(Right.choices), allow_empty=False, max_length=3)
    is_primary = serializers.BooleanField(required=False)


class ContactPatch(ContactIn):
    """What can change about a contact."""

    fixed = frozenset({"client"})


class ContactQuery(Query):
    """Filters of contacts."""

    client = serializers.UUIDField(source="client_id", required=False)
    ended = serializers.BooleanField(required=False, help_text=_("True gives those who have left instead."))


@api(permissions.API)
class Contacts(Endpoint):
    """The people at the agency's clients."""

    answer = ContactOut
    bodies = {"create": ContactIn, "partial_update": ContactPatch, "end": Nothing, "restore": Nothing}
    queries = {"list": ContactQuery}

    def list(self, request: Request) -> Response:
        """The contacts, or those who have left, newest first."""
        return self.page(selectors.all_contacts(ended=self.asked.pop("ended", False)))

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One contact."""
        return self.one(selectors.contact(id))

    def create(self, request: Request) -> Response:
        """Adds a contact."""
        return self.one(services.create_contact(**self.body()), status=201)

    def partial_update(self, request: Request, id: uuid.UUID) -> Response:
        """Changes a contact and their rights."""
        return self.one(services.update_contact(contact_id=id, **self.changed(selectors.contact(id))))

    end = verb("end", services.end_contact, "contact_id", "Takes the person's access to the portal away.")
    restore = verb("restore", archiving.restore_contact, "contact_id", "Takes that back.")


class EnvironmentOut(OutputSerializer):
    """Where a system runs."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(EnvironmentKind.choices)
    base_url = serializers.CharField()


class SystemOut(OutputSerializer):
    """One AI system of a client."""

    id = serializers.UUIDField()
    client = serializers.UUIDField(source="client_id")
    name = serializers.CharField()
    slug = serializers.CharField()
    purpose = serializers.CharField()
    criticality = serializers.ChoiceField(Criticality.choices)
    customer_facing = serializers.BooleanField()
    owner = serializers.UUIDField(source="owner_id", allow_null=True)
    paused_at = Moment(allow_null=True)
    archived_at = Moment(allow_null=True)
    created_at = Moment()
    environments = EnvironmentOut(source="environments.all", many=True)


class SystemIn(InputSerializer):
    """A new AI system. Its production and preproduction are made with it."""

    client = serializers.UUIDField(source="client_id")
    name = serializers.CharField(max_length=80)
    criticality = serializers.ChoiceField(Criticality.choices)
    customer_facing = serializers.BooleanField(required=False)
    purpose = serializers.CharField(max_length=300, required=False, allow_blank=True)
    owner = serializers.UUIDField(source="owner_id", required=False, allow_null=True)


class SystemPatch(SystemIn):
    """What can change about a system."""

    fixed = frozenset({"client"})


class SystemQuery(ArchivedQuery):
    """Filters of systems."""

    client = serializers.UUIDField(source="client_id", required=False)
    criticality = serializers.ChoiceField(Criticality.choices, required=False)


@api(permissions.API)
class Systems(Endpoint):
    """The AI systems that the agency looks after."""

    answer = SystemOut
    bodies = {
        "create": SystemIn,
        "partial_update": SystemPatch,
        "pause": Nothing,
        "resume": Nothing,
        "archive": Nothing,
        "restore": Nothing,
    }
    queries = {"list": SystemQuery}

    def list(self, request: Request) -> Response:
        """The systems in use, or the archived ones, newest first."""
        rows = selectors.systems(archived=self.asked.pop("archived", False))
        return self.page(rows.prefetch_related("environments"))

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One system."""
        return self.one(selectors.system(id))

    def create(self, request: Request) -> Response:
        """Adds a system to a client."""
        return self.one(services.create_system(**self.body()), status=201)

    def partial_update(self, request: Request, id: uuid.UUID) -> Response:
        """Changes a system."""
        return self.one(services.update_system(system_id=id, **self.changed(selectors.system(id))))

    pause = verb("pause", services.pause_system, "system_id", "Stops watching the system.")
    resume = verb("resume", services.resume_system, "system_id", "Watches the system again.")
    archive = verb(
        "archive",
        archiving.archive_system,
        "system_id",
        "Archives the system and stops watching it. Refused while it is covered or an incident is open.",
    )
    restore = verb(
        "restore",
        archiving.restore_system,
        "system_id",
        "Brings the system back, and watches it again unless it was paused before.",
    )
