"""The sweeps that show the client what nobody has judged in time, and remind them of what they are asked for."""

from __future__ import annotations

from core.heartbeat import beat
from core.tasks import system_task
from incidents.services import publish_due, remind_due


@system_task(queue="sweep")
def publish_incidents() -> None:
    """Publishes what is due."""
    beat("publish", published=publish_due())


@system_task(queue="sweep")
def remind_clients() -> None:
    """Reminds whoever is due to be."""
    beat("reminders", reminded=remind_due())
