"""The sweep that shows the client what nobody has judged in time."""

from __future__ import annotations

from core.beat import beat
from core.tasks import system_task
from incidents.services import publish_due


@system_task(queue="sweep")
def publish_incidents() -> None:
    """Publishes what is due."""
    beat("publish", published=publish_due())
