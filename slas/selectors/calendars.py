"""Reads of support hours."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.errors import NotFound
from slas.models import (
    Calendar,
    CalendarVersion,
)


def calendars() -> QuerySet[Calendar]:
    """The agency's calendars by name."""
    return Calendar.objects.filter(archived_at=None).order_by("name")


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
