"""Everybody is asked in time: no two questions lie further apart than two intervals and what the faults took."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from monitoring.models import Check
from tests.chaos.books import REFUSED, Page
from tests.chaos.facts.illness import SLACK
from tests.chaos.facts.stored import Stored
from tests.chaos.hurts import LEASE, Hurts, Window, seconds_in, union


def find(stored: Stored, pages: dict[str, Page], hurts: Hurts, ended: float) -> Iterator[str]:
    """Who was not asked for too long; ``ended`` is when the oracle looks."""
    for check in sorted(stored.checks.values(), key=lambda row: row.name):
        if check.kind == "push":
            continue
        page = pages.get(check.name, Page())
        excused = union([*hurts.unasked(), *_not_to_be_asked(page, check)])
        times = [one.at for one in page.answers]
        if not times:
            yield f"{check.name} was never asked"
        for since, until in pairwise([*times, ended] if times else []):
            late = until - since - 2 * check.interval_seconds - SLACK - seconds_in(excused, since, until)
            if late > 0:
                yield f"{check.name} was not asked for {until - since:.1f} s from {since:.1f}, {late:.1f} too long"


def _not_to_be_asked(page: Page, check: Check) -> list[Window]:
    """Paused, disabled or edited, and a lease where an answer was thrown away; or it refused to be asked."""
    touched = [(touch.since, touch.until + check.interval_seconds) for touch in page.touches]
    return [*touched, *((p.since, p.until + LEASE) for p in page.phases if p.word == REFUSED)]
