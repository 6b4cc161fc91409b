"""After which delays a mail or a webhook that failed is tried again, and when it is given up."""

from __future__ import annotations

from datetime import timedelta

# After the last of them the delivery is given up and shown as failed: about a day and a half in all.
DELAYS_SECONDS = (2, 10, 60, 300, 900, 3600, 3600 * 3, 3600 * 6, 3600 * 12, 3600 * 12)


def delay_after(attempts: int) -> timedelta | None:
    """How long to wait after so many tries that failed; None where that was the last."""
    return timedelta(seconds=DELAYS_SECONDS[attempts - 1]) if attempts <= len(DELAYS_SECONDS) else None
