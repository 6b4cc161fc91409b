"""The fixed grid of slots on which a check is asked."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitoring.models import Check
    from monitoring.polling.check_rows import LeasedCheck


def next_slot(check_id: uuid.UUID, interval_seconds: int, after: datetime) -> datetime:
    """The first instant of the check's grid after ``after``. Its id shifts the grid, so that checks spread out."""
    shift = check_id.int % interval_seconds
    place = (int(after.timestamp()) - shift) // interval_seconds + 1
    return datetime.fromtimestamp(place * interval_seconds + shift, UTC)


def first_due(check: Check | LeasedCheck, at: datetime) -> datetime | None:
    """When a check that begins at ``at`` is due: at once, or after an interval of silence where it waits for what is
    sent; None while it is switched off."""
    if not check.enabled:
        return None
    return at + timedelta(seconds=check.interval_seconds) if check.kind == "push" else at
