"""Open time: the golden vectors without pauses, and every odd thing that a calendar, a zone or a date can be."""

from __future__ import annotations

import datetime
import time

import pytest

from core.json_values import JsonObject, JsonValue
from slas.engine import CalendarError, CalendarSpec, CompiledCalendar, HorizonError, Interval, compile_calendar
from tests.slas.engine.support import HOUR, at, office, started, utc

ALWAYS = CalendarSpec.from_json("24x7")


def due(when: str, minutes: int, calendar: CalendarSpec | None = None) -> int:
    found = started(when, minutes * 60, calendar).due_at
    assert found is not None
    return found


def open_hours(calendar: CalendarSpec, start: int, end: int) -> float:
    return compile_calendar(calendar).open_seconds(start, end) / HOUR


def test_v1_s05_a_weekend_with_the_spring_change_keeps_local_opening() -> None:
    assert due("2026-03-27 16:30", 60) == utc("2026-03-30 07:30")


def test_v2_around_the_clock_24_hours_are_24_hours_over_the_spring_change() -> None:
    assert due("2026-03-28 12:00", 24 * 60, ALWAYS) == utc("2026-03-29 11:00")


def test_v7_s01_a_lunch_break_is_skipped_within_the_day() -> None:
    assert due("2026-06-01 12:30", 60, office(["09:00", "13:00"], ["14:00", "18:00"])) == utc("2026-06-01 12:30")


def test_v8_due_exactly_at_close_stays_at_close() -> None:
    assert due("2026-06-01 16:00", 60) == utc("2026-06-01 15:00")


def test_v9_a_holiday_is_skipped() -> None:
    assert due("2026-04-30 16:30", 60, office(dates={"2026-05-01": []})) == utc("2026-05-04 07:30")


def test_s09_business_hours_count_and_wall_hours_do_not() -> None:
    assert due("2026-06-05 16:30", 60) == at("2026-06-08 09:30")


def test_s04_the_same_incident_gives_the_same_instant_whenever_it_is_computed() -> None:
    first = due("2026-01-15 16:30", 60)
    compile_calendar(office()).open_seconds(at("2026-07-01 00:00"), at("2031-07-01 00:00"))
    compile_calendar(office()).open_seconds(at("2019-07-01 00:00"), at("2020-07-01 00:00"))
    assert due("2026-01-15 16:30", 60) == first == utc("2026-01-16 08:30")


def test_s12_a_target_in_days_of_open_time_holds_no_closed_time() -> None:
    """Two working days of eight hours from Thursday noon are Monday noon."""
    assert due("2026-06-04 12:00", 2 * 8 * 60) == at("2026-06-08 12:00")


def test_start_on_the_opening_instant_counts_from_it() -> None:
    assert due("2026-06-01 09:00", 60) == at("2026-06-01 10:00")


def test_start_on_the_closing_instant_counts_from_the_next_opening() -> None:
    assert due("2026-06-01 17:00", 60) == at("2026-06-02 10:00")
    assert started("2026-06-01 17:00", 60).state == "outside_hours"


def test_adjacent_windows_are_one() -> None:
    calendar = office(["09:00", "12:00"], ["12:00", "17:00"])
    monday = at("2026-06-01 00:00"), at("2026-06-02 00:00")
    assert compile_calendar(calendar).open_intervals(*monday) == [(at("2026-06-01 09:00"), at("2026-06-01 17:00"))]


def test_a_window_whose_end_equals_its_start_runs_for_24_hours() -> None:
    calendar = CalendarSpec.from_json({"zone": "UTC", "weekly": {"mon": [["09:00", "09:00"]]}})
    assert compile_calendar(calendar).open_intervals(utc("2026-06-01 00:00"), utc("2026-06-05 00:00")) == [
        (utc("2026-06-01 09:00"), utc("2026-06-02 09:00"))
    ]


def test_an_overnight_shift_runs_on_into_the_next_day() -> None:
    calendar = office(["22:00", "06:00"], days=("mon",))
    assert due("2026-06-01 23:00", 8 * 60, calendar) == at("2026-06-08 23:00")
    assert due("2026-06-01 23:00", 7 * 60, calendar) == at("2026-06-02 06:00")


def test_a_holiday_in_the_middle_of_an_overnight_shift_ends_at_the_shifts_own_end() -> None:
    """The shift belongs to the evening on which it began; the holiday closes only what would begin on it."""
    calendar = office(["22:00", "06:00"], dates={"2026-06-02": []})
    intervals = compile_calendar(calendar).open_intervals(at("2026-06-01 12:00"), at("2026-06-04 12:00"))
    assert intervals == [
        (at("2026-06-01 22:00"), at("2026-06-02 06:00")),
        (at("2026-06-03 22:00"), at("2026-06-04 06:00")),
    ]


