"""The two loops of news: the outbox to its handlers, and the deliveries to the world."""

from __future__ import annotations

from core.beat import beat
from core.outbox import relay_due
from core.tasks import system_task
from retainer.notifications.delivery import deliver_due

# A round ends after this many batches, so that one task never runs for long.
MOST_BATCHES = 20


@system_task(queue="default")
def relay_outbox() -> None:
    """Takes due events to their handlers."""
    for _batch in range(MOST_BATCHES):
        if not relay_due():
            break
    beat("relay")


@system_task(queue="deliver")
def deliver() -> None:
    """Sends due mail and webhooks; in a queue of its own, so that a slow receiver holds up nothing else."""
    for _batch in range(MOST_BATCHES):
        if not deliver_due(limit=20):
            break
    beat("deliver")
