"""Sends what is due: leased, outside any transaction, at least once, with an id the receiver can deduplicate on."""

from __future__ import annotations

import json
import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

import structlog
from django.core.mail import EmailMultiAlternatives, get_connection
from standardwebhooks import Webhook

from core.clock import now
from core.crypto import CannotOpen
from core.net.client import Failure, MultiLoop, Outcome, Request
from core.net.guard import Allowance
from core.selectors import agency, net_allowances
from core.tenancy.scope import tenant_scope
from retainer.notifications.claiming import Claimed, claim, note_failed, note_sent, overdue, put_back, renew
from retainer.notifications.letters import letter_of
from retainer.notifications.models import Channel, Delivery, WebhookEndpoint
from retainer.notifications.senders import Sender, sender_of
from retainer.notifications.services import secrets_of
from retainer.notifications.turns import LeasedDeliveries

__all__ = ["deliver_mail", "deliver_webhooks", "overdue"]


TIMEOUT_MS = 10_000
# How long a round takes on everybody, and how much longer only those who let nobody wait.
ROUND_SECONDS = 20.0
QUICK_SECONDS = 10.0
# The requests of one process that are on their way at once.
PLACES = 200
# What a receiver answers is nothing to us; all places together hold 50 MB of it at most.
MOST_BYTES = 1 << 18
COMMIT_EVERY = 0.05
LOOK_EVERY = 0.25
# Whoever takes longer than this has one place until they are quicker.
SLOW_US = 2_000_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery made ready to send: all that is needed, so that sending touches no database."""

    delivery: Delivery
    body: str = ""
    html: str = ""
    sender: Sender = field(default_factory=lambda: Sender("", ""))
    url: str = ""
    secrets: tuple[str, ...] = ()
    allowances: tuple[Allowance, ...] = ()


class NotSent(Exception):
    """The receiver did not take it; the message is safe to show."""


def deliver_mail(*, limit: int = 50, seconds: float = ROUND_SECONDS) -> int:
    """Sends a batch of due mails, one after another, until the time is up, and returns how many were taken on."""
    until = time.monotonic() + seconds
    claimed = claim(Channel.EMAIL, free=limit, leased=LeasedDeliveries())
    for one in claimed:
        if time.monotonic() > until:
            put_back(one)
        # Where the mails before it took long, its lease may have run out and somebody else have it.
        elif renew(one):
            with _noting(one):
                _send_email(_ready(one.delivery))
    return len(claimed)


def deliver_webhooks(*, seconds: float = ROUND_SECONDS, size: int = PLACES) -> int:
    """Sends due webhooks until none is left or the time is up, many at once, and returns how many were tried.

    Places are given by turns (``turns``), so that a receiver that hangs holds its own share and nobody else's. For a
    while after the time is up those who let nobody wait are still taken on: who hangs must not hold up the end.
    """
    leased = LeasedDeliveries()
    claimed = claim(Channel.WEBHOOK, free=size, leased=leased)
    if not claimed:
        return 0
    loop = MultiLoop(size)
    try:
        return _round(loop, leased, claimed, seconds)
    finally:
        loop.close()


def _round(loop: MultiLoop, leased: LeasedDeliveries, claimed: list[Claimed], seconds: float) -> int:
    began, tried = time.monotonic(), 0
    while claimed or loop.active:
        looked = time.monotonic()
        tried += len(claimed)
        for one in claimed:
            _start(loop, leased, one)
        finished = loop.poll(COMMIT_EVERY)
        while not finished and loop.active and time.monotonic() - looked < LOOK_EVERY:
            finished = loop.poll(COMMIT_EVERY)
        for tag, outcome in finished:
            _finish(leased, cast(Claimed, tag), outcome)
        claimed = _more(loop, leased, time.monotonic() - began - seconds)
    return tried


def _more(loop: MultiLoop, leased: LeasedDeliveries, over: float) -> list[Claimed]:
    """What is taken on next, ``over`` seconds after the round's time was up."""
    if not loop.free or over >= QUICK_SECONDS:
        return []
    return claim(Channel.WEBHOOK, free=loop.free, leased=leased, quick_only=over >= 0)


def _start(loop: MultiLoop, leased: LeasedDeliveries, one: Claimed) -> None:
    with _noting(one, sent=False):
        loop.add(_webhook(_ready(one.delivery)), one)
        leased.take(one.lane)


def _finish(leased: LeasedDeliveries, one: Claimed, outcome: Outcome) -> None:
    leased.give_back(one.lane, answered=outcome.total_us < SLOW_US)
    with _noting(one):
        _refuse(outcome)


@contextmanager
def _noting(one: Claimed, *, sent: bool = True) -> Iterator[None]:
    """Notes how the block ended; where it ends well and nothing is ``sent`` yet, that is for later."""
    try:
        yield
    except NotSent as error:
        note_failed(one, str(error))
    except Exception as error:
        log.exception("delivery failed", delivery_id=str(one.delivery.id))
        note_failed(one, type(error).__name__)
    else:
        if sent:
            note_sent(one)


def _ready(delivery: Delivery) -> Letter:
    with tenant_scope(delivery.agency_id):
        if delivery.channel == Channel.EMAIL:
            body, html = _opened(delivery)
            return Letter(delivery, body=body, html=html, sender=sender_of(agency()))
        endpoint = WebhookEndpoint.objects.filter(id=delivery.receiver, enabled=True).first()
        if endpoint is None:
            raise NotSent("The receiver was removed or switched off.")
        allowances = tuple(Allowance(host, port) for host, port in net_allowances(delivery.agency_id))
        return Letter(delivery, url=endpoint.url, secrets=tuple(secrets_of(endpoint)), allowances=allowances)


def _opened(delivery: Delivery) -> tuple[str, str]:
    try:
        return letter_of(delivery)
    except CannotOpen as error:
        raise NotSent("The mail does not open with the keys of this installation.") from error


def _send_email(letter: Letter) -> None:
    delivery = letter.delivery
    message = EmailMultiAlternatives(
        subject=delivery.subject,
        body=letter.body,
        from_email=letter.sender.header,
        to=[delivery.receiver],
        reply_to=[letter.sender.reply_to] if letter.sender.reply_to else None,
        headers={
            # The same id at every try, so that a receiver can drop the second copy.
            "Message-ID": f"<{delivery.id}@retainer>",
            "X-Retainer-Event": delivery.event_name,
            "Auto-Submitted": "auto-generated",
        },
        connection=get_connection(),
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
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
        max_bytes=MOST_BYTES,
        wants_headers=False,
        allowances=letter.allowances,
    )


def _refuse(outcome: Outcome) -> None:
    if isinstance(outcome, Failure):
        raise NotSent(f"The receiver did not answer: {outcome.error_class}.")
    if not 200 <= outcome.status < 300:
        raise NotSent(f"The receiver answered {outcome.status}.")
