"""What follows where nobody looks any more: streaks begin anew, and what has begun ends with the reason."""

from __future__ import annotations

from collections.abc import Sequence

from core.audit import announce_many
from core.clock import now
from monitoring.alerts.services import end_unwatched
from monitoring.models import Check, Threshold
from monitoring.polling.transitions import unwatched
from monitoring.words import Health


def watch_no_more(check: Check, limits: Sequence[Threshold], *, reason: str) -> None:
    """Saves a locked check that was switched off, and its limits, as if nothing had ever been seen."""
    at = now()
    emitted = unwatched(check, None, reason=reason, at=at)
    for limit in limits:
        emitted += unwatched(check, limit, reason=reason, at=at)
        limit.health, limit.bad_streak, limit.good_streak, limit.missing_streak = Health.UNKNOWN, 0, 0, 0
        limit.save()
    check.health, check.bad_streak, check.good_streak, check.unknown_streak = Health.UNKNOWN, 0, 0, 0
    check.save()
    end_unwatched(emitted, reason, at)
    announce_many(emitted)


def limit_watched_no_more(check: Check, limit: Threshold, *, reason: str) -> None:
    """Ends what a limit of a locked check has begun, before it is removed."""
    at = now()
    emitted = unwatched(check, limit, reason=reason, at=at)
    end_unwatched(emitted, reason, at)
    announce_many(emitted)