def test_a_shift_that_reaches_into_the_next_days_hours_counts_them_once() -> None:
    calendar = CalendarSpec.from_json(
        {"zone": "UTC", "weekly": {"mon": [["20:00", "10:00"]], "tue": [["09:00", "12:00"]]}}
    )
    assert open_hours(calendar, utc("2026-06-01 00:00"), utc("2026-06-03 00:00")) == 16


def test_an_override_opens_a_closed_day_and_another_shortens_an_open_one() -> None:
    calendar = office(dates={"2026-06-06": [["10:00", "12:00"]], "2026-06-05": [["09:00", "12:00"]]})
    assert open_hours(calendar, at("2026-06-05 00:00"), at("2026-06-06 00:00")) == 3
    assert open_hours(calendar, at("2026-06-06 00:00"), at("2026-06-07 00:00")) == 2


def test_24_00_is_the_end_of_a_day() -> None:
    calendar = office(["00:00", "24:00"])
    assert open_hours(calendar, at("2026-06-01 00:00"), at("2026-06-08 00:00")) == 5 * 24
    assert due("2026-06-05 23:00", 120, calendar) == at("2026-06-08 01:00")


def test_the_leap_day_is_a_day() -> None:
    assert due("2028-02-28 16:30", 60) == at("2028-02-29 09:30")


def test_the_year_end_is_no_border() -> None:
    assert due("2026-12-31 16:30", 60, office(dates={"2027-01-01": []})) == at("2027-01-04 09:30")


def test_a_wall_time_that_is_skipped_is_never_open() -> None:
    calendar = office(["01:00", "04:00"], days=("sun",))
    assert open_hours(calendar, at("2026-03-29 00:00"), at("2026-03-30 00:00")) == 2
    gap = office(["02:00", "03:00"], days=("sun",))
    assert due("2026-03-29 00:00", 30, gap) == at("2026-04-05 02:30")


def test_a_wall_time_that_is_repeated_is_open_both_times() -> None:
    calendar = office(["02:15", "02:45"], days=("sun",))
    intervals = compile_calendar(calendar).open_intervals(at("2026-10-25 00:00"), at("2026-10-26 00:00"))
    assert intervals == [
        (at("2026-10-25 02:15"), at("2026-10-25 02:45")),
        (at("2026-10-25 02:15", fold=1), at("2026-10-25 02:45", fold=1)),
    ]
    assert open_hours(office(["01:00", "04:00"], days=("sun",)), at("2026-10-25 00:00"), at("2026-10-26 00:00")) == 4


def test_an_overnight_shift_over_the_autumn_change_is_an_hour_longer() -> None:
    calendar = office(["22:00", "06:00"], days=("sat",))
    assert open_hours(calendar, at("2026-10-24 12:00"), at("2026-10-25 12:00")) == 9
    assert open_hours(calendar, at("2026-03-28 12:00"), at("2026-03-29 12:00")) == 7


def test_questions_in_any_order_get_the_answers_of_a_fresh_calendar() -> None:
    calendar = office(["08:00", "12:00"], ["20:00", "02:00"], dates={"2026-12-25": []})
    asked = CompiledCalendar(calendar, 30 * 31_557_600)
    years = (2026, 2031, 2019, 2027, 2012, 2040, 2026, 2019)
    for year in years:
        start = at(f"{year}-03-05 10:00")
        fresh = CompiledCalendar(calendar, 30 * 31_557_600)
        assert asked.add_open(start, 2000 * HOUR) == fresh.add_open(start, 2000 * HOUR)
        assert asked.open_intervals(start, start + 10**8) == fresh.open_intervals(start, start + 10**8)
        assert asked.open_seconds(start, start + 10**8) == fresh.open_seconds(start, start + 10**8)
        assert asked.next_open(start) == start


def test_a_zone_without_summer_time_keeps_its_offset() -> None:
    assert due("2026-03-27 16:30", 60, office(zone="Asia/Kolkata")) == at("2026-03-30 10:00", "Asia/Kolkata")
    assert at("2026-07-01 09:00", "Asia/Kolkata") == utc("2026-07-01 03:30")


def test_a_change_of_half_an_hour_is_half_an_hour() -> None:
    calendar = office(["00:00", "24:00"], zone="Australia/Lord_Howe", days=("sun",))
    lord_howe = "Australia/Lord_Howe"
    assert open_hours(calendar, at("2026-04-05 00:00", lord_howe), at("2026-04-06 00:00", lord_howe)) == 24.5
    assert open_hours(calendar, at("2026-10-04 00:00", lord_howe), at("2026-10-05 00:00", lord_howe)) == 23.5


