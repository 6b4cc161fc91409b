"""Uptime of a system by month, with the promise that was signed for it; the same on dashboard, portal and API."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agreements import selectors as agreements
from core.clock import now
from core.format import day
from core.selectors import agency
from monitoring import selectors as monitoring
from monitoring.uptime.days import Day
from monitoring.uptime.months import Uptime
from retainer.reports.attainment import bounds
from slas import selectors as slas

DAYS = 30


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month in the agency's zone: its checks, the worst first, and what was promised."""

    starts_at: datetime
    ends_at: datetime
    checks: list[Uptime]
    target: Decimal | None
    maintenance_counts: bool

    @property
    def name(self) -> str:
        """The month in words. By its date, because the instant lies in another month for a reader in another zone."""
        return date_format(self.starts_at.date(), "F Y")

    @property
    def share(self) -> float | None:
        """Per cent of the worst check's measured time; None of nothing measured."""
        return min((share for _row, share in self.rows if share is not None), default=None)

    @property
    def is_missed(self) -> bool:
        """Whether it is below what was promised."""
        # Both in thousandths, because 99.99 as a float is a hair less than 99.99 as a decimal.
        return self.target is not None and self.share is not None and round(self.share * 1000) < int(self.target * 1000)

    @property
    def rows(self) -> list[tuple[Uptime, float | None]]:
        """Each check with its share."""
        return [(row, row.share(maintenance_counts=self.maintenance_counts)) for row in self.checks]


def months_of(system_id: uuid.UUID) -> list[Month]:
    """This month up to now, and the one before."""
    zone = ZoneInfo(agency().time_zone)
    edges = [bounds(period, now(), zone) for period in ("month", "last_month")]
    found = [month_of(system_id, start, min(end, now())) for start, end in edges]
    # A month in which nothing ran yet says nothing.
    return [month for month in found if any(row.seconds for row in month.checks)]


def month_of(system_id: uuid.UUID, start: datetime, end: datetime) -> Month:
    """Any period, against what was signed for the system at its end."""
    version_id = agreements.policy_version_for(system_id, end - timedelta(seconds=1))
    version = slas.policy_version(version_id) if version_id else None
    target, counts = (version.uptime_target, version.maintenance_counts) if version else (None, False)
    return Month(start, end, monitoring.uptime_of(system_id, start, end), target, counts)


def days_of(system_id: uuid.UUID, months: Sequence[Month]) -> list[tuple[str, str]]:
    """The last thirty days as (words, state of the day) for the strip; empty where none of them was measured.

    ``months`` are those of ``months_of``: they say whether planned maintenance counts as downtime.
    """
    zone = ZoneInfo(agency().time_zone)
    counts = bool(months) and months[0].maintenance_counts
    found = monitoring.uptime_days_of(system_id, now().astimezone(zone).date(), DAYS, zone, planned_counts=counts)
    if all(row.share is None for row in found):
        return []
    return [(f"{day(row.day)}: {_words(row)}", row.state) for row in found]


def _words(row: Day) -> str:
    if row.share is None:
        return _("planned maintenance") if row.planned else _("nothing measured")
    said = _("%(share)s %% up") % {"share": f"{row.share:g}"}
    return f"{said} · {_('planned maintenance')}" if row.planned else said
