"""The improvement backlog."""

from __future__ import annotations

from django.apps import AppConfig


class BacklogConfig(AppConfig):
    """The improvement backlog."""

    name = "backlog"
