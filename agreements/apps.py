"""Tiers and retainers."""

from __future__ import annotations

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """Tiers and retainers."""

    name = "agreements"
