"""How far a promise is used up: a duration counts open time that was not paused, a date only approaches."""

from __future__ import annotations

from dataclasses import dataclass

from slas.engine.compiled import compile_calendar
from slas.engine.terms import Terms, Warn, at_risk_threshold


@dataclass(slots=True)
class Mark:
    """A threshold of used time and the instant at which it was reached. Without a `warn` it is "at risk"."""

    warn: Warn | None
    threshold: int
    at: int | None = None


def marks_of(terms: Terms, target_seconds: int) -> list[Mark]:
    marks = [Mark(warn, warn.threshold(target_seconds)) for warn in terms.warn]
    return [*marks, Mark(None, at_risk_threshold(target_seconds))]


class DurationMeter:
    """Uses up `target` open seconds. `breached_at` is set once and never taken back."""

    moves_while_paused = True

    def __init__(self, terms: Terms, target_seconds: int, used: int = 0) -> None:
        self.calendar = compile_calendar(terms.calendar)
        self.target = target_seconds
        self.used = used
        self.marks = marks_of(terms, target_seconds)
        self.breached_at: int | None = None

    def run(self, start: int, end: int) -> None:
        """Count [start, end). A deadline reached exactly at the end is not missed: it can be met there."""
        used = self.used + self.calendar.open_seconds(start, end)
        for mark in self.marks:
            if mark.at is None and mark.threshold <= used:
                mark.at = self._reaches(mark.threshold, start)
        if self.breached_at is None and self.target <= used:
            due = self._reaches(self.target, start)
            self.breached_at = due if due < end else None
        self.used = used

    def hold(self, start: int, end: int) -> None:
        """Pass [start, end) paused, which uses up nothing."""

    def due(self, now: int) -> int:
        """The deadline, as if the clock ran from now on."""
        return self._reaches(self.target, now) if self.breached_at is None else self.breached_at

    def mark_at(self, mark: Mark, now: int) -> int:
        return self._reaches(mark.threshold, now) if mark.at is None else mark.at

    def remaining(self, now: int) -> int:
        return 0 if self.breached_at is not None else max(0, self.target - self.used)

    def _reaches(self, threshold: int, start: int) -> int:
        return self.calendar.add_open(start, max(0, threshold - self.used))


class AgreedMeter:
    """Approaches an agreed instant. Pauses change nothing; warnings count the open time up to it."""

    moves_while_paused = False

    def __init__(self, terms: Terms, agreed_at: int, start: int, since: int, used: int = 0) -> None:
        self.calendar = compile_calendar(terms.calendar)
        self.agreed_at = agreed_at
        self.target = self.calendar.open_seconds(start, agreed_at)
        self.used = used
        self.marks = marks_of(terms, self.target)
        for mark in self.marks:
            # Nothing can have been warned of before it was agreed.
            mark.at = max(since, self.calendar.add_open(start, mark.threshold))
        self.breached_at: int | None = None

    def run(self, start: int, end: int) -> None:
        self.used += self.calendar.open_seconds(start, end)
        self.hold(start, end)

    def hold(self, start: int, end: int) -> None:
        if self.breached_at is None and self.agreed_at < end:
            self.breached_at = self.agreed_at

    def due(self, now: int) -> int:
        return self.agreed_at

    def mark_at(self, mark: Mark, now: int) -> int:
        return now if mark.at is None else mark.at

    def remaining(self, now: int) -> int:
        return 0 if self.breached_at is not None else self.calendar.open_seconds(now, self.agreed_at)


Meter = DurationMeter | AgreedMeter


def new_meter(terms: Terms, start: int, since: int, used: int = 0) -> Meter:
    """A meter for terms in force since `since` on a clock that started at `start`."""
    if terms.agreed_at is not None:
        return AgreedMeter(terms, terms.agreed_at, start, since, used)
    return DurationMeter(terms, terms.target_seconds or 0, used)


def carried_meter(old: Meter, terms: Terms, start: int, since: int, used: int) -> Meter:
    """A meter for new terms that goes on with `used`; a warning that was already given is not given again."""
    meter = new_meter(terms, start, since, used)
    given = {mark.warn: mark.at for mark in old.marks if mark.at is not None and mark.at <= since}
    for mark in meter.marks:
        if mark.threshold <= used or mark.at == since:
            mark.at = given.get(mark.warn, since)
    return meter