@pytest.mark.parametrize(("old", "new"), [("Asia/Calcutta", "Asia/Kolkata"), ("US/Eastern", "America/New_York")])
def test_a_renamed_zone_means_the_same_under_both_names(old: str, new: str) -> None:
    assert due("2026-03-06 20:00", 600, office(zone=old)) == due("2026-03-06 20:00", 600, office(zone=new))


def test_a_calendar_goes_on_after_its_list_of_holidays_ends() -> None:
    calendar = office(dates={"2026-12-25": []})
    assert due("2034-12-22 16:30", 60, calendar) == at("2034-12-25 09:30")


def test_s10_a_calendar_that_ends_before_the_target_is_refused_instead_of_searched_for_ever() -> None:
    calendar = CalendarSpec.from_json({"zone": "UTC", "dates": {"2026-06-01": [["09:00", "10:00"]]}})
    assert due("2026-06-01 00:00", 60, calendar) == utc("2026-06-01 10:00")
    begin = time.perf_counter()
    with pytest.raises(HorizonError, match="too little open time in the 30 years"):
        due("2026-06-01 00:00", 61, calendar)
    with pytest.raises(HorizonError):
        compile_calendar(calendar).next_open(utc("2026-06-01 10:00"))
    assert time.perf_counter() - begin < 5


def test_s10_open_time_that_is_always_skipped_by_the_zone_is_found_to_be_none() -> None:
    calendar = CalendarSpec.from_json({"zone": "Europe/Berlin", "dates": {"2026-03-29": [["02:00", "03:00"]]}})
    with pytest.raises(HorizonError):
        due("2026-03-01 00:00", 1, calendar)


def test_a_target_longer_than_the_horizon_is_refused_and_one_just_within_is_not() -> None:
    always = compile_calendar(ALWAYS, horizon_years=1)
    year = 365 * 86_400 + 21_600
    assert always.add_open(0, year) == year
    with pytest.raises(HorizonError):
        always.add_open(0, year + 1)


def test_open_questions_have_half_open_answers() -> None:
    compiled = compile_calendar(office())
    opens, closes = at("2026-06-01 09:00"), at("2026-06-01 17:00")
    assert [compiled.is_open(t) for t in (opens - 1, opens, closes - 1, closes)] == [False, True, True, False]
    assert compiled.next_open(closes) == at("2026-06-02 09:00")
    assert compiled.next_open(opens + 5) == opens + 5
    assert compiled.open_intervals(opens - 10, opens) == []
    assert compiled.open_intervals(closes - 10, closes + 10) == [(closes - 10, closes)]
    assert compiled.open_seconds(closes, opens) == 0
    assert compiled.open_intervals(closes, opens) == []


def test_an_instant_outside_1970_to_2200_and_negative_open_time_are_refused() -> None:
    compiled = compile_calendar(office())
    for instant in (-1, 8_000_000_000):
        with pytest.raises(CalendarError, match="between the years 1970 and 2200"):
            compiled.is_open(instant)
    with pytest.raises(ValueError, match="must not be negative"):
        compiled.add_open(0, -1)
    assert compiled.next_open(0) == at("1970-01-01 09:00")


def test_equal_calendars_are_compiled_once() -> None:
    again = CalendarSpec("Europe/Berlin", {day: (Interval(540, 1020),) for day in (4, 3, 2, 1, 0)})
    assert again == office()
    assert compile_calendar(again) is compile_calendar(office())
    assert again != office(zone="Europe/Paris")
    assert again != "24x7"


def test_a_calendar_survives_json_in_one_fixed_form() -> None:
    data: JsonObject = {
        "zone": "Europe/Berlin",
        "weekly": {"tue": [["14:00", "18:00"], ["09:00", "13:00"]], "mon": [["22:00", "06:00"]], "sun": []},
        "dates": {"2026-12-25": [], "2026-12-24": [["09:00", "12:00"]]},
    }
    calendar = CalendarSpec.from_json(data)
    assert calendar.to_json() == {
        "zone": "Europe/Berlin",
        "weekly": {"mon": [["22:00", "06:00"]], "tue": [["09:00", "13:00"], ["14:00", "18:00"]]},
        "dates": {"2026-12-24": [["09:00", "12:00"]], "2026-12-25": []},
    }
    assert list(calendar.dates) == [datetime.date(2026, 12, 24), datetime.date(2026, 12, 25)]
    assert CalendarSpec.from_json(calendar.to_json()) == calendar
    berlin: JsonObject = {"zone": "Europe/Berlin", "always": True}
    assert CalendarSpec.from_json(berlin).to_json() == berlin
    assert ALWAYS.to_json() == "24x7"


