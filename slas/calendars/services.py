"""Calendars. What a clock was promised in is never edited: every change is a new version beside the old ones."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_and_announce
from core.clock import now
from core.errors import DomainError, NotFound
from core.json_values import JsonObject
from slas.calendars.models import Calendar, CalendarVersion
from slas.calendars.slugs import next_number, save_named, title_and_slug
from slas.engine import CalendarError, CalendarSpec, refuse_large
from slas.events import CALENDAR_CREATED, CALENDAR_VERSION_CREATED

FARTHEST = timedelta(days=5 * 366)


def create_calendar(*, name: str, spec: JsonObject | str) -> CalendarVersion:
    """A calendar and its first version; ``spec`` is what ``CalendarSpec.from_json`` reads. Errors name the field."""
    text = _spec(spec)
    with transaction.atomic():
        title, slug = title_and_slug(name, Calendar, "calendar")
        calendar = Calendar(name=title, slug=slug)
        save_named(calendar)
        version: CalendarVersion = CalendarVersion.objects.create(calendar=calendar, number=1, spec=text)
        record_and_announce(action=CALENDAR_CREATED, object_type="calendar", object_id=calendar.id)
        return version


def new_calendar_version(
    *, calendar_id: uuid.UUID, spec: JsonObject | str, starts_at: datetime | None = None
) -> CalendarVersion:
    """The calendar's next version. Clocks that start from ``starts_at`` (now) on keep it; the others keep theirs.

    At any moment those hours are in force that began last. The past has had its hours: ``starts_at`` lies ahead.
    """
    text = _spec(spec)
    if starts_at is not None and starts_at < now():
        raise DomainError(_("New hours begin now or later. What was promised before stands."), field="starts_at")
    if starts_at is not None and starts_at > now() + FARTHEST:
        raise DomainError(_("Let new hours begin within five years."), field="starts_at")
    with transaction.atomic():
        calendar = Calendar.objects.select_for_update(of=("self",)).filter(id=calendar_id).first()
        if calendar is None:
            raise NotFound(_("There is no such calendar."), field="calendar_id")
        version: CalendarVersion = CalendarVersion.objects.create(
            calendar=calendar, number=next_number(calendar.versions), spec=text, starts_at=starts_at or now()
        )
        record_and_announce(
            action=CALENDAR_VERSION_CREATED,
            object_type="calendar",
            object_id=calendar.id,
            changes={"number": version.number},
        )
        return version


def _spec(data: JsonObject | str) -> JsonObject:
    try:
        refuse_large(data)
        spec = CalendarSpec.from_json(data)
    except CalendarError as error:
        raise DomainError(error.message, field=error.field) from error
    if not spec.always and not spec.weekly:
        # Hours on single dates alone end some day, and a deadline beyond them could not be told.
        raise DomainError(_("Give the hours of at least one weekday."), field="weekly")
    # One shape for all: whoever reads a version need not know that "24x7" is short for something.
    stored = spec.to_json()
    return stored if isinstance(stored, dict) else {"zone": spec.zone, "always": True}
