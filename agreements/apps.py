"""Tiers and retainers."""

from __future__ import annotations

from django.apps import AppConfig

from agreements import events
from clients import holders as archiving
from core.events import declare, declared_in
from slas.policies import usage


class AgreementsConfig(AppConfig):
    """Tiers and retainers."""

    name = "agreements"

    def ready(self) -> None:
        """Selectors import models, which exist only now."""
        from agreements.selectors import clients_on, retainers_holding  # noqa: PLC0415

        usage.register(clients_on)
        archiving.register(retainers_holding)
        declare(declared_in(events))
