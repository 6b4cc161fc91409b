"""Tiers and retainers."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from agreements import events
from clients import holders as archiving
from clients.approvals import subjects
from core.events import declare, declared_in, register
from slas.policies import usage


class AgreementsConfig(AppConfig):
    """Tiers and retainers."""

    name = "agreements"

    def ready(self) -> None:
        """Selectors import models, which exist only now."""
        from agreements.handlers import HANDLERS  # noqa: PLC0415
        from agreements.proposing import SUBJECT  # noqa: PLC0415
        from agreements.selectors import clients_on, retainers_holding  # noqa: PLC0415

        subjects.register(SUBJECT, _("Retainer"), "agreements:retainer")
        usage.register(clients_on)
        archiving.register(retainers_holding)
        declare(declared_in(events))
        register(HANDLERS)
