"""Instants and dates that come from outside, read in one place.

Whatever lies outside the years 1970 to 2199 is a mistake, and some of it cannot even be turned into UTC: the last
second of the year 9999 west of Greenwich is in a year that Python does not have. Standard library only.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.json_values import JsonValue

# Half-open. The engine counts in the same years.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def gettext_noop(message: str) -> str:
    """Marks a message for translation; the caller translates it in the reader's language."""
    return message


class BadMoment(ValueError):
    """What was sent is no instant or date that could be meant; ``message`` says why, in English to be translated."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def parse_instant(text: JsonValue | datetime) -> datetime:
    """The instant of ISO 8601 text with a zone, in UTC. Raises BadMoment."""
    try:
        if not isinstance(text, str):
            raise ValueError
        return within_reach(datetime.fromisoformat(text))
    except BadMoment:
        raise
    except ValueError:
        raise BadMoment(gettext_noop("Write a moment such as 2026-03-02T09:00:00Z.")) from None


def within_reach(moment: datetime) -> datetime:
    """The moment in UTC. Raises BadMoment where it has no zone, or lies where nothing is counted."""
    if moment.utcoffset() is None:
        raise BadMoment(gettext_noop("Say the time zone, such as 2026-03-02T09:00:00Z."))
    # Compared before it is converted: at the edge of time there may be nothing to convert it to.
    if not EARLIEST <= moment < LATEST:
        raise BadMoment(gettext_noop("Choose a moment in the years 1970 to 2199."))
    return moment.astimezone(UTC)


def day_within_reach(day: date) -> date:
    """The same day. Raises BadMoment where it lies where nothing is counted."""
    if not EARLIEST.year <= day.year < LATEST.year:
        raise BadMoment(gettext_noop("Choose a day in the years 1970 to 2199."))
    return day
