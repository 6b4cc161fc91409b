"""What changes of the engine had gone unnoticed: deadlines years ahead, the words of refusals, and lines to the end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from core.json_values import JsonObject
from slas.engine import (
    CalendarError,
    CalendarSpec,
    Explanation,
    HorizonError,
    Interval,
    Terms,
    compile_calendar,
    countdown_text,
    explain,
    from_instant,
    judge,
    to_instant,
)
from slas.engine.compiled import EARLIEST, LATEST
from tests.slas.engine.support import HOUR, at, log, office, utc

DAY = 86_400


# --- far ahead -------------------------------------------------------------------------------------------------------


def test_a_deadline_years_ahead_is_found_step_by_step() -> None:
    """An hour on Mondays: two hundred hours are two hundred weeks, far beyond what is tabled at first."""
    calendar = compile_calendar(office(["09:00", "10:00"], days=("mon",), zone="UTC"))
    start = utc("2026-06-01 09:00")
    for weeks in (1, 10, 60, 120, 200):
        assert calendar.add_open(start, weeks * HOUR) == start + (weeks - 1) * 7 * DAY + HOUR
        assert calendar.open_seconds(start, start + weeks * 7 * DAY) == weeks * HOUR


def test_a_fresh_calendar_finds_it_at_once_too() -> None:
    start = utc("2026-06-01 09:00")
    for weeks in (200, 120, 60):
        calendar = compile_calendar(office(["09:00", f"10:{weeks % 60:02d}"], days=("mon",), zone="UTC"))
        week = HOUR + weeks % 60 * 60
        assert calendar.add_open(start, weeks * week) == start + (weeks - 1) * 7 * DAY + week


def test_the_next_opening_may_be_years_away() -> None:
    calendar = compile_calendar(
        CalendarSpec.from_json({"zone": "UTC", "weekly": {}, "dates": {"2031-01-01": [["09:00", "10:00"]]}})
    )
    assert calendar.next_open(utc("2026-06-01 00:00")) == utc("2031-01-01 09:00")
    assert calendar.add_open(utc("2026-06-01 00:00"), HOUR) == utc("2031-01-01 10:00")


def test_too_little_open_time_is_said_with_the_year_it_was_looked_for_from() -> None:
    spec: JsonObject = {"zone": "UTC", "weekly": {}, "dates": {"2026-01-01": [["09:00", "10:00"]]}}
    calendar, start = compile_calendar(CalendarSpec.from_json(spec)), utc("2026-06-01 00:00")
    asks: tuple[Callable[[], int], ...] = (partial(calendar.add_open, start, HOUR), partial(calendar.next_open, start))
    for ask in asks:
        with pytest.raises(HorizonError) as refused:
            ask()
        assert refused.value.field == "calendar"
        assert refused.value.message.startswith("has too little open time in the ")
        assert refused.value.message.endswith(f" years after {start}")


def test_the_ends_of_time_are_inside_and_what_lies_beyond_is_refused_to_the_word() -> None:
    calendar = compile_calendar(CalendarSpec.from_json("24x7"))
    assert calendar.open_seconds(EARLIEST, EARLIEST + 1) == 1
    assert calendar.open_seconds(LATEST - 1, LATEST) == 1
    for a, b in ((EARLIEST - 1, EARLIEST + 1), (LATEST - 1, LATEST + 1)):
        office_hours = compile_calendar(office(zone="UTC"))
        with pytest.raises(CalendarError) as refused:
            office_hours.open_seconds(a, b)
        assert (refused.value.field, refused.value.message) == ("instant", "must lie between the years 1970 and 2200")


def test_an_empty_stretch_has_nothing_in_it() -> None:
    calendar, noon = compile_calendar(office()), at("2026-06-01 12:00")
    assert calendar.open_seconds(noon, noon) == 0
    assert list(calendar.open_intervals(noon, noon)) == []


def test_less_than_nothing_cannot_be_added() -> None:
    with pytest.raises(ValueError, match=r"^Open time to add must not be negative\.$"):
        compile_calendar(office()).add_open(at("2026-06-01 12:00"), -1)


def test_a_moment_without_a_zone_is_refused_to_the_word() -> None:
    with pytest.raises(ValueError, match=r"^A moment needs a time zone\.$"):
        to_instant(from_instant(0).replace(tzinfo=None))


# --- to the word -----------------------------------------------------------------------------------------------------

HOURS = {"zone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}}
DAYS = "mon, tue, wed, thu, fri, sat, sun"
REFUSED: dict[str, tuple[Any, str, str]] = {
    "no zone": ({"weekly": HOURS["weekly"]}, "zone", "an IANA zone such as Europe/Berlin is required"),
    "always and hours": (
        HOURS | {"always": True},
        "always",
        "a calendar that is always open has no weekly hours and no dates",
    ),
    "nothing open": ({"zone": "UTC"}, "weekly", "the calendar has no open time at all"),
    "a field too much": (HOURS | {"days": 1}, "days", "is not a field of a calendar (zone, weekly, dates)"),
    "always that is a word": ({"zone": "UTC", "always": "yes"}, "always", "must be true or false"),
    "hours that are a list": ({"zone": "UTC", "weekly": []}, "weekly", "must be an object"),
    "an unknown day": ({"zone": "UTC", "weekly": {"day": []}}, "weekly.day", f'"day" is not a weekday ({DAYS})'),
    "windows that are a word": (
        {"zone": "UTC", "weekly": {"mon": "09-17"}},
        "weekly.mon",
        'must be a list of ["HH:MM", "HH:MM"]',
    ),
    "windows of a date that are a word": (
        HOURS | {"dates": {"2026-12-24": "09-17"}},
        "dates.2026-12-24",
        'must be a list of ["HH:MM", "HH:MM"]',
    ),
    "half a window": ({"zone": "UTC", "weekly": {"mon": [["09:00"]]}}, "weekly.mon[0]", 'must be ["HH:MM", "HH:MM"]'),
    "a start at the end": (
        {"zone": "UTC", "weekly": {"mon": [["24:00", "25:00"]]}},
        "weekly.mon[0]",
        '"25:00" is not a time (HH:MM, from 00:00 to 24:00)',
    ),
    "midnight as a start": (
        {"zone": "UTC", "weekly": {"mon": [["24:00", "09:00"]]}},
        "weekly.mon[0]",
        "24:00 can be an end, not a start",
    ),
    "windows that overlap": (
        {"zone": "UTC", "weekly": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}},
        "weekly.mon",
        "09:00-12:00 and 11:00-13:00 overlap",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_hours_are_refused_to_the_word(case: str) -> None:
    data, field, message = REFUSED[case]
    with pytest.raises(CalendarError) as refused:
        CalendarSpec.from_json(data)
    assert (refused.value.field, refused.value.message) == (field, message)


@pytest.mark.parametrize(
    ("minutes", "field", "message"),
    [
        ((-1, 60), "start", "-1 is not a minute of a day (0 to 1439)"),
        ((1440, 60), "start", "1440 is not a minute of a day (0 to 1439)"),
        ((0, -1), "end", "-1 is not a minute of a day (0 to 1440)"),
        ((0, 1441), "end", "1441 is not a minute of a day (0 to 1440)"),
    ],
)
def test_a_minute_that_no_day_has_is_refused_to_the_word(minutes: tuple[int, int], field: str, message: str) -> None:
    with pytest.raises(CalendarError) as refused:
        Interval(*minutes)
    assert (refused.value.field, refused.value.message) == (field, message)


def test_a_weekday_that_no_week_has_is_refused_to_the_word() -> None:
    with pytest.raises(CalendarError) as refused:
        CalendarSpec(zone="UTC", weekly={7: (Interval(0, 60),)})
    assert (refused.value.field, refused.value.message) == (
        "weekly",
        "7 is not a weekday (0 is Monday, 6 is Sunday)",
    )


# --- lines to the end ------------------------------------------------------------------------------------------------


def explained(start: str, now: str, hours: int = 4, zone: str | None = None) -> Explanation:
    return explain(judge(Terms(office(), hours * HOUR), log((start, "start")), at(now)), at(now), zone)


@pytest.mark.parametrize(
    ("now", "state"),
    [("2026-06-05 15:00", "running"), ("2026-06-05 20:00", "outside_hours"), ("2026-06-08 10:30", "at_risk")],
)
def test_the_lines_ahead_run_from_now_to_the_deadline_without_a_gap(now: str, state: str) -> None:
    terms = Terms(office(), 4 * HOUR)
    found = judge(terms, log(("2026-06-05 15:00", "start")), at(now))
    assert found.state == state
    ahead = explain(found, at(now)).ahead
    assert ahead[0].from_ == at(now)
    assert ahead[-1].to == found.due_at == at("2026-06-08 11:00")
    assert all(one.to == two.from_ and one.kind != two.kind for one, two in pairwise(ahead))
    assert all(line.ahead is True and line.seconds == line.to - line.from_ for line in ahead)
    assert sum(line.seconds for line in ahead if line.kind == "open") == found.remaining_seconds


def test_a_deadline_in_a_closed_hour_has_a_closed_line_before_it() -> None:
    """A date that was agreed by hand may lie where nobody is there."""
    terms, now = Terms(office(), agreed_at=at("2026-06-06 12:00")), at("2026-06-05 16:00")
    ahead = explain(judge(terms, log(("2026-06-05 15:00", "start")), now), now).ahead
    assert [(line.kind, line.from_, line.to, line.ahead) for line in ahead] == [
        ("open", now, at("2026-06-05 17:00"), True),
        ("closed", at("2026-06-05 17:00"), at("2026-06-06 12:00"), True),
    ]


@pytest.mark.parametrize(
    ("due", "words"),
    [("2026-06-07 12:00", "due Sun 12:00"), ("2026-06-08 12:00", "due Mon 8 Jun 12:00")],
)
def test_up_to_six_days_ahead_the_weekday_says_enough(due: str, words: str) -> None:
    terms, now = Terms(office(), agreed_at=at(due)), at("2026-06-01 10:00")
    text = countdown_text(explain(judge(terms, log(("2026-06-01 09:00", "start")), now), now))
    assert text.endswith(words)


def test_the_readers_day_decides_what_today_is() -> None:
    """For a reader in Tokyo half an hour of Monday is left too, and the rest is their Tuesday afternoon."""
    now = "2026-06-01 16:30"
    berlin, tokyo = (countdown_text(explained(now, now, 1, zone)) for zone in ("Europe/Berlin", "Asia/Tokyo"))
    assert berlin == "30 min left today · continues Tue 09:00 · due Tue 09:30"
    assert tokyo == "30 min left today · continues Tue 16:00 · due Tue 16:30"


def test_what_is_missed_has_nothing_left_of_a_date_either() -> None:
    terms = Terms(office(), agreed_at=at("2026-06-01 12:00"))
    found = judge(terms, log(("2026-06-01 09:00", "start")), at("2026-06-01 13:00"))
    assert (found.remaining_seconds, found.breached_at) == (0, at("2026-06-01 12:00"))
    assert found.consumed_seconds == found.used_seconds == 4 * HOUR
