"""Agreements listen to nobody: what happens to them is said by calling the services."""

from __future__ import annotations

from core.events import Handler

HANDLERS: dict[str, tuple[Handler, ...]] = {}
