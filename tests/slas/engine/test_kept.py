"""What the engine keeps is bounded in bytes, whatever the calendars are, and answers stay the same."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest

from core import deadline
from slas.engine import CalendarSpec, CompiledCalendar, Kept, calculating_aside, compile_calendar
from slas.engine.compiled import CHUNK, YEAR
from tests.slas.engine.support import office, utc

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A calendar from before there were limits: open every second minute.
_ROWS = [[f"{n // 30:02d}:{n % 30 * 2:02d}", f"{n // 30:02d}:{n % 30 * 2 + 1:02d}"] for n in range(720)]
EVERY_SECOND_MINUTE = CalendarSpec.from_json({"zone": "UTC", "weekly": dict.fromkeys(WEEK, _ROWS)})


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    kept: Kept[str, int] = Kept(100)
    kept.keep("a", 1, 40)
    kept.keep("b", 2, 40)
    assert kept.get("a") == 1
    kept.keep("c", 3, 40)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, 3)
    assert kept.weight == 80


def test_whoever_comes_second_gets_what_the_first_has_made() -> None:
    kept: Kept[str, int] = Kept(100)
    assert kept.keep("a", 1, 10) == 1
    assert kept.keep("a", 2, 10) == 1
    assert (len(kept), kept.weight) == (1, 10)


def test_what_alone_is_too_heavy_is_handed_back_and_not_kept() -> None:
    kept: Kept[str, int] = Kept(100)
    kept.keep("small", 1, 60)
    assert kept.keep("large", 2, 101) == 2
    assert (kept.get("small"), kept.get("large"), kept.weight) == (1, None, 60)


def test_threads_may_share_it() -> None:
    kept: Kept[int, int] = Kept(1000)

    def use(first: int) -> None:
        for number in range(2000):
            key = (first + number) % 50
            assert kept.get(key) in (None, key)
            kept.keep(key, key, 30)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(use, range(4)))
    assert kept.weight == 30 * len(kept) <= 1000


def test_a_far_deadline_in_a_calendar_of_many_windows_takes_little_memory() -> None:
    """Twenty years of it are over two and a half million intervals."""
    calendar = CompiledCalendar(EVERY_SECOND_MINUTE, 30 * YEAR, Kept(4 * 2**20))
    start, minutes = utc("2026-01-01 00:00"), 720 * 1000
    tracemalloc.start()
    due = calendar.add_open(start, minutes * 60)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert due == start + 1000 * 86_400 - 60
    assert peak < 40 * 2**20


def test_a_chunk_that_was_forgotten_is_tabled_again_and_says_the_same() -> None:
    room_for_one: Kept[tuple[int, int], object] = Kept(20_000)
    forgetful = CompiledCalendar(office(), 30 * YEAR, room_for_one)  # type: ignore[arg-type]
    steady = CompiledCalendar(office(), 30 * YEAR)
    start = utc("2026-01-05 10:00")
    for days in (1, 200, 3, 900, 127, 128, 129, 2000, 1):
        end = start + days * 86_400
        assert forgetful.open_seconds(start, end) == steady.open_seconds(start, end)
        assert forgetful.open_intervals(start, end) == steady.open_intervals(start, end)
        assert forgetful.add_open(start, days * 1000) == steady.add_open(start, days * 1000)
        assert room_for_one.weight <= 20_000


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_an_interval_over_the_border_of_two_chunks_is_one(shift: int) -> None:
    always = compile_calendar(CalendarSpec.from_json("24x7"))
    border = 160 * CHUNK
    assert always.open_intervals(border - 3600, border + 3600) == [(border - 3600, border + 3600)]
    assert always.add_open(border - 3600, 3600 + shift) == border + shift
    assert always.open_seconds(border + shift, border + 7200) == 7200 - shift
    assert always.next_open(border + shift) == border + shift


def test_never_fewer_intervals_are_counted_than_there_are() -> None:
    calendar = compile_calendar(office(["09:00", "12:00"], ["13:00", "17:00"]))
    start = utc("2026-01-05 10:00")
    for days in (0, 1, 5, 300):
        end = start + days * 86_400
        found = len(calendar.open_intervals(start, end))
        assert found <= calendar.count_intervals(start, end) <= found + days * 86_400 // CHUNK + 1


def test_calendars_that_are_asked_for_once_do_not_pile_up() -> None:
    with calculating_aside(30):
        for number in range(300):
            hours = [[f"{n:02d}:{number % 50:02d}", f"{n:02d}:{number % 50 + 5:02d}"] for n in range(12)]
            spec = CalendarSpec.from_json({"zone": "UTC", "weekly": dict.fromkeys(WEEK[: 1 + number % 7], hours)})
            calendar = compile_calendar(spec, horizon_years=1 + number)
            calendar.open_seconds(utc("2026-01-01 00:00"), utc("2028-01-01 00:00"))
            chunks = calendar._chunks
        assert 0 < chunks.weight <= chunks.most


def test_what_takes_too_long_is_left_between_two_chunks() -> None:
    calendar = CompiledCalendar(office(), 30 * YEAR)
    with deadline.limited_to(0.000_001), pytest.raises(deadline.TimeIsUp):
        calendar.open_seconds(utc("2026-01-01 00:00"), utc("2050-01-01 00:00"))
    assert calendar.open_seconds(utc("2026-01-05 00:00"), utc("2026-01-06 00:00")) == 8 * 3600
