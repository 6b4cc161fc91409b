"""Reads of receivers and of what was sent to them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import NotFound
from retainer.notifications import rates
from retainer.notifications.models import Channel, Delivery, DeliveryRate, WebhookEndpoint

# Counted no further, so that a page costs the same whatever waits.
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What waits because the agency has used its allowance: nothing of it is lost."""

    channel: str
    waiting: int
    most: int

    @property
    def sentence(self) -> str:
        """What waits and why, for the owner."""
        many = f"{self.waiting:,}" + ("+" if self.waiting == MOST_COUNTED else "")
        words = {"waiting": many, "most": f"{self.most:,}"}
        if self.channel == Channel.EMAIL:
            return (
                _(
                    "%(waiting)s mails wait. This agency sends at most %(most)s mails an hour. "
                    "The rest goes out in turn, alarms first; nothing is lost."
                )
                % words
            )
        return (
            _(
                "%(waiting)s webhooks wait. This agency sends at most %(most)s webhooks a minute. "
                "The rest goes out in turn; nothing is lost."
            )
            % words
        )


def endpoints() -> QuerySet[WebhookEndpoint]:
    """The agency's webhook receivers, by name."""
    return WebhookEndpoint.objects.order_by("name")


def endpoint(endpoint_id: uuid.UUID) -> WebhookEndpoint:
    """One receiver; NotFound otherwise."""
    row: WebhookEndpoint | None = WebhookEndpoint.objects.find(id=endpoint_id)
    if row is None:
        raise NotFound(_("There is no such receiver."))
    return row


def delivery(delivery_id: uuid.UUID) -> Delivery:
    """One message; NotFound otherwise."""
    row: Delivery | None = Delivery.objects.find(id=delivery_id)
    if row is None:
        raise NotFound(_("There is no such message."))
    return row


def deliveries() -> QuerySet[Delivery]:
    """Every message of the agency, newest first."""
    return Delivery.objects.order_by("-created_at")


def held_back() -> list[HeldBack]:
    """By channel what the agency's allowance makes wait now; empty where it has not used it up."""
    at = now()
    used_up = [row for row in DeliveryRate.objects.all() if (row.free_at or at) > rates.horizon(row.channel, at)]
    found = [HeldBack(row.channel, _waiting(row.channel), rates.allowance(row.channel)[0]) for row in used_up]
    return sorted((one for one in found if one.waiting), key=lambda one: Channel.values.index(one.channel))


def _waiting(channel: str) -> int:
    due = Delivery.objects.filter(channel=channel, next_due_at__lte=now())
    return len(due.order_by().values_list("id")[:MOST_COUNTED])
