"""A calendar as UTC intervals with running totals: adding or measuring open time is two binary searches."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

from slas.engine.calendar import CalendarError, CalendarSpec, Interval, load_zone

DAY = 86_400
YEAR = 365 * DAY + DAY // 4
# 1970-01-01 was a Thursday.
_EPOCH_WEEKDAY = 3
_EPOCH_ORDINAL = 719_163
# Instants outside 1970 to 2200 are mistakes, and refusing them bounds every table.
EARLIEST = 0
LATEST = 7_258_118_400
# A table starts a little before the first question and reaches a good year ahead.
_BACK = 35 * DAY
_AHEAD = 400 * DAY
# How far apart offsets are sampled. No zone changes its offset twice within this time.
_SAMPLE = 6 * 3600


class HorizonError(CalendarError):
    """The calendar has too little open time within its horizon to answer."""


class _Table(NamedTuple):
    """Open intervals of [lo, hi). `totals[i]` is the open time between lo and the start of interval i."""

    lo: int
    hi: int
    starts: list[int]
    ends: list[int]
    totals: list[int]
    total: int

    def before(self, instant: int) -> int:
        i = bisect_right(self.starts, instant) - 1
        if i < 0:
            return 0
        return self.totals[i] + min(instant, self.ends[i]) - self.starts[i]


class CompiledCalendar:
    """Questions about open time. Instants are epoch seconds from 1970 to 2200, intervals are half-open.

    Extended on demand in both directions. A table is never changed, only replaced, so threads may share one
    calendar.
    """

    def __init__(self, spec: CalendarSpec, horizon_seconds: int) -> None:
        self.spec = spec
        self._zone = load_zone(spec.zone)
        self._horizon = horizon_seconds
        self._by_weekday = [_in_seconds(spec.weekly.get(day, ())) for day in range(7)]
        self._by_date = {day.toordinal() - _EPOCH_ORDINAL: _in_seconds(windows) for day, windows in spec.dates.items()}
        self._table: _Table | None = None

    def open_seconds(self, start: int, end: int) -> int:
        """Open seconds in [start, end); 0 if end is not after start."""
        if end <= start:
            return 0
        table = self._cover(start, end)
        return table.before(end) - table.before(start)

    def add_open(self, start: int, seconds: int) -> int:
        """The first instant by which `seconds` of open time have passed; a due time at close stays there.

        Raises `HorizonError` when the horizon ends first, `ValueError` for negative seconds.
        """
        if seconds < 0:
            raise ValueError("Open time to add must not be negative.")
        if seconds == 0:
            return start
        table, limit = self._cover(start, start), self._limit(start)
        while (wanted := table.before(start) + seconds) > table.total:
            table = self._further(table, start, limit)
        i = bisect_left(table.totals, wanted) - 1
        found = table.starts[i] + wanted - table.totals[i]
        if found > limit:
            raise self._too_little(start)
        return found

    def is_open(self, instant: int) -> bool:
        table = self._cover(instant, instant + 1)
        i = bisect_right(table.starts, instant) - 1
        return i >= 0 and instant < table.ends[i]

    def next_open(self, instant: int) -> int:
        """The instant itself if it is open, else the next opening. Raises `HorizonError` if there is none."""
        table, limit = self._cover(instant, instant + 1), self._limit(instant)
        while True:
            i = bisect_right(table.ends, instant)
            if i < len(table.starts):
                return max(instant, table.starts[i])
            table = self._further(table, instant, limit)

    def open_intervals(self, start: int, end: int) -> list[tuple[int, int]]:
        """The open intervals of [start, end), cut to it, in order, none empty, none touching the next."""
        if end <= start:
            return []
        table = self._cover(start, end)
        first, last = bisect_right(table.ends, start), bisect_left(table.starts, end)
        return [(max(start, table.starts[i]), min(end, table.ends[i])) for i in range(first, last)]

    def _limit(self, start: int) -> int:
        return min(start + self._horizon, LATEST)

    def _further(self, table: _Table, start: int, limit: int) -> _Table:
        if table.hi >= limit:
            raise self._too_little(start)
        # Doubling, so that a far target costs no more than a few extensions.
        return self._cover(start, min(limit, table.hi + max(_AHEAD, table.hi - start)))

    def _too_little(self, start: int) -> HorizonError:
        years = round(self._horizon / YEAR)
        return HorizonError("calendar", f"has too little open time in the {years} years after {start}")

    def _cover(self, start: int, end: int) -> _Table:
        table = self._table
        if table is not None and table.lo <= start and end <= table.hi:
            return table
        if start < EARLIEST or end > LATEST:
            raise CalendarError("instant", "must lie between the years 1970 and 2200")
        lo, hi = max(EARLIEST, start - _BACK), min(LATEST, end + _AHEAD)
        if table is None:
            table = _tabulate(lo, hi, self._open(lo, hi))
        else:
            lo, hi = min(lo, table.lo), max(hi, table.hi)
            known = zip(table.starts, table.ends, strict=True)
            table = _tabulate(lo, hi, [*self._open(lo, table.lo), *known, *self._open(table.hi, hi)])
        self._table = table
        return table

    def _open(self, lo: int, hi: int) -> Iterator[tuple[int, int]]:
        """Open UTC intervals of [lo, hi) in order of their starts; they may touch or overlap."""
        if self.spec.always:
            if lo < hi:
                yield lo, hi
            return
        for start, end, offset in _offsets(self._zone, lo, hi):
            local_lo, local_hi = start + offset, end + offset
            # The day before can reach into this one by a window over midnight.
            for day in range(local_lo // DAY - 1, (local_hi - 1) // DAY + 1):
                windows = self._by_date.get(day)
                if windows is None:
                    windows = self._by_weekday[(day + _EPOCH_WEEKDAY) % 7]
                for opens, closes in windows:
                    a, b = max(day * DAY + opens, local_lo), min(day * DAY + closes, local_hi)
                    if a < b:
                        yield a - offset, b - offset


@lru_cache(maxsize=256)
def compile_calendar(spec: CalendarSpec, horizon_years: int = 30) -> CompiledCalendar:
    """The compiled calendar, the same object for an equal spec while it stays in the cache."""
    return CompiledCalendar(spec, horizon_years * YEAR)


def _in_seconds(windows: Iterable[Interval]) -> tuple[tuple[int, int], ...]:
    return tuple((window.start_minute * 60, window.stop_minute * 60) for window in windows)


def _tabulate(lo: int, hi: int, intervals: Iterable[tuple[int, int]]) -> _Table:
    starts: list[int] = []
    ends: list[int] = []
    for start, end in intervals:
        if ends and start <= ends[-1]:
            ends[-1] = max(end, ends[-1])
        else:
            starts.append(start)
            ends.append(end)
    sums = list(accumulate((e - s for s, e in zip(starts, ends, strict=True)), initial=0))
    return _Table(lo, hi, starts, ends, sums[:-1], sums[-1])


def _offset(zone: ZoneInfo, instant: int) -> int:
    offset = datetime.fromtimestamp(instant, zone).utcoffset() or timedelta(0)
    return offset.days * DAY + offset.seconds


def _offsets(zone: ZoneInfo, lo: int, hi: int) -> Iterator[tuple[int, int, int]]:
    """[lo, hi) cut where the zone's offset changes, as (start, end, offset in seconds)."""
    if lo >= hi:
        return
    start, offset = lo, _offset(zone, lo)
    for begin in range(lo, hi, _SAMPLE):
        until = min(begin + _SAMPLE, hi)
        later = _offset(zone, until)
        if later != offset:
            change = _change(zone, begin, until, offset)
            yield start, change, offset
            start, offset = change, later
    if start < hi:
        yield start, hi, offset


def _change(zone: ZoneInfo, lo: int, hi: int, offset: int) -> int:
    """The first instant after lo, at most hi, at which the zone has left `offset`."""
    while hi - lo > 1:
        middle = (lo + hi) // 2
        if _offset(zone, middle) == offset:
            lo = middle
        else:
            hi = middle
    return hi
