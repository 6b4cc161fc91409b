"""Who works at the agency, and what was done there, for programs."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core import selectors, services
from core.access.roles import Role, TokenScope
from core.access.views import api
from core.web.rest import Endpoint, InputSerializer, Moment, OutputSerializer, Query


class MemberOut(OutputSerializer):
    """Somebody on the agency's staff."""

    id = serializers.UUIDField(help_text=_("Of the membership."))
    user = serializers.UUIDField(source="user_id", help_text=_("Whom owners of systems and incidents are named by."))
    name = serializers.CharField(source="user.name")
    email = serializers.EmailField(source="user.email")
    role = serializers.ChoiceField(Role.choices)
    joined_at = Moment(source="created_at")


class MemberPatch(InputSerializer):
    """Another role. Owners are made and unmade by an owner who is signed in, never by a token."""

    role = serializers.ChoiceField(Role.choices)


class MemberQuery(Query):
    """Filters of members."""

    role = serializers.ChoiceField(Role.choices, required=False)


@api(TokenScope.PEOPLE)
class Members(Endpoint):
    """The agency's staff. People are invited and taken off on the pages alone."""

    of_agency = "all"
    answer = MemberOut
    bodies = {"partial_update": MemberPatch}
    queries = {"list": MemberQuery}

    def list(self, request: Request) -> Response:
        """Everybody on the staff now, who came last first."""
        return self.page(selectors.members())

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One member."""
        return self.one(selectors.member(id))

    def partial_update(self, request: Request, id: uuid.UUID) -> Response:
        """Gives a member another role."""
        services.change_role(member_id=id, **self.body(partial=True))
        return self.one(selectors.member(id))


class AuditOut(OutputSerializer):
    """One act: who did what to which row. It holds ids and no names."""

    id = serializers.UUIDField()
    at = Moment()
    actor_kind = serializers.CharField(help_text=_("user, contact, token or system."))
    actor = serializers.UUIDField(source="actor_id", allow_null=True)
    action = serializers.CharField()
    object_type = serializers.CharField()
    object = serializers.UUIDField(source="object_id", allow_null=True)
    client = serializers.UUIDField(source="client_id", allow_null=True)
    changes = serializers.JSONField(help_text=_("What changed; a pair is before and after."))
    request_id = serializers.CharField()
    ip = serializers.CharField(allow_null=True)


class AuditQuery(Query):
    """Filters of the audit trail."""

    action = serializers.CharField(required=False, max_length=80)
    actor = serializers.UUIDField(source="actor_id", required=False)
    object_type = serializers.CharField(required=False, max_length=60)
    object = serializers.UUIDField(source="object_id", required=False)
    client = serializers.UUIDField(source="client_id", required=False)
    since = Moment(source="at__gte", required=False)
    until = Moment(source="at__lt", required=False)


@api(TokenScope.SETTINGS, reads=TokenScope.SETTINGS)
class AuditEvents(Endpoint):
    """What was done in the agency. Nothing of it can be changed by anybody."""

    of_agency = "all"
    answer = AuditOut
    queries = {"list": AuditQuery}

    def list(self, request: Request) -> Response:
        """All of it, newest first."""
        return self.page(selectors.audit_events())

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One act."""
        return self.one(selectors.audit_event(id))
