"""Sends what is due: leased, outside any transaction, at least once, with an id the receiver can deduplicate on."""

from __future__ import annotations

import json
import smtplib
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import structlog
from django.core.mail import EmailMultiAlternatives, get_connection
from standardwebhooks import Webhook

from core.clock import now
from core.ids import uuid7
from core.logs import mask
from core.net.client import Failure, MultiLoop, Outcome, Request
from core.net.guard import Allowance
from core.selectors import agency, net_allowances
from core.tenancy.scope import sweeper_scope, tenant_scope
from retainer.notifications.models import Channel, Delivery, WebhookEndpoint
from retainer.notifications.services import secrets_of

LEASE = timedelta(seconds=60)
# Then the delivery is given up and shown as failed: about a day and a half in all.
BACKOFF_SECONDS = (2, 10, 60, 300, 900, 3600, 3600 * 3, 3600 * 6, 3600 * 12, 3600 * 12)
TIMEOUT_MS = 10_000
ROUND_SECONDS = 20.0
COMMIT_EVERY = 0.25

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery made ready to send: all that is needed, so that sending touches no database."""

    delivery: Delivery
    sender: str = ""
    url: str = ""
    secrets: tuple[str, ...] = ()
    allowances: tuple[Allowance, ...] = ()


class NotSent(Exception):
    """The receiver did not take it; the message is safe to show."""


def deliver_mail(*, limit: int = 50) -> int:
    """Sends a batch of due mails, one after another, and returns how many were tried."""
    deliveries, lease_id = _claim(Channel.EMAIL, limit)
    for delivery in deliveries:
        with _noting(delivery, lease_id):
            _send_email(_ready(delivery))
    return len(deliveries)


def deliver_webhooks(*, seconds: float = ROUND_SECONDS, size: int = 50) -> int:
    """Sends due webhooks until none is left or the time is up, many at once, and returns how many were tried.

    A receiver that hangs holds one place and nobody else.
    """
    loop = MultiLoop(size)
    deadline, tried = time.monotonic() + seconds, 0
    try:
        while True:
            claimed = _claim(Channel.WEBHOOK, loop.free) if time.monotonic() < deadline and loop.free else ([], uuid7())
            for delivery in claimed[0]:
                with _noting(delivery, claimed[1], sent=False):
                    loop.add(_webhook(_ready(delivery)), (delivery, claimed[1]))
            tried += len(claimed[0])
            if not loop.active and not claimed[0]:
                return tried
            for tag, outcome in loop.poll(COMMIT_EVERY):
                with _noting(*cast(tuple[Delivery, uuid.UUID], tag)):
                    _refuse(outcome)
    finally:
        loop.close()


def _claim(channel: str, limit: int) -> tuple[list[Delivery], uuid.UUID]:
    lease_id = uuid7()
    with sweeper_scope():
        rows = list(
            Delivery.objects.filter(next_due_at__lte=now(), channel=channel)
            .order_by("next_due_at")
            .select_for_update(skip_locked=True)[:limit]
        )
        # The lease of a mail grows with its place, because mails are sent one after another.
        apart = timedelta(seconds=11 if channel == Channel.EMAIL else 0)
        for place, row in enumerate(rows):
            row.next_due_at, row.lease_id = now() + LEASE + apart * place, lease_id
        Delivery.objects.bulk_update(rows, ["next_due_at", "lease_id"])
    return rows, lease_id


@contextmanager
def _noting(delivery: Delivery, lease_id: uuid.UUID, *, sent: bool = True) -> Iterator[None]:
    """Notes how the block ended; where it ends well and nothing is ``sent`` yet, that is for later."""
    try:
        yield
    except NotSent as error:
        _failed(delivery, lease_id, str(error))
    except Exception as error:
        log.exception("delivery failed", delivery_id=str(delivery.id))
        _failed(delivery, lease_id, type(error).__name__)
    else:
        if sent:
            _sent(delivery, lease_id)


def _sent(delivery: Delivery, lease_id: uuid.UUID) -> None:
    with tenant_scope(delivery.agency_id):
        Delivery.objects.filter(id=delivery.id, lease_id=lease_id).update(
            sent_at=now(), next_due_at=None, lease_id=None, last_error="", attempts=delivery.attempts + 1
        )


def _ready(delivery: Delivery) -> Letter:
    with tenant_scope(delivery.agency_id):
        if delivery.channel == Channel.EMAIL:
            return Letter(delivery, sender=agency().mail_from)
        endpoint = WebhookEndpoint.objects.filter(id=delivery.receiver, enabled=True).first()
        if endpoint is None:
            raise NotSent("The receiver was removed or switched off.")
        allowances = tuple(Allowance(host, port) for host, port in net_allowances(delivery.agency_id))
        return Letter(delivery, url=endpoint.url, secrets=tuple(secrets_of(endpoint)), allowances=allowances)


def _send_email(letter: Letter) -> None:
    delivery = letter.delivery
    message = EmailMultiAlternatives(
        subject=delivery.subject,
        body=delivery.body,
        from_email=letter.sender or None,
        to=[delivery.receiver],
        headers={
            # The same id at every try, so that a receiver can drop the second copy.
            "Message-ID": f"<{delivery.id}@retainer>",
            "X-Retainer-Event": delivery.event_name,
            "Auto-Submitted": "auto-generated",
        },
        connection=get_connection(),
    )
    if delivery.html:
        message.attach_alternative(delivery.html, "text/html")
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"The mail server did not take it: {type(error).__name__}.") from error


def _webhook(letter: Letter) -> Request:
    delivery = letter.delivery
    body = json.dumps(
        {"type": delivery.event_name, "timestamp": delivery.created_at.isoformat(), "data": delivery.payload}
    )
    message_id, sent_at = f"msg_{delivery.id}", now()
    signatures = [Webhook(secret).sign(msg_id=message_id, timestamp=sent_at, data=body) for secret in letter.secrets]
    return Request(
        method="POST",
        url=letter.url,
        headers={
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(sent_at.timestamp())),
            "webhook-signature": " ".join(signatures),
        },
        body=body.encode(),
        timeout_ms=TIMEOUT_MS,
        allowances=letter.allowances,
    )


def _refuse(outcome: Outcome) -> None:
    if isinstance(outcome, Failure):
        raise NotSent(f"The receiver did not answer: {outcome.error_class}.")
    if not 200 <= outcome.status < 300:
        raise NotSent(f"The receiver answered {outcome.status}.")


def _failed(delivery: Delivery, lease_id: uuid.UUID, why: str) -> None:
    attempts = delivery.attempts + 1
    final = attempts > len(BACKOFF_SECONDS)
    delay = BACKOFF_SECONDS[min(attempts, len(BACKOFF_SECONDS)) - 1]
    with tenant_scope(delivery.agency_id):
        Delivery.objects.filter(id=delivery.id, lease_id=lease_id).update(
            attempts=attempts,
            last_error=mask(why)[:200],
            lease_id=None,
            failed_at=now() if final else None,
            next_due_at=None if final else now() + timedelta(seconds=delay),
        )


def overdue() -> int:
    """How many deliveries have been due for longer than a lease without a try. For the auditor."""
    return Delivery.objects.filter(next_due_at__lt=now() - 2 * LEASE).count()
