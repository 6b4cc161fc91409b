"""The improvement backlog."""

from __future__ import annotations

from django.apps import AppConfig

from backlog import events
from core import news


class BacklogConfig(AppConfig):
    """The improvement backlog."""

    name = "backlog"

    def ready(self) -> None:
        """Workers know its news by name."""
        news.declare(news.declared_in(events))
