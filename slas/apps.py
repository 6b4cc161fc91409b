"""Calendars, policies, clocks, and the pure engine."""

from __future__ import annotations

from django.apps import AppConfig


class SlasConfig(AppConfig):
    """Calendars, policies, clocks, and the pure engine."""

    name = "slas"
