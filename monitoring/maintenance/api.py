"""Planned maintenance for programs."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.views import api
from core.web.rest import Endpoint, InputSerializer, Moment, Nothing, OutputSerializer, Query, verb
from monitoring.maintenance import permissions, selectors, services


class WindowOut(OutputSerializer):
    """Planned work on a system."""

    id = serializers.UUIDField()
    client = serializers.UUIDField(source="client_id")
    system = serializers.UUIDField(source="system_id")
    title = serializers.CharField()
    starts_at = Moment()
    ends_at = Moment()
    cancelled_at = Moment(allow_null=True)


class WindowIn(InputSerializer):
    """Planned work. It begins later than now."""

    system = serializers.UUIDField(source="system_id")
    title = serializers.CharField(max_length=160, help_text=_("The client reads this."))
    starts_at = Moment()
    ends_at = Moment()


class WindowQuery(Query):
    """Filters of planned work."""

    client = serializers.UUIDField(source="client_id", required=False)
    system = serializers.UUIDField(source="system_id", required=False)


@api(permissions.API)
class MaintenanceWindows(Endpoint):
    """Planned maintenance of AI systems."""

    answer = WindowOut
    queries = {"list": WindowQuery}
    bodies = {"create": WindowIn, "cancel": Nothing}

    def list(self, request: Request) -> Response:
        """What is planned or was done, the latest first."""
        return self.page(selectors.windows())

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One window."""
        return self.one(selectors.window(id))

    def create(self, request: Request) -> Response:
        """Announces work on a system."""
        return self.one(services.plan_maintenance(**self.body()), status=201)

    cancel = verb("cancel", services.cancel_maintenance, "window_id", "Calls it off, while it has not begun.")
