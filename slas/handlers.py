"""The clocks listen to nobody: whoever has a promise to keep calls the services."""

from __future__ import annotations

from core.events import Handler

HANDLERS: dict[str, tuple[Handler, ...]] = {}
