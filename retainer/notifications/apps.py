"""Channels, routing and deliveries."""

from __future__ import annotations

from django.apps import AppConfig

from core.events import register


class NotificationsConfig(AppConfig):
    """Listens to events and sends."""

    name = "retainer.notifications"
    label = "notifications"

    def ready(self) -> None:
        """Handlers import models, which exist only now."""
        from retainer.notifications.handlers import HANDLERS  # noqa: PLC0415

        register(HANDLERS)
