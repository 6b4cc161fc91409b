"""Values at the edge of what exists: instants that no calendar reaches, numbers that no column holds, an address."""

from __future__ import annotations

from typing import Any

# Instants that cannot be turned into UTC, that PostgreSQL or Python does not have, or that nobody means.
INSTANTS = (
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59.999999Z",
    "0001-01-01T00:00:00+14:00",
    "1970-01-01T00:00:00+00:01",
    "2199-12-31T23:59:59-00:01",
)
DAYS = ("9999-12-31", "0001-01-01", "2200-01-01")
NUMBERS = (2**31, 2**63, -(2**63) - 1, 10**400, 1e308)
# 309 letters as somebody types them, and several thousand as the network writes them.
ADDRESS = "https://1.1.1.1/" + "€" * 293
TEXTS = (ADDRESS, "a\x00b", "9" * 5_000)


def values_for(kind: str) -> tuple[Any, ...]:
    """What to send where an instant, a day, a number or anything else is taken."""
    return {"instant": INSTANTS, "day": DAYS, "number": NUMBERS}.get(kind, TEXTS)
