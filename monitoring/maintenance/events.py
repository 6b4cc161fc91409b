"""What planned maintenance tells others, under the names that programs know from when it began."""

from __future__ import annotations

WINDOW_PLANNED = "backlog.maintenance.planned"
WINDOW_CANCELLED = "backlog.maintenance.cancelled"
