"""The improvement backlog."""

from __future__ import annotations

from django.apps import AppConfig

from backlog import events
from core.events import declare, declared_in


class BacklogConfig(AppConfig):
    """The improvement backlog."""

    name = "backlog"

    def ready(self) -> None:
        """Workers know its events by name."""
        declare(declared_in(events))
