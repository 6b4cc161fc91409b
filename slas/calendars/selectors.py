"""Reads of support hours."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import NotFound
from slas.calendars.models import Calendar, CalendarVersion, HolidayFeed, HolidayProposal
from slas.engine import WEEKDAYS, CalendarHours
from slas.states import ProposalState


def calendars(*, archived: bool = False) -> QuerySet[Calendar]:
    """The agency's calendars by name: those that are offered, or those that are archived."""
    return Calendar.objects.filter(archived_at__isnull=not archived).order_by("name")


def calendar(calendar_id: uuid.UUID) -> Calendar:
    """One calendar; NotFound otherwise."""
    row: Calendar | None = Calendar.objects.find(id=calendar_id)
    if row is None:
        raise NotFound(_("There is no such calendar."))
    return row


def latest_calendar_versions() -> list[CalendarVersion]:
    """The newest version of each calendar, by name, with its calendar."""
    rows = CalendarVersion.objects.filter(calendar__archived_at=None).select_related("calendar")
    return list(rows.order_by("calendar__name", "calendar_id", "-number").distinct("calendar__name", "calendar_id"))


def newest_calendar_version(slug: str) -> CalendarVersion:
    """The newest version of the calendar with this slug; NotFound otherwise."""
    rows = CalendarVersion.objects.filter(calendar__slug=slug).select_related("calendar")
    row: CalendarVersion | None = rows.order_by("-number").first()
    if row is None:
        raise NotFound(_("There is no such calendar."))
    return row


def calendar_versions(calendar_id: uuid.UUID) -> QuerySet[CalendarVersion]:
    """The versions of a calendar, newest first."""
    return CalendarVersion.objects.filter(calendar_id=calendar_id).order_by("-number")


def holiday_feed(calendar_id: uuid.UUID) -> HolidayFeed | None:
    """Whose public holidays are proposed for the calendar, if any are."""
    row: HolidayFeed | None = HolidayFeed.objects.filter(calendar_id=calendar_id).first()
    return row


def proposed_holidays(calendar_id: uuid.UUID) -> QuerySet[HolidayProposal]:
    """The days that nobody has decided on yet, the next first; what has passed needs no decision."""
    rows = HolidayProposal.objects.filter(calendar_id=calendar_id, state=ProposalState.PROPOSED, date__gte=now().date())
    return rows.order_by("date")


def all_holidays(calendar_id: uuid.UUID) -> QuerySet[HolidayProposal]:
    """Every day that was ever proposed for the calendar."""
    return HolidayProposal.objects.filter(calendar_id=calendar_id).order_by("-id")


@dataclass(frozen=True, slots=True)
class Day:
    """One local date of a calendar: its windows as people read them, empty where it is closed all day."""

    date: date
    windows: list[str]
    # True where the date has hours of its own instead of its weekday's.
    special: bool
    is_past: bool
    is_today: bool


def coming_days(version: CalendarVersion, days: int) -> list[Day]:
    """The hours of so many local dates from this week's Monday on."""
    zone, spec = ZoneInfo(version.spec["zone"]), version.spec
    today = now().astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    return [_day(spec, monday + timedelta(days=offset), today) for offset in range(days)]


def _day(spec: CalendarHours, day: date, today: date) -> Day:
    if spec.get("always"):
        return Day(day, ["00:00–24:00"], False, day < today, day == today)
    own = spec.get("dates", {}).get(day.isoformat())
    windows = spec.get("weekly", {}).get(WEEKDAYS[day.weekday()], []) if own is None else own
    shown = [f"{opens}–{closes}" for opens, closes in windows]
    return Day(day, shown, own is not None, day < today, day == today)


def in_force(calendar_id: uuid.UUID, at: datetime) -> CalendarVersion | None:
    """The hours in force at a moment: those that began last."""
    rows = CalendarVersion.objects.filter(calendar_id=calendar_id, starts_at__lte=at)
    row: CalendarVersion | None = rows.order_by("-starts_at", "-number").first()
    return row
