"""Channels, routing and deliveries."""

from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Listens to events and sends."""

    name = "retainer.notifications"
    label = "notifications"
