"""Webhook receivers, and every message that went out or is to go, for programs.

They belong to the agency as a whole and to whoever may change its settings, so that reading them takes that scope too.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.roles import TokenScope
from core.access.views import api
from core.web.rest import Endpoint, InputSerializer, Moment, Nothing, OutputSerializer, Query, verb
from retainer.notifications import selectors, services
from retainer.notifications.models import Channel, Delivery

NAMES = _("Names of events; an empty list means all.")


class WebhookOut(OutputSerializer):
    """A receiver of webhooks. Its signing secret is told when it is made and never again."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField(), help_text=NAMES)
    enabled = serializers.BooleanField(help_text=_("False while it is archived."))
    client = serializers.UUIDField(source="client_id", allow_null=True, help_text=_("Whose events alone it gets."))
    old_secret_until = Moment(allow_null=True, help_text=_("Until when messages carry the old signature as well."))
    created_at = Moment()


class WebhookWithSecret(WebhookOut):
    """A receiver with its new signing secret. A repeated call with the same Idempotency-Key gets null instead."""

    secret = serializers.CharField(allow_null=True)


class WebhookIn(InputSerializer):
    """What is said of a receiver."""

    name = serializers.CharField(max_length=80)
    url = serializers.CharField(max_length=1000)
    events = serializers.ListField(
        child=serializers.ChoiceField(services.EVENTS), required=False, max_length=len(services.EVENTS), help_text=NAMES
    )


class DeliveryState(models.TextChoices):
    """What became of a message."""

    WAITING = "waiting", _("Waiting")
    RETRYING = "retrying", _("Trying again")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")
    STOPPED = "stopped", _("Stopped, because its receiver was archived or removed")


OPEN = Q(sent_at=None, failed_at=None, next_due_at__isnull=False)
ROWS = {
    DeliveryState.WAITING: OPEN & Q(attempts=0),
    DeliveryState.RETRYING: OPEN & Q(attempts__gt=0),
    DeliveryState.SENT: Q(sent_at__isnull=False),
    DeliveryState.FAILED: Q(sent_at=None, failed_at__isnull=False),
    DeliveryState.STOPPED: Q(sent_at=None, failed_at=None, next_due_at=None),
}


class State(serializers.ChoiceField):
    """What became of a message, read off its moments."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(choices=DeliveryState.choices, required=required)

    def get_attribute(self, instance: Delivery) -> str:
        """The word for it."""
        if instance.sent_at:
            return DeliveryState.SENT
        if instance.failed_at:
            return DeliveryState.FAILED
        if instance.next_due_at is None:
            return DeliveryState.STOPPED
        return DeliveryState.RETRYING if instance.attempts else DeliveryState.WAITING


class DeliveryOut(OutputSerializer):
    """One message to one receiver. What it says stays with its receiver."""

    id = serializers.UUIDField(help_text=_("Webhooks carry it in webhook-id."))
    event = serializers.CharField(source="event_name")
    event_id = serializers.UUIDField()
    channel = serializers.ChoiceField(Channel.choices)
    receiver = serializers.CharField(help_text=_("An e-mail address, or the id of a webhook."))
    client = serializers.UUIDField(source="client_id", allow_null=True)
    state = State()
    attempts = serializers.IntegerField()
    last_error = serializers.CharField()
    created_at = Moment()
    next_try_at = Moment(source="next_due_at", allow_null=True)
    sent_at = Moment(allow_null=True)
    failed_at = Moment(allow_null=True)


@api(TokenScope.SETTINGS, reads=TokenScope.SETTINGS)
class Webhooks(Endpoint):
    """Where the agency's programs are told what happens."""

    of_agency = "all"
    answer = WebhookOut
    answers = {"create": WebhookWithSecret, "rotate_secret": WebhookWithSecret, "test": DeliveryOut}
    bodies = {
        "create": WebhookIn,
        "partial_update": WebhookIn,
        "archive": Nothing,
        "restore": Nothing,
        "rotate_secret": Nothing,
        "test": Nothing,
    }
    queries = {"list": Query}

    def list(self, request: Request) -> Response:
        """All receivers, newest first."""
        return self.page(selectors.endpoints())

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One receiver."""
        return self.one(selectors.endpoint(id))

    def create(self, request: Request) -> Response:
        """Adds a receiver and tells its signing secret, this once."""
        return self.once_told(*services.create_endpoint(**self.body()), status=201)

    def partial_update(self, request: Request, id: uuid.UUID) -> Response:
        """Changes a receiver. Its secret stays."""
        return self.one(services.update_endpoint(endpoint_id=id, **self.changed(selectors.endpoint(id))))

    archive = verb(
        "archive",
        services.archive_endpoint,
        "endpoint_id",
        "Sends nothing there any more. The receiver and its secret are kept.",
    )
    restore = verb("restore", services.restore_endpoint, "endpoint_id", "Sends what happens from now on there again.")

    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, id: uuid.UUID) -> Response:
        """Makes a new signing secret and tells it, this once. For a day messages are signed with both."""
        self.body()
        return self.once_told(*services.rotate_secret(endpoint_id=id))

    test = verb(
        "test",
        services.send_test,
        "endpoint_id",
        "Sends a signed message that means nothing; read its delivery to see what the receiver answered.",
    )


class DeliveryQuery(Query):
    """Filters of messages."""

    channel = serializers.ChoiceField(Channel.choices, required=False)
    state = State(required=False)
    event = serializers.CharField(source="event_name", required=False, max_length=80)
    event_id = serializers.UUIDField(required=False)
    receiver = serializers.CharField(required=False, max_length=254)
    client = serializers.UUIDField(source="client_id", required=False)


@api(TokenScope.SETTINGS, reads=TokenScope.SETTINGS)
class Deliveries(Endpoint):
    """Every mail and every webhook of the agency."""

    of_agency = "all"
    answer = DeliveryOut
    queries = {"list": DeliveryQuery}

    def list(self, request: Request) -> Response:
        """All messages, newest first."""
        state = ROWS.get(self.asked.pop("state", ""), Q())
        return self.page(_without_words().filter(state))

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One message."""
        return self.one(selectors.delivery(id))


def _without_words() -> models.QuerySet[Delivery]:
    return selectors.deliveries().defer("subject", "body", "html", "payload")
