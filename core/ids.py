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
