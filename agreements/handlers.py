"""Agreements listen to nobody: what happens to them is said by calling the services."""

from __future__ import annotations

from core.news import Handler

HANDLERS: dict[str, tuple[Handler, ...]] = {}
