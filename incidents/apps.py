"""Incidents, their timelines and their clocks."""

from __future__ import annotations

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Incidents, their timelines and their clocks."""

    name = "incidents"
