"""Instants: whole epoch seconds inside the engine, aware datetimes and ISO text outside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def to_instant(moment: datetime) -> int:
    """Epoch seconds of an aware datetime, fractions cut off. Raises `ValueError` for a naive one."""
    if moment.utcoffset() is None:
        raise ValueError("A moment needs a time zone.")
    return (moment - _EPOCH) // _SECOND


# Whole seconds come again and again: what is due at once is due in the same one.
@lru_cache(maxsize=4096)
def from_instant(instant: int) -> datetime:
    """The aware UTC datetime of epoch seconds."""
    return _EPOCH + instant * _SECOND


def parse_instant(text: str) -> int:
    """Epoch seconds of ISO 8601 text with a zone, such as `2026-06-05T13:00:00Z`. Raises `ValueError`."""
    return to_instant(datetime.fromisoformat(text))


@lru_cache(maxsize=4096)
def format_instant(instant: int) -> str:
    """ISO 8601 text in UTC, whole seconds, ending in `Z`."""
    return from_instant(instant).strftime("%Y-%m-%dT%H:%M:%SZ")
