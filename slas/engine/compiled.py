"""A calendar as UTC intervals with running totals: adding or measuring open time is two binary searches.

Time is cut into chunks of 128 days. A chunk is tabled when somebody asks for it and kept while there is room, in one
store for all calendars that is bounded in bytes; of each chunk that was tabled its total stays. So neither a far
deadline nor a calendar of many windows needs more memory than a chunk at a time.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from itertools import accumulate, count
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core import deadline, moments
from slas.engine.calendar import CalendarError, CalendarSpec, Interval, load_zone
from slas.engine.kept import Kept

DAY = 86_400
YEAR = 365 * DAY + DAY // 4
# 1970-01-01 was a Thursday.
_EPOCH_WEEKDAY = 3
_EPOCH_ORDINAL = 719_163
# Instants outside 1970 to 2200 are mistakes, and refusing them bounds every table.
EARLIEST = int(moments.EARLIEST.timestamp())
LATEST = int(moments.LATEST.timestamp())
CHUNK = 128 * DAY
_CHUNKS = -(-LATEST // CHUNK)
# How far apart offsets are sampled. No zone changes its offset twice within this time.
_SAMPLE = 6 * 3600
# The bytes of an interval in a chunk: three whole numbers, each an object and its place in a list.
_INTERVAL = 3 * (32 + 8)
# What a process keeps of chunks and of calendars, and what a calculation on the side may.
MOST_OF_CHUNKS = 24 * 2**20
MOST_OF_CALENDARS = 8 * 2**20
MOST_ASIDE = 8 * 2**20


class HorizonError(CalendarError):
    """The calendar has too little open time within its horizon to answer."""


class _Chunk(NamedTuple):
    """The open intervals of one chunk. `totals[i]` is the open time between its begin and the start of interval i."""

    starts: list[int]
    ends: list[int]
    totals: list[int]
    total: int

    def before(self, instant: int) -> int:
        i = bisect_right(self.starts, instant) - 1
        if i < 0:
            return 0
        closes = self.ends[i]
        return self.totals[i] + (instant if instant < closes else closes) - self.starts[i]

    @property
    def weight(self) -> int:
        """About its bytes, with those of what holds it."""
        return 600 + _INTERVAL * len(self.starts)


Chunks = Kept[tuple[int, int], _Chunk]
_numbers = count()


class CompiledCalendar:
    """Questions about open time. Instants are epoch seconds from 1970 to 2200, intervals are half-open.

    Tabled on demand, chunk by chunk. A chunk is never changed, so threads may share one calendar.
    """

    def __init__(self, spec: CalendarSpec, horizon_seconds: int, chunks: Chunks | None = None) -> None:
        self.spec = spec
        self._zone = load_zone(spec.zone)
        self._horizon = horizon_seconds
        self._by_weekday = [_in_seconds(spec.weekly.get(day, ())) for day in range(7)]
        self._by_date = {day.toordinal() - _EPOCH_ORDINAL: _in_seconds(windows) for day, windows in spec.dates.items()}
        self._chunks = _shared.chunks if chunks is None else chunks
        self._number = next(_numbers)
        # The open time of each chunk that was ever tabled; -1 of the others.
        self._totals = array("i", [-1]) * _CHUNKS
        # Most questions are about the chunk of the question before.
        self._last: tuple[int, _Chunk] | None = None

    @property
    def weight(self) -> int:
        """About its bytes, with those of its spec and of the one chunk that it holds itself."""
        days = [*self.spec.weekly.values(), *self.spec.dates.values()]
        chunk = _INTERVAL * (CHUNK // DAY) * max(map(len, days), default=1)
        return 8_000 + 500 * len(self.spec.dates) + 350 * sum(map(len, days)) + chunk

    def open_seconds(self, start: int, end: int) -> int:
        """Open seconds in [start, end); 0 if end is not after start."""
        if end <= start:
            return 0
        first, last = self._numbers(start, end)
        chunk = self._chunk(first)
        if first == last:
            return chunk.before(end) - chunk.before(start)
        between = sum(self._total(number) for number in range(first + 1, last))
        return chunk.total - chunk.before(start) + between + self._chunk(last).before(end)

    def add_open(self, start: int, seconds: int) -> int:
        """The first instant by which `seconds` of open time have passed; a due time at close stays there.

        Raises `HorizonError` when the horizon ends first, `ValueError` for negative seconds.
        """
        if seconds < 0:
            raise ValueError("Open time to add must not be negative.")
        if seconds == 0:
            return start
        number, limit = self._number_of(start), self._limit(start)
        wanted = self._chunk(number).before(start) + seconds
        while wanted > (total := self._total(number)):
            wanted -= total
            number = self._next(number, start, limit)
        chunk = self._chunk(number)
        i = bisect_left(chunk.totals, wanted) - 1
        found = chunk.starts[i] + wanted - chunk.totals[i]
        if found > limit:
            raise self._too_little(start)
        return found

    def is_open(self, instant: int) -> bool:
        chunk = self._chunk(self._number_of(instant))
        i = bisect_right(chunk.starts, instant) - 1
        return i >= 0 and instant < chunk.ends[i]

    def next_open(self, instant: int) -> int:
        """The instant itself if it is open, else the next opening. Raises `HorizonError` if there is none."""
        number, limit = self._number_of(instant), self._limit(instant)
        while True:
            chunk = self._chunk(number)
            i = bisect_right(chunk.ends, instant)
            if i < len(chunk.starts):
                return max(instant, chunk.starts[i])
            number = self._next(number, instant, limit)

    def open_intervals(self, start: int, end: int) -> list[tuple[int, int]]:
        """The open intervals of [start, end), cut to it, in order, none empty, none touching the next."""
        if end <= start:
            return []
        first, last = self._numbers(start, end)
        found: list[tuple[int, int]] = []
        for number in range(first, last + 1):
            chunk = self._chunk(number)
            one, two = bisect_right(chunk.ends, start), bisect_left(chunk.starts, end)
            inside = [(max(start, chunk.starts[i]), min(end, chunk.ends[i])) for i in range(one, two)]
            if found and inside and found[-1][1] == inside[0][0]:
                # One interval that the border of two chunks has cut.
                inside[0] = (found.pop()[0], inside[0][1])
            found += inside
        return found

    def count_intervals(self, start: int, end: int) -> int:
        """At most so many open intervals lie in [start, end)."""
        if end <= start:
            return 0
        first, last = self._numbers(start, end)
        return sum(
            bisect_left(chunk.starts, end) - bisect_right(chunk.ends, start)
            for chunk in map(self._chunk, range(first, last + 1))
        )

    def _limit(self, start: int) -> int:
        limit = start + self._horizon
        return limit if limit < LATEST else LATEST

    def _next(self, number: int, start: int, limit: int) -> int:
        if (number + 1) * CHUNK >= limit:
            raise self._too_little(start)
        return number + 1

    def _too_little(self, start: int) -> HorizonError:
        years = round(self._horizon / YEAR)
        return HorizonError("calendar", f"has too little open time in the {years} years after {start}")

    def _number_of(self, instant: int) -> int:
        """The chunk in which the instant lies."""
        if EARLIEST <= instant < LATEST:
            return instant // CHUNK
        raise _outside()

    def _numbers(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last chunk that [start, end) touches."""
        if start >= EARLIEST and end <= LATEST:
            return start // CHUNK, (end - 1) // CHUNK
        raise _outside()

    def _total(self, number: int) -> int:
        known = self._totals[number]
        return self._chunk(number).total if known < 0 else known

    def _chunk(self, number: int) -> _Chunk:
        last = self._last
        if last is not None and last[0] == number:
            return last[1]
        chunk = self._chunks.get((self._number, number)) or self._tabled(number)
        self._last = number, chunk
        return chunk

    def _tabled(self, number: int) -> _Chunk:
        # Many of these make up whatever takes long here.
        deadline.check()
        chunk = _tabulate(self._open(number * CHUNK, min((number + 1) * CHUNK, LATEST)))
        self._totals[number] = chunk.total
        return self._chunks.keep((self._number, number), chunk, chunk.weight)

    def _open(self, lo: int, hi: int) -> Iterator[tuple[int, int]]:
        """Open UTC intervals of [lo, hi) in order of their starts; they may touch or overlap."""
        if self.spec.always:
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


