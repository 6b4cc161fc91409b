"""Clients, contacts and their rights, AI systems, environments."""

from __future__ import annotations

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """Clients, contacts and their rights, AI systems, environments."""

    name = "clients"
