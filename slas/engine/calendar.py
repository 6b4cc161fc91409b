"""Support calendars: the hours in which a promise counts, as local wall times in one zone.

Convention: **an instant is open if its local wall time lies in a window.** So a wall time that a zone skips
is never open, a wall time that a zone repeats is open both times it occurs, and nothing depends on today's
offset. A window belongs to the date on which it starts: an override for a date replaces the windows that
start on that date, and a shift that began the evening before runs on to its end. Windows of two neighbouring
dates that overlap union.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, TypedDict
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from core.json_values import JsonObject, JsonValue

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = "24x7"
MINUTES_PER_DAY = 1440

# What a new calendar may hold. Those that are older may hold more: what was promised in them stands.
MOST_WINDOWS = 12
MOST_DATES = 1_000

_TIME = re.compile(r"([0-9]{2}):([0-9]{2})")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Dates outside the years that the engine counts in would never be looked at.
_COUNTED_YEARS = ("1970", "2199")
# Files that sit beside the zones and are none: copies with leap seconds, or the machine's own zone.
_NO_ZONES = re.compile(r"(right|posix)/.*|localtime|posixrules|Factory")


class CalendarError(ValueError):
    """A calendar that cannot be used: `field` names the part at fault (`weekly.mon[0]`), `message` says
    why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, order=True, slots=True)
class Interval:
    """A window in local wall minutes: start 0..1439, end 0..1440.

    An end that is not after its start runs over midnight, so equal ones make a window of 24 hours.
    """

    start_minute: int
    end_minute: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_minute < MINUTES_PER_DAY:
            raise CalendarError("start", f"{self.start_minute} is not a minute of a day (0 to 1439)")
        if not 0 <= self.end_minute <= MINUTES_PER_DAY:
            raise CalendarError("end", f"{self.end_minute} is not a minute of a day (0 to 1440)")

    @property
    def stop_minute(self) -> int:
        """The end counted from midnight of the start's date: above 1440 when it runs over midnight."""
        if self.end_minute > self.start_minute:
            return self.end_minute
        return self.end_minute + MINUTES_PER_DAY

    def to_json(self) -> list[str]:
        return [_clock_text(self.start_minute), _clock_text(self.end_minute)]


class CalendarHours(TypedDict, total=False):
    """What `CalendarSpec.to_json` wrote, once it has been read: windows by name of the weekday and by ISO date."""

    zone: str
    always: bool
    weekly: Mapping[str, Sequence[Sequence[str]]]
    dates: Mapping[str, Sequence[Sequence[str]]]


@dataclass(frozen=True, eq=False)
class CalendarSpec:
    """A calendar as somebody wrote it: IANA zone, windows by weekday (0 is Monday), windows by date.

    `dates` replaces the weekday's windows on that date: none closes it, other windows shorten or open it.
    `always` is open around the clock and has no windows. Equal and hashable by content.
    Raises `CalendarError`.
    """

    zone: str
    weekly: Mapping[int, tuple[Interval, ...]] = field(default_factory=dict)
    dates: Mapping[datetime.date, tuple[Interval, ...]] = field(default_factory=dict)
    always: bool = False

    def __post_init__(self) -> None:
        load_zone(self.zone)
        weekly: dict[int, tuple[Interval, ...]] = {}
        for day in sorted(self.weekly):
            if day not in range(7):
                raise CalendarError("weekly", f"{day} is not a weekday (0 is Monday, 6 is Sunday)")
            windows = _in_order(self.weekly[day], f"weekly.{WEEKDAYS[day]}")
            if windows:
                weekly[day] = windows
        dates = {d: _in_order(self.dates[d], f"dates.{d.isoformat()}") for d in sorted(self.dates)}
        self._check_hours(weekly, dates)
        key = (self.zone, self.always, tuple(weekly.items()), tuple(dates.items()))
        object.__setattr__(self, "weekly", weekly)
        object.__setattr__(self, "dates", dates)
        object.__setattr__(self, "_key", key)
        object.__setattr__(self, "_hash", hash(key))

    def _check_hours(
        self, weekly: Mapping[int, tuple[Interval, ...]], dates: Mapping[datetime.date, tuple[Interval, ...]]
    ) -> None:
        if self.always and (weekly or dates):
            raise CalendarError("always", "a calendar that is always open has no weekly hours and no dates")
        if not self.always and not weekly and not any(dates.values()):
            raise CalendarError("weekly", "the calendar has no open time at all")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CalendarSpec):
            return NotImplemented
        return bool(self.__dict__["_key"] == other.__dict__["_key"])

    def __hash__(self) -> int:
        return int(self.__dict__["_hash"])

    @classmethod
    def from_json(cls, data: JsonValue) -> CalendarSpec:
        """Read `"24x7"` or `{"zone", "weekly": {"mon": [["09:00", "17:00"]]}, "dates": {"2026-12-25": []}}`.

        Raises `CalendarError`.
        """
        if data == ALWAYS:
            return cls(zone="UTC", always=True)
        if not isinstance(data, Mapping):
            raise CalendarError("calendar", f'must be an object or "{ALWAYS}"')
        unknown = sorted(str(name) for name in data if name not in ("zone", "weekly", "dates", "always"))
        if unknown:
            raise CalendarError(unknown[0], "is not a field of a calendar (zone, weekly, dates)")
        zone, always = data.get("zone", ""), data.get("always", False)
        if not isinstance(always, bool):
            raise CalendarError("always", "must be true or false")
        return cls(
            # What is no text is no zone either, and is refused like none.
            zone=zone if isinstance(zone, str) else "",
            weekly={_weekday(day): _windows(rows, f"weekly.{day}") for day, rows in _items(data, "weekly")},
            dates={_date(day): _windows(rows, f"dates.{day}") for day, rows in _items(data, "dates")},
            always=always,
        )

    def to_json(self) -> dict[str, JsonValue] | str:
        """What `from_json` reads, in one fixed order, so that equal calendars are equal bytes."""
        if self.always:
            return ALWAYS if self.zone == "UTC" else {"zone": self.zone, "always": True}
        return {
            "zone": self.zone,
            "weekly": {WEEKDAYS[day]: [w.to_json() for w in windows] for day, windows in self.weekly.items()},
            "dates": {day.isoformat(): [w.to_json() for w in windows] for day, windows in self.dates.items()},
        }


