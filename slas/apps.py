"""Calendars, policies, clocks, and the pure engine."""

from __future__ import annotations

from django.apps import AppConfig

from core.events import declare, declared_in, register
from slas import events


class SlasConfig(AppConfig):
    """Calendars, policies, clocks, and the pure engine."""

    name = "slas"

    def ready(self) -> None:
        """Handlers import models, which exist only now."""
        from slas.handlers import HANDLERS  # noqa: PLC0415

        declare(declared_in(events))
        register(HANDLERS)
