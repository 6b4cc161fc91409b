"""Public holidays arrive as proposals: what a feed says moves no deadline until somebody closes the calendar on it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

import holidays
import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import due
from core.audit import record_and_announce
from core.clock import now
from core.errors import Conflict, DomainError, NotFound
from core.tenancy.context import require_scope
from slas.calendars.models import Calendar, HolidayFeed, HolidayProposal
from slas.calendars.selectors import in_force
from slas.calendars.services import new_calendar_version
from slas.events import HOLIDAYS_DECIDED
from slas.states import ProposalState

# This year's holidays and those of the two after it.
YEARS_AHEAD = 3
AGAIN_AFTER = timedelta(days=30)

log = structlog.get_logger(__name__)


def holidays_of(country: str, region: str = "") -> dict[date, str]:
    """The public holidays of this year and the two after it, with their names. DomainError names the field."""
    year = now().year
    years = range(year, year + YEARS_AHEAD)
    known = holidays.list_supported_countries(include_aliases=False)
    if country.upper() not in known:
        raise DomainError(_("No holidays are known for this country."), field="country")
    if region and region not in known[country.upper()]:
        message = _("No such region. This country has: %(regions)s.")
        regions = ", ".join(known[country.upper()]) or _("none")
        raise DomainError(message % {"regions": regions}, field="region")
    found = holidays.country_holidays(country.upper(), subdiv=region or None, years=years)
    return {day: str(name)[:120] for day, name in sorted(found.items())}


def follow_holidays(*, calendar_id: uuid.UUID, country: str, region: str = "") -> HolidayFeed | None:
    """Proposes this country's public holidays from now on; with no country, none any more. Decisions stand."""
    found = holidays_of(country, region) if country else {}
    with transaction.atomic():
        calendar = _locked(calendar_id)
        HolidayFeed.objects.filter(calendar=calendar).delete()
        HolidayProposal.objects.filter(calendar=calendar, state=ProposalState.PROPOSED).delete()
        feed = None
        if country:
            feed = HolidayFeed.objects.create(
                calendar=calendar, country=country.upper(), region=region, next_due_at=now() + AGAIN_AFTER
            )
            _propose(calendar, found)
        record_and_announce(
            action=HOLIDAYS_DECIDED,
            object_type="calendar",
            object_id=calendar.id,
            changes={"country": country.upper(), "region": region},
        )
        return feed


def decide_holidays(*, calendar_id: uuid.UUID, close_ids: Collection[uuid.UUID | str], rest: str = "") -> int:
    """Closes the calendar on the proposed days of these ids, in one new version, and returns how many.

    ``rest`` "declined" decides that all others that are proposed are open as usual.
    """
    with transaction.atomic():
        calendar = _locked(calendar_id)
        proposed = HolidayProposal.objects.filter(calendar=calendar, state=ProposalState.PROPOSED)
        closing = list(proposed.filter(id__in=list(close_ids)))
        if len(closing) < len(set(map(str, close_ids))):
            raise NotFound(_("One of these days is not proposed any more. Look again."), field="close_ids")
        if not closing and rest != ProposalState.DECLINED:
            raise DomainError(_("Choose at least one day."), field="close_ids")
        if closing:
            _close(calendar, [row.date for row in closing])
            _decide(closing, ProposalState.CLOSED)
        if rest == ProposalState.DECLINED:
            _decide(list(proposed.exclude(id__in=[row.id for row in closing])), ProposalState.DECLINED)
        return len(closing)


def read_feeds(*, limit: int = 50) -> int:
    """Reads the feeds that are due again, so that the years that come within reach are proposed; returns how many."""
    return due.work_off(_due_feeds, _read, column="next_due_at", limit=limit)


def _due_feeds() -> QuerySet[HolidayFeed]:
    return HolidayFeed.objects.filter(next_due_at__lte=now()).order_by("next_due_at")


def _read(feed: HolidayFeed) -> bool:
    try:
        _propose(_locked(feed.calendar_id), holidays_of(feed.country, feed.region))
    except DomainError as error:
        # The library knows this country no more. What was decided stands.
        log.warning("a holiday feed could not be read", feed_id=str(feed.id), error=error.message)
    feed.next_due_at = now() + AGAIN_AFTER
    feed.save(update_fields=["next_due_at"])
    return True


def _propose(calendar: Calendar, found: dict[date, str]) -> None:
    """The days that lie ahead, that the calendar says nothing of yet, and that nobody has decided on."""
    present = in_force(calendar.id, now())
    said = set(present.spec.get("dates", {})) if present else set()
    known = set(HolidayProposal.objects.filter(calendar=calendar).values_list("date", flat=True))
    today = now().date()
    HolidayProposal.objects.bulk_create(
        [
            HolidayProposal(calendar=calendar, date=day, name=name)
            for day, name in found.items()
            if day >= today and day not in known and day.isoformat() not in said
        ]
    )


def _close(calendar: Calendar, days: Iterable[date]) -> None:
    """In the hours that are in force, and in those that are to come: each as a version of its own."""
    present = in_force(calendar.id, now())
    ahead = [row for row in calendar.versions.order_by("starts_at", "number") if row.starts_at > now()]
    closed: dict[str, list[Any]] = {day.isoformat(): [] for day in days}
    if present is None or present.spec.get("always"):
        raise Conflict(_("A calendar that is always open has no holidays."))
    for row in (present, *ahead):
        if not row.spec.get("always"):
            dates = {**row.spec.get("dates", {}), **closed}
            starts_at = row.starts_at if row in ahead else None
            new_calendar_version(calendar_id=calendar.id, spec={**row.spec, "dates": dates}, starts_at=starts_at)


def _decide(rows: Iterable[HolidayProposal], state: ProposalState) -> None:
    actor = require_scope().actor.user_id
    for row in rows:
        row.state, row.decided_by_id, row.decided_at = state, actor, now()
        row.save(update_fields=["state", "decided_by_id", "decided_at"])
        record_and_announce(
            action=HOLIDAYS_DECIDED,
            object_type="calendar",
            object_id=row.calendar_id,
            changes={"date": row.date.isoformat(), "state": state},
        )


def _locked(calendar_id: uuid.UUID) -> Calendar:
    row: Calendar | None = Calendar.objects.select_for_update(of=("self",)).filter(id=calendar_id).first()
    if row is None:
        raise NotFound(_("There is no such calendar."), field="calendar_id")
    return row