MONDAY = {"mon": [["09:00", "17:00"]]}


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        ({"zone": "Mars/Olympus", "weekly": MONDAY}, "zone", '"Mars/Olympus" is not a known IANA zone'),
        ({"zone": "../etc/passwd", "weekly": MONDAY}, "zone", "not a known IANA zone"),
        ({"zone": "Europe", "weekly": MONDAY}, "zone", "not a known IANA zone"),
        ({"zone": "right/Europe/Berlin", "weekly": MONDAY}, "zone", "not a known IANA zone"),
        ({"zone": "localtime", "weekly": MONDAY}, "zone", "not a known IANA zone"),
        ({"weekly": MONDAY}, "zone", "is required"),
        ({"zone": 5, "weekly": MONDAY}, "zone", "is required"),
        ({"zone": "UTC", "weekly": {"mon": [["9am", "17:00"]]}}, "weekly.mon[0]", '"9am" is not a time'),
        ({"zone": "UTC", "weekly": {"mon": [["09:60", "17:00"]]}}, "weekly.mon[0]", '"09:60" is not a time'),
        ({"zone": "UTC", "weekly": {"mon": [["09:00", "24:01"]]}}, "weekly.mon[0]", '"24:01" is not a time'),
        ({"zone": "UTC", "weekly": {"mon": [["24:00", "09:00"]]}}, "weekly.mon[0]", "can be an end, not a start"),
        ({"zone": "UTC", "weekly": {"mon": [["09:00"]]}}, "weekly.mon[0]", "must be"),
        ({"zone": "UTC", "weekly": {"mon": [[9, 17]]}}, "weekly.mon[0]", '"9" is not a time'),
        ({"zone": "UTC", "weekly": {"mon": "09:00-17:00"}}, "weekly.mon", "must be a list"),
        ({"zone": "UTC", "weekly": {"monday": []}}, "weekly.monday", '"monday" is not a weekday'),
        ({"zone": "UTC", "weekly": [MONDAY]}, "weekly", "must be an object"),
        ({"zone": "UTC", "weekly": MONDAY, "dates": {"25.12.2026": []}}, "dates.25.12.2026", "is not a date"),
        ({"zone": "UTC", "weekly": MONDAY, "dates": {"2026-02-30": []}}, "dates.2026-02-30", "is not a date"),
        ({"zone": "UTC", "weekly": MONDAY, "dates": {"20261225": []}}, "dates.20261225", "is not a date"),
        ({"zone": "UTC", "weekly": MONDAY, "holidays": []}, "holidays", "is not a field"),
        ({"zone": "UTC"}, "weekly", "no open time at all"),
        ({"zone": "UTC", "weekly": {"mon": []}, "dates": {"2026-12-25": []}}, "weekly", "no open time at all"),
        ({"zone": "UTC", "weekly": MONDAY, "always": True}, "always", "has no weekly hours"),
        ({"zone": "UTC", "always": "yes"}, "always", "true or false"),
        ("8x5", "calendar", "must be an object"),
        (None, "calendar", "must be an object"),
    ],
)
def test_s10_a_calendar_that_cannot_be_used_is_refused_by_name(data: JsonValue, field: str, message: str) -> None:
    with pytest.raises(CalendarError) as caught:
        CalendarSpec.from_json(data)
    assert caught.value.field == field
    assert message in caught.value.message
    assert str(caught.value) == f"{field}: {caught.value.message}"


@pytest.mark.parametrize(
    "rows",
    [
        [["09:00", "13:00"], ["12:59", "18:00"]],
        [["12:00", "11:00"], ["20:00", "21:00"]],
        [["09:00", "09:00"], ["10:00", "11:00"]],
        [["09:00", "10:00"], ["09:00", "10:00"]],
    ],
)
def test_overlapping_windows_and_overlapping_overrides_are_refused(rows: list[list[str]]) -> None:
    with pytest.raises(CalendarError, match=r"^weekly.mon: .* overlap"):
        CalendarSpec.from_json({"zone": "UTC", "weekly": {"mon": rows}})
    with pytest.raises(CalendarError, match=r"^dates.2026-12-24: .* overlap"):
        CalendarSpec.from_json({"zone": "UTC", "weekly": MONDAY, "dates": {"2026-12-24": rows}})


@pytest.mark.parametrize(("start", "end"), [(-1, 60), (1440, 60), (0, 1441), (0, -1)])
def test_a_window_outside_its_day_is_refused(start: int, end: int) -> None:
    with pytest.raises(CalendarError, match="is not a minute of a day"):
        Interval(start, end)


def test_a_weekday_number_outside_the_week_is_refused() -> None:
    with pytest.raises(CalendarError, match="7 is not a weekday"):
        CalendarSpec("UTC", {7: (Interval(0, 60),)})
