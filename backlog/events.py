"""What the backlog tells others."""

from __future__ import annotations

ITEM_CREATED = "backlog.item.created"
ITEM_UPDATED = "backlog.item.updated"
ITEM_MOVED = "backlog.item.moved"
