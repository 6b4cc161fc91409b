"""The loops of events: the outbox to its handlers, and mails and webhooks to the world."""

from __future__ import annotations

import time

from core.heartbeat import beat
from core.outbox import relay_round
from core.tasks import system_task
from retainer.notifications.delivery import ROUND_SECONDS, deliver_mail, deliver_webhooks
from retainer.notifications.senders import check_due


@system_task(queue="default")
def relay_outbox() -> None:
    """Takes due events to their handlers."""
    relay_round()
    beat("relay")


@system_task(queue="deliver")
def deliver() -> None:
    """Sends due webhooks; in a queue of its own, so that a slow receiver holds up nothing else."""
    deliver_webhooks()
    beat("deliver")


@system_task(queue="mail")
def send_mail() -> None:
    """Sends due mail, in a queue of its own: receivers that hang would otherwise hold its workers round after round."""
    until = time.monotonic() + ROUND_SECONDS
    while time.monotonic() < until and deliver_mail(limit=20):
        pass
    beat("mail")


@system_task(queue="mail")
def check_senders() -> None:
    """Looks at the DNS of domains in whose name agencies want to send."""
    check_due()
