"""Sums and hours as people type them, and the same shown again for editing. Pure functions."""

from __future__ import annotations

import re
from decimal import Decimal

from core.currencies import decimals

# "1200", "1200.50", "1 200", "1,200.50", "1'200", and with a comma before the cents: "1200,50", "1.200,50".
_WITH_POINT = re.compile(
    r"(?P<whole>[0-9]+|[0-9]{1,3}(?:(?P<apart>[, '’])[0-9]{3})(?:(?P=apart)[0-9]{3})*)(?:\.(?P<part>[0-9]+))?"
)
_WITH_COMMA = re.compile(
    r"(?P<whole>[0-9]+|[0-9]{1,3}(?:(?P<apart>[. '’])[0-9]{3})(?:(?P=apart)[0-9]{3})*),(?P<part>[0-9]+)"
)
_HOURS = r"(?P<hours>[0-9]{1,5}(?:[.,][0-9]{1,2})?)"
_MINUTES = r"(?P<minutes>[0-9]{1,6})"
_TIMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_HOURS}",
        rf"{_HOURS}\s*(?:h|hrs?|hours?)(?:\s*{_MINUTES}\s*(?:m|mins?|minutes?)?)?",
        rf"{_MINUTES}\s*(?:m|mins?|minutes?)",
        r"(?P<hours>[0-9]{1,5}):(?P<minutes>[0-5][0-9])",
    )
)


def parse_minor(text: str, currency: str) -> int:
    """The sum in the currency's smallest unit: "1200", "1,200.50", "1.200,50", "1 200".

    Raises ValueError for anything else, and for what could be read in two ways: "1.200" is refused, not guessed.
    """
    places = decimals(currency)
    text = " ".join(text.split())
    for pattern in (_WITH_POINT, _WITH_COMMA):
        found = pattern.fullmatch(text)
        part = found["part"] or "" if found else ""
        # More decimals than the currency has may as well be thousands.
        if found and len(part) <= places:
            digits = re.sub(r"[^0-9]", "", found["whole"]) + part.ljust(places, "0")
            return int(digits)
    raise ValueError(text)


def parse_minutes(text: str) -> int:
    """Minutes from "20", "20h", "4h 30m", "1.5 h", "1:30", "90 min". A bare number is hours. Raises ValueError."""
    text = text.strip()
    for pattern in _TIMES:
        found = pattern.fullmatch(text)
        if found:
            parts = found.groupdict()
            hours = Decimal((parts.get("hours") or "0").replace(",", "."))
            minutes = hours * 60 + int(parts.get("minutes") or 0)
            return int(minutes.to_integral_value())
    raise ValueError(text)


def typed_minor(minor: int | None, currency: str) -> str:
    """The sum as ``parse_minor`` reads it again: "1200", "1200.50"; nothing for None."""
    if minor is None:
        return ""
    places = decimals(currency)
    whole, part = divmod(minor, 10**places)
    return f"{whole}.{part:0{places}}" if part else str(whole)


def typed_minutes(minutes: int) -> str:
    """The time as ``parse_minutes`` reads it again: "20h", "4h 30m"."""
    hours, rest = divmod(minutes, 60)
    return f"{hours}h {rest}m" if rest else f"{hours}h"
