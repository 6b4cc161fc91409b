"""The ground: tenancy, accounts, access, audit, outbox, tokens, crypto, network, clock."""

from __future__ import annotations

from django.apps import AppConfig

from core import events, logs


class CoreConfig(AppConfig):
    """Imports no other app."""

    name = "core"

    def ready(self) -> None:
        """Logging is set up before the first line is written."""
        logs.configure()
        events.declare(events.declared_in(events))
