"""Reads of receivers and of what was sent to them."""

from __future__ import annotations

from django.db.models import QuerySet

from retainer.notifications.models import Delivery, WebhookEndpoint


def endpoints() -> QuerySet[WebhookEndpoint]:
    """The agency's webhook receivers, by name."""
    return WebhookEndpoint.objects.order_by("name")


def deliveries() -> QuerySet[Delivery]:
    """Every message of the agency, newest first."""
    return Delivery.objects.order_by("-created_at")
