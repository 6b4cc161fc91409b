"""The ground: tenancy, accounts, access, audit, outbox, tokens, crypto, network, clock."""

from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Imports no other app."""

    name = "core"
