"""Installs the calendars and policies that a new agency starts with."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.text import slugify

from core.json_values import JsonObject
from core.selectors import agency
from slas.calendars.holidays import holidays_of
from slas.calendars.models import Calendar, CalendarVersion
from slas.calendars.services import create_calendar
from slas.policies.catalogue import CALENDARS, GUARANTEED, POLICIES, SEVERITIES, WEEKDAYS, PolicyPlan, wording_of
from slas.policies.models import Policy
from slas.policies.services import create_policy


def install_catalogue(*, country: str = "") -> None:
    """The four calendars and three policies for the scope's agency, in its zone. What is there already stays as it is.

    Without a ``country`` (ISO 3166, two letters) no holiday closes a day: nobody has agreed to any yet. With one, its
    national holidays do.
    """
    closed: dict[str, list[str]] = {day.isoformat(): [] for day in holidays_of(country)} if country else {}
    zone = agency().time_zone
    with transaction.atomic():
        for name, window in CALENDARS.items():
            if not Calendar.objects.filter(slug=slugify(name)).exists():
                create_calendar(name=name, spec=_spec(window, zone, closed))
        versions = _first_versions()
        for plan in POLICIES:
            if not Policy.objects.filter(slug=slugify(plan.name)).exists():
                _create(plan, versions)


def _spec(window: tuple[str, str] | None, zone: str, closed: dict[str, list[str]]) -> JsonObject:
    if window is None:
        return {"zone": zone, "always": True}
    return {"zone": zone, "weekly": {day: [list(window)] for day in WEEKDAYS}, "dates": closed}


def _first_versions() -> dict[str, uuid.UUID]:
    slugs = [slugify(name) for name in CALENDARS]
    rows = CalendarVersion.objects.filter(calendar__slug__in=slugs).select_related("calendar").order_by("number")
    newest = {row.calendar.slug: row.id for row in rows}
    return {name: newest[slugify(name)] for name in CALENDARS}


def _create(plan: PolicyPlan, versions: dict[str, uuid.UUID]) -> None:
    targets = [
        {
            "severity": severity,
            "metric": metric,
            "seconds": seconds,
            "calendar_version_id": versions[calendar],
            "is_guarantee": metric in GUARANTEED,
        }
        for metric, row in plan.times.items()
        for severity, calendar, seconds in zip(SEVERITIES, plan.calendars, row, strict=True)
        if seconds is not None
    ]
    create_policy(
        name=plan.name,
        description=plan.description,
        default_for=plan.default_for,
        targets=targets,
        wording=wording_of(plan),
    )
