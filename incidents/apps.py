"""Incidents, their timelines and their clocks."""

from __future__ import annotations

from django.apps import AppConfig

from core import news


class IncidentsConfig(AppConfig):
    """Incidents, their timelines and their clocks."""

    name = "incidents"

    def ready(self) -> None:
        """Handlers import models, which exist only now."""
        from incidents.handlers import HANDLERS  # noqa: PLC0415

        news.register(HANDLERS)
