"""What may stand in a retainer's own fields. Each check returns the clean value or names the field."""

from __future__ import annotations

import uuid
from datetime import date

from django.utils.translation import gettext as _

from core.currencies import DECIMALS
from core.errors import DomainError, NotFound

# 1,600 hours a month is ten people's whole time.
MOST_MINUTES = 1_600 * 60
MOST_MINOR = 100_000_000_00
YEARS = range(2000, 2101)


def currency(code: str) -> str:
    """Three letters of ISO 4217."""
    if code not in DECIMALS:
        raise DomainError(_("A currency is three letters in use somewhere, such as EUR."), field="currency")
    return code


def price(minor: int) -> int:
    """A fee in minor units."""
    if minor < 0:
        raise DomainError(_("A price cannot be negative."), field="price_minor")
    if minor > MOST_MINOR:
        raise DomainError(_("This price is too high to be meant. Check the noughts."), field="price_minor")
    return minor


def hours(minutes: int) -> int:
    """The time a month, in minutes."""
    if not 0 <= minutes <= MOST_MINUTES:
        raise DomainError(_("Hours cannot be negative, and not more than 1,600 a month."), field="hours_minutes")
    return minutes


def period(starts_on: date | None, ends_on: date | None) -> tuple[date | None, date | None]:
    """A half-open period of local dates, either end of which may be open."""
    for field, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if day and day.year not in YEARS:
            raise DomainError(_("Choose a day between the years 2000 and 2100."), field=field)
    if starts_on and ends_on and ends_on <= starts_on:
        raise DomainError(_("The end must come after the first day."), field="ends_on")
    return starts_on, ends_on


def row_id(value: uuid.UUID | str, field: str) -> uuid.UUID:
    """The id; what cannot be one belongs to no row."""
    try:
        return uuid.UUID(str(value))
    except ValueError as error:
        raise NotFound(_("There is no such thing."), field=field) from error
