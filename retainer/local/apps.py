"""The first run: embedded servers, the demo agency, the sample AI system."""

from __future__ import annotations

from django.apps import AppConfig


class LocalConfig(AppConfig):
    """Brings ``manage.py seed_demo``."""

    name = "retainer.local"
    label = "local"