def refuse_large(data: JsonValue) -> None:
    """Raise `CalendarError` where a calendar, in the shape that `from_json` reads, is too large to be a new one.

    Looks at nothing but sizes and years, before anything is built of it.
    """
    if not isinstance(data, Mapping):
        return
    for name in ("weekly", "dates"):
        days = data.get(name)
        if not isinstance(days, Mapping):
            continue
        if name == "dates" and len(days) > MOST_DATES:
            raise CalendarError(name, f"holds at most {MOST_DATES} dates, and these are {len(days)}")
        for day, rows in days.items():
            if isinstance(rows, list | tuple) and len(rows) > MOST_WINDOWS:
                raise CalendarError(f"{name}.{day}", f"holds at most {MOST_WINDOWS} windows, and these are {len(rows)}")
            if name == "dates" and not _is_counted(day):
                raise CalendarError(f"{name}.{day}", "must lie between the years 1970 and 2200")


def _is_counted(day: JsonValue) -> bool:
    """Whether it is a date in reach; what is no date at all is for its reader to refuse."""
    first, last = _COUNTED_YEARS
    return not isinstance(day, str) or not _ISO_DATE.fullmatch(day) or first <= day[:4] <= last


def load_zone(name: JsonValue) -> ZoneInfo:
    """The IANA zone of that name, old names included. Raises `CalendarError` for anything else."""
    if not isinstance(name, str) or not name:
        raise CalendarError("zone", "an IANA zone such as Europe/Berlin is required")
    if not _NO_ZONES.fullmatch(name):
        try:
            return ZoneInfo(name)
        # A folder of zones, a name with "..", an unreadable file: each is one more way of being unknown.
        except (KeyError, ValueError, OSError):
            pass
    raise CalendarError("zone", f'"{name}" is not a known IANA zone')


def _in_order(windows: Iterable[Interval], where: str) -> tuple[Interval, ...]:
    ordered = tuple(sorted(windows))
    for one, two in pairwise(ordered):
        if two.start_minute < one.stop_minute:
            first, second = "-".join(one.to_json()), "-".join(two.to_json())
            raise CalendarError(where, f"{first} and {second} overlap")
    return ordered


def _items(data: JsonObject, name: str) -> list[tuple[str, JsonValue]]:
    value = data.get(name, {})
    if not isinstance(value, Mapping):
        raise CalendarError(name, "must be an object")
    return list(value.items())


def _weekday(name: str) -> int:
    if name not in WEEKDAYS:
        raise CalendarError(f"weekly.{name}", f'"{name}" is not a weekday ({", ".join(WEEKDAYS)})')
    return WEEKDAYS.index(name)


def _date(name: str) -> datetime.date:
    try:
        if not isinstance(name, str) or not _ISO_DATE.fullmatch(name):
            raise ValueError
        return datetime.date.fromisoformat(name)
    except ValueError:
        raise CalendarError(f"dates.{name}", f'"{name}" is not a date (YYYY-MM-DD)') from None


def _windows(rows: JsonValue, where: str) -> tuple[Interval, ...]:
    if not isinstance(rows, list | tuple):
        raise CalendarError(where, 'must be a list of ["HH:MM", "HH:MM"]')
    return tuple(_window(row, f"{where}[{number}]") for number, row in enumerate(rows))


def _window(row: JsonValue, where: str) -> Interval:
    if not isinstance(row, list | tuple) or len(row) != 2:
        raise CalendarError(where, 'must be ["HH:MM", "HH:MM"]')
    start, end = _minute(row[0], where), _minute(row[1], where)
    if start == MINUTES_PER_DAY:
        raise CalendarError(where, "24:00 can be an end, not a start")
    return Interval(start, end)


def _minute(text: JsonValue, where: str) -> int:
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    minute = int(match[1]) * 60 + int(match[2]) if match and int(match[2]) < 60 else MINUTES_PER_DAY + 1
    if minute > MINUTES_PER_DAY:
        raise CalendarError(where, f'"{text}" is not a time (HH:MM, from 00:00 to 24:00)')
    return minute


def _clock_text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
