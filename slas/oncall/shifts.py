"""Who is on call at a moment: whoever took the stretch over, else the one whose turn it is and who is not away.

Turns are handed over at the same wall time all year round, whatever the zone does to its clocks.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Stretch:
    """Somebody's time from ``starts_at`` up to ``ends_at``: away, on call, or in somebody's place."""

    user_id: uuid.UUID
    starts_at: datetime
    ends_at: datetime

    def covers(self, moment: datetime) -> bool:
        """Whether the moment lies in it."""
        return self.starts_at <= moment < self.ends_at


@dataclass(frozen=True, slots=True)
class Turns:
    """A rota as it is written: who takes turns from when on, how long each lasts, and when it is handed over."""

    people: tuple[uuid.UUID, ...]
    zone: ZoneInfo
    first_day: date
    handover_at: time
    turn_days: int

    def order(self, moment: datetime) -> list[uuid.UUID]:
        """The people from the one whose turn it is on; nobody before the first turn."""
        turn = self._turn(moment)
        if turn < 0 or not self.people:
            return []
        place = turn % len(self.people)
        return [*self.people[place:], *self.people[:place]]

    def _turn(self, moment: datetime) -> int:
        local = moment.astimezone(self.zone)
        day = local.date() if local.time() >= self.handover_at else local.date() - timedelta(days=1)
        return (day - self.first_day).days // self.turn_days

    def handovers(self, start: datetime, end: datetime) -> list[datetime]:
        """The instants in ``(start, end)`` at which a turn is handed over."""
        day = start.astimezone(self.zone).date() - timedelta(days=1)
        found: list[datetime] = []
        while day <= end.astimezone(self.zone).date():
            if (day - self.first_day).days >= 0 and (day - self.first_day).days % self.turn_days == 0:
                found.append(datetime.combine(day, self.handover_at, self.zone).astimezone(start.tzinfo))
            day += timedelta(days=1)
        return [moment for moment in found if start < moment < end]


def called(turns: Turns, overrides: Iterable[Stretch], away: Iterable[Stretch], moment: datetime) -> list[uuid.UUID]:
    """Who is called at the moment, the first in front; empty where everybody is away."""
    absent = {one.user_id for one in away if one.covers(moment)}
    order = [person for person in turns.order(moment) if person not in absent]
    taken = next((one.user_id for one in overrides if one.covers(moment)), None)
    return order if taken is None else [taken, *(person for person in order if person != taken)]


def shifts(
    turns: Turns, overrides: Sequence[Stretch], away: Sequence[Stretch], start: datetime, end: datetime
) -> list[tuple[datetime, datetime, uuid.UUID | None]]:
    """From ``start`` to ``end`` without a gap: from, to, and who is on call; None is nobody."""
    edges = {moment for one in (*overrides, *away) for moment in (one.starts_at, one.ends_at) if start < moment < end}
    marks = sorted({start, end, *edges, *turns.handovers(start, end)})
    found: list[tuple[datetime, datetime, uuid.UUID | None]] = []
    for since, until in pairwise(marks):
        who = next(iter(called(turns, overrides, away, since)), None)
        if found and found[-1][2] == who:
            found[-1] = (found[-1][0], until, who)
        else:
            found.append((since, until, who))
    return found
