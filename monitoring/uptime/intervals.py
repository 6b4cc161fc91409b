"""The intervals that a check had before: kept as long as uptime may be counted of them, and no longer than that takes.

Uptime counts slots by buckets of five minutes, each slot for the interval that it was asked at. So a change is kept at
the edges of its bucket, and a bucket in which the interval changed counts at the shortest that it had in there: no
slot of it can stand for more time than passed. What says nothing is left out: an interval that was never asked at, one
that was taken back in the same five minutes, and a neighbour that is equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from core.errors import DomainError
from monitoring.models import Check

BUCKET = timedelta(minutes=5)
# A check that is changed more often than that is several checks.
MOST_CHANGES = 200

Past = list[tuple[datetime, int]]


def change_interval(check: Check, seconds: int, at: datetime) -> None:
    """Gives the check another interval from now on; DomainError where it has had too many to count its uptime by."""
    past = with_change(read(check.past_intervals), check.interval_seconds, seconds, at, asked=_was_asked(check))
    if len(past) > MOST_CHANGES:
        message = _("This interval was changed %(most)s times already. Make a new check instead.")
        raise DomainError(message % {"most": MOST_CHANGES}, field="interval_seconds")
    check.past_intervals = [[until.isoformat(), every] for until, every in past]
    check.interval_seconds = seconds


def read(stored: Iterable[tuple[str, int]]) -> Past:
    """What a check has kept, at the edges of buckets, the oldest first."""
    return [(floor(datetime.fromisoformat(until)), every) for until, every in stored]


def with_change(past: Past, old: int, new: int, at: datetime, *, asked: bool = True) -> Past:
    """The past of a check whose interval changes from ``old`` to ``new``; ``asked``: since the last change at all."""
    start, last = floor(at), past[-1][0] if past else None
    end = start + BUCKET
    if last is not None and last >= end:
        # Changed in the same bucket before; what stands before that bucket goes on saying what it said.
        before, every = past[:-1], past[-1][1]
        past = [*before, (start, every), (last, min(every, new))]
    elif asked or last is None:
        cut = [(end, min(old, new))] if at > start else []
        past = [*past, (start, old), *cut]
    return _plain(past, new)


def floor(moment: datetime) -> datetime:
    """The beginning of the bucket in which the moment lies."""
    return moment - timedelta(seconds=moment.timestamp() % BUCKET.total_seconds())


def _plain(past: Iterable[tuple[datetime, int]], present: int) -> Past:
    """The same without stretches that are empty or go on at the same interval."""
    found: Past = []
    for until, every in past:
        if found and until <= found[-1][0]:
            continue
        if found and every == found[-1][1]:
            found.pop()
        found.append((until, every))
    while found and found[-1][1] == present:
        found.pop()
    return found


def _was_asked(check: Check) -> bool:
    """Whether an answer came, or may yet, at the interval that it has now."""
    past = read(check.past_intervals)
    return not past or check.lease_id is not None or (check.last_slot is not None and check.last_slot >= past[-1][0])
