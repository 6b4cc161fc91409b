"""Alerts through the API."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.views import api
from core.web.rest import Endpoint, Moment, OutputSerializer, Query
from monitoring import permissions
from monitoring.alerts import selectors
from monitoring.words import AlertState, Health


class AlertOut(OutputSerializer):
    """A threshold or a check that went bad, with what shows it."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    client = serializers.UUIDField(source="client_id")
    system = serializers.UUIDField(source="system_id")
    check = serializers.UUIDField(source="source_check_id")
    threshold = serializers.UUIDField(source="threshold_id", allow_null=True)
    incident = serializers.UUIDField(source="incident_id", allow_null=True)
    title = serializers.CharField()
    health = serializers.ChoiceField(Health.choices)
    state = serializers.ChoiceField(AlertState.choices)
    began_at = Moment(help_text=_("The first bad slot: when it began, not when it was believed."))
    fired_at = Moment()
    recovered_at = Moment(allow_null=True)
    evidence = serializers.DictField(help_text=_("The samples, rule and streaks behind firing and recovery."))


class AlertQuery(Query):
    """Filters of alerts."""

    client = serializers.UUIDField(source="client_id", required=False)
    system = serializers.UUIDField(source="system_id", required=False)
    check = serializers.UUIDField(source="source_check_id", required=False)
    incident = serializers.UUIDField(source="incident_id", required=False)
    state = serializers.ChoiceField(AlertState.choices, required=False)


@api(permissions.API)
class Alerts(Endpoint):
    """What the checks found."""

    answer = AlertOut
    queries = {"list": AlertQuery}

    def list(self, request: Request) -> Response:
        """All alerts, newest first."""
        return self.page(selectors.alerts())

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One alert."""
        return self.one(selectors.alert(id))
