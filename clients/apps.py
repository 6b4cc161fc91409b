"""Clients, contacts and their rights, AI systems, environments."""

from __future__ import annotations

from django.apps import AppConfig

from clients import events
from core.events import declare, declared_in


class ClientsConfig(AppConfig):
    """Clients, contacts and their rights, AI systems, environments."""

    name = "clients"

    def ready(self) -> None:
        """Workers know its events by name."""
        declare(declared_in(events))
