"""What people type, read into what the services take: times of day, durations, dates, warnings, lines."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence

from django import forms
from django.utils.translation import gettext as _

from slas.engine import MOST_DATES, MOST_WINDOWS
from slas.engine import duration_text as engine_duration_text

_WINDOW = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*(?:-|–|to)\s*([0-9]{1,2}):([0-9]{2})")
_CLOSED = {"", "-", "closed"}
_PERCENT = re.compile(r"([0-9]{1,4})\s*%")
_DURATION = re.compile(r"(?:([0-9]{1,6})\s*h(?:ours?)?)?\s*(?:([0-9]{1,8})\s*(?:m|min|mins|minutes?)?)?")


def parse_duration(text: str) -> int:
    """Seconds of "4h", "30 min", "1h 30m" or "1h30". Raises ``ValidationError`` for anything else."""
    words = text.strip().lower()
    if re.fullmatch(r"[0-9]+", words):
        raise forms.ValidationError(_("Say hours or minutes: %(number)sh or %(number)sm.") % {"number": words})
    if re.fullmatch(r"[0-9]+\s*d(ays?)?", words):
        raise forms.ValidationError(_("A day can mean 24 hours or a working day. Give hours, such as 8h."))
    match = _DURATION.fullmatch(words)
    seconds = int(match[1] or 0) * 3600 + int(match[2] or 0) * 60 if match else 0
    if not seconds:
        raise forms.ValidationError(_("Give a time such as 30m, 4h or 1h 30m."))
    return seconds


def duration_text(seconds: int) -> str:
    """A duration as the forms show it: "1 h 30 min", which ``parse_duration`` reads back."""
    return engine_duration_text(seconds, _)


def parse_windows(text: str) -> list[list[str]]:
    """``[["09:00", "13:00"], ["14:00", "18:00"]]`` of "09:00-13:00, 14:00-18:00"; empty or "closed" is closed.

    Raises ``ValidationError``. What the times mean, such as an end of 24:00, is for the calendar to check.
    """
    if text.strip().lower() in _CLOSED:
        return []
    parts = text.split(",")
    if len(parts) > MOST_WINDOWS:
        raise forms.ValidationError(_("Give at most %(most)s time spans for a day.") % {"most": MOST_WINDOWS})
    return [_window(part.strip()) for part in parts]


def windows_text(windows: Sequence[Sequence[str]]) -> str:
    """The windows as people type them."""
    return ", ".join("-".join(window) for window in windows)


def _window(text: str) -> list[str]:
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise forms.ValidationError(_("“%(text)s” is not a time span. Write 09:00-17:00.") % {"text": text})
    return [f"{int(match[1]):02d}:{match[2]}", f"{int(match[3]):02d}:{match[4]}"]


class DurationField(forms.CharField):
    """A duration in hours and minutes; cleans to seconds, or to None where it is empty."""

    def clean(self, value: str | None) -> int | None:
        text = super().clean(value)
        return parse_duration(text) if text else None


class WindowsField(forms.CharField):
    """Open hours of one day; cleans to a list of [start, end]."""

    def clean(self, value: str | None) -> list[list[str]]:
        return parse_windows(super().clean(value))


class DatesField(forms.CharField):
    """One exception a line, "2026-12-25 closed" or "2026-12-24 09:00-12:00"; cleans to windows by ISO date."""

    widget = forms.Textarea

    def clean(self, value: str | None) -> dict[str, list[list[str]]]:
        found: dict[str, list[list[str]]] = {}
        lines = [line for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_DATES:
            raise forms.ValidationError(_("Give at most %(most)s dates.") % {"most": MOST_DATES})
        for line in lines:
            date, _space, rest = line.strip().partition(" ")
            try:
                key = datetime.date.fromisoformat(date).isoformat()
            except ValueError:
                raise forms.ValidationError(_("“%(text)s” is not a date. Write 2026-12-25.") % {"text": date}) from None
            if key in found:
                raise forms.ValidationError(_("%(date)s is there twice.") % {"date": key})
            found[key] = parse_windows(rest)
        return found


class LinesField(forms.CharField):
    """One clause a line; cleans to a tuple of those that say something."""

    widget = forms.Textarea

    def clean(self, value: str | None) -> tuple[str, ...]:
        return tuple(line.strip() for line in super().clean(value).splitlines() if line.strip())


class WarningsField(forms.CharField):
    """Warnings such as "75%, 30m"; cleans to the engine's shape, a time being so long before the deadline."""

    def clean(self, value: str | None) -> list[dict[str, int]]:
        return [_warning(part.strip()) for part in super().clean(value).split(",") if part.strip()]


def warnings_text(rows: Iterable[Mapping[str, int]]) -> str:
    """The warnings as people type them."""
    return ", ".join(f"{row['percent']}%" if "percent" in row else duration_text(row["seconds_before"]) for row in rows)


def _warning(text: str) -> dict[str, int]:
    percent = _PERCENT.fullmatch(text)
    return {"percent": int(percent[1])} if percent else {"seconds_before": parse_duration(text)}


class StepTimeField(forms.CharField):
    """When a step is reached: "50%" of the time, or "2h" after the start; cleans to (per cent, seconds), one None."""

    def clean(self, value: str | None) -> tuple[int | None, int | None] | None:
        text = super().clean(value)
        if not text:
            return None
        percent = _PERCENT.fullmatch(text.strip())
        return (int(percent[1]), None) if percent else (None, parse_duration(text))
