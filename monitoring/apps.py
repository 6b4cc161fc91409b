"""Checks, samples, thresholds and alerts."""

from __future__ import annotations

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Checks, samples, thresholds and alerts."""

    name = "monitoring"
