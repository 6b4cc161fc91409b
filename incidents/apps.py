"""Incidents, their timelines and their clocks."""

from __future__ import annotations

from django.apps import AppConfig

from clients import holders
from core.events import declare, declared_in, register
from incidents import events
from slas import subjects


class IncidentsConfig(AppConfig):
    """Incidents, their timelines and their clocks."""

    name = "incidents"

    def ready(self) -> None:
        """Handlers import models, which exist only now."""
        from incidents.clocked import Incidents  # noqa: PLC0415
        from incidents.handlers import HANDLERS  # noqa: PLC0415
        from incidents.selectors import incidents_holding  # noqa: PLC0415
        from incidents.words import EntryKind  # noqa: PLC0415

        holders.register(incidents_holding)

        # A line that another app adds to a timeline is an event of its kind.
        lines = [f"{events.PREFIX}{kind}" for kind in EntryKind.values]
        declare([*declared_in(events), *lines])
        register(HANDLERS)
        subjects.register("incident", Incidents())
