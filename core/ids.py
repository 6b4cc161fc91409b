"""Row identifiers: time-ordered and unguessable."""

from __future__ import annotations

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """A version 7 UUID (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits.

    New rows land at the right edge of every index, and a stranger cannot count or guess them.
    """
    milliseconds = time.time_ns() // 1_000_000
    # One call of the kernel for both parts.
    random = int.from_bytes(os.urandom(10), "big")
    random_a, random_b = random >> 68, random & ((1 << 62) - 1)
    value = (milliseconds & ((1 << 48) - 1)) << 80 | 0x7 << 76 | random_a << 64 | 0b10 << 62 | random_b
    return uuid.UUID(int=value)


def uuid7_texts(count: int) -> list[str]:
    """That many of them in rising order, as hexadecimal digits: what a statement of many rows needs.

    The clock and the kernel are asked once for all. The twelve bits behind the version count the rows of a millisecond
    (RFC 9562, 6.2, method 1), so that rows lie in every index in the order in which they were given; 62 bits stay
    random.
    """
    first, random = time.time_ns() // 1_000_000, os.urandom(8 * count).hex()
    return [
        f"{first + (place >> 12):012x}7{place & 0xFFF:03x}{_VARIANT[random[at]]}{random[at + 1 : at + 16]}"
        for place, at in enumerate(range(0, 16 * count, 16))
    ]


# The two highest bits of the digit say that it is an id of RFC 9562; the lower two are random.
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def earliest_at(seconds: float) -> uuid.UUID:
    """The smallest version 7 UUID of this Unix time: rows made since have greater ones."""
    return uuid.UUID(int=max(0, int(seconds * 1000)) << 80)


def is_uuid(text: str) -> bool:
    """Whether the text is an id."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