class _Stores(NamedTuple):
    """Where compiled calendars and their chunks are kept, and how many years they look ahead by default."""

    calendars: Kept[tuple[CalendarSpec, int], CompiledCalendar]
    chunks: Chunks
    horizon_years: int


_shared = _Stores(Kept(MOST_OF_CALENDARS), Kept(MOST_OF_CHUNKS), 30)
_stores: ContextVar[_Stores] = ContextVar("slas_engine_stores", default=_shared)


def compile_calendar(spec: CalendarSpec, horizon_years: int | None = None) -> CompiledCalendar:
    """The compiled calendar, the same object for an equal spec while it is kept."""
    stores = _stores.get()
    key = (spec, horizon_years or stores.horizon_years)
    known = stores.calendars.get(key)
    if known is not None:
        return known
    made = CompiledCalendar(spec, key[1] * YEAR, stores.chunks)
    return stores.calendars.keep(key, made, made.weight)


@contextmanager
def calculating_aside(horizon_years: int) -> Iterator[None]:
    """Whatever is compiled inside looks so far ahead, and is forgotten without pushing out what others ask for."""
    token = _stores.set(_Stores(Kept(MOST_ASIDE), Kept(MOST_ASIDE), horizon_years))
    try:
        yield
    finally:
        _stores.reset(token)


def _outside() -> CalendarError:
    return CalendarError("instant", "must lie between the years 1970 and 2200")


def _in_seconds(windows: Iterable[Interval]) -> tuple[tuple[int, int], ...]:
    return tuple((window.start_minute * 60, window.stop_minute * 60) for window in windows)


def _tabulate(intervals: Iterable[tuple[int, int]]) -> _Chunk:
    starts: list[int] = []
    ends: list[int] = []
    for start, end in intervals:
        if ends and start <= ends[-1]:
            ends[-1] = max(end, ends[-1])
        else:
            starts.append(start)
            ends.append(end)
    sums = list(accumulate((e - s for s, e in zip(starts, ends, strict=True)), initial=0))
    return _Chunk(starts, ends, sums[:-1], sums[-1])


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
