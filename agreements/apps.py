"""Tiers and retainers."""

from __future__ import annotations

from django.apps import AppConfig

from agreements import events
from clients import holders as archiving
from core import news
from slas import holders


class AgreementsConfig(AppConfig):
    """Tiers and retainers."""

    name = "agreements"

    def ready(self) -> None:
        """Selectors import models, which exist only now."""
        from agreements.selectors import clients_on, retainers_holding  # noqa: PLC0415

        holders.register(clients_on)
        archiving.register(retainers_holding)
        news.declare(news.declared_in(events))
