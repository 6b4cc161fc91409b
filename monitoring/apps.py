"""Checks, samples, thresholds and alerts."""

from __future__ import annotations

from django.apps import AppConfig

from agreements import watching
from core.events import declare, declared_in, register
from incidents import readings
from monitoring import events
from monitoring.maintenance import events as maintenance_events


class MonitoringConfig(AppConfig):
    """Checks, samples, thresholds and alerts."""

    name = "monitoring"

    def ready(self) -> None:
        """Handlers import models, which exist only now."""
        from monitoring.alerts.readings import readings_of  # noqa: PLC0415
        from monitoring.checks.selectors import watched_systems  # noqa: PLC0415
        from monitoring.handlers import HANDLERS  # noqa: PLC0415

        declare(declared_in(events), events.VERSIONS)
        declare(declared_in(maintenance_events))
        register(HANDLERS)
        readings.register(readings_of)
        watching.register(watched_systems)
