"""How much of the time a system was up."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.clock import now
from monitoring.maintenance import selectors as maintenance
from monitoring.uptime.days import Day, uptime_days
from monitoring.uptime.months import Uptime, uptime

# Worst first: the state of a system is the worst of what is measured on its production.


def uptime_of(system_id: uuid.UUID, start: datetime, end: datetime) -> list[Uptime]:
    """Each production check of the system in ``[start, end)``, the worst first, planned maintenance told apart."""
    planned = maintenance.windows(system_id).filter(starts_at__lt=end, ends_at__gt=start)
    return uptime(system_id, start, end, [(row.starts_at, row.ends_at) for row in planned])


def uptime_days_of(system_id: uuid.UUID, last: date, count: int, zone: ZoneInfo, *, planned_counts: bool) -> list[Day]:
    """So many days up to ``last``, without planned maintenance unless that counts as downtime."""
    if planned_counts:
        return uptime_days(system_id, last, count, zone, [])
    since = now() - timedelta(days=count + 1)
    planned = maintenance.windows(system_id).filter(ends_at__gt=since)
    return uptime_days(system_id, last, count, zone, [(row.starts_at, row.ends_at) for row in planned])
