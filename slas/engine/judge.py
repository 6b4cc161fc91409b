"""The judgement of one clock: a pure function of terms, events and now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from core import deadline
from slas.engine.compiled import CompiledCalendar, compile_calendar
from slas.engine.events import Event, RetargetMode, in_force
from slas.engine.meter import Mark, Meter, carried_meter, new_meter
from slas.engine.terms import Terms, Warn

State = Literal["not_started", "running", "paused", "outside_hours", "at_risk", "met", "breached", "cancelled"]
SegmentKind = Literal["open", "closed", "paused", "stopped"]


class Segment(NamedTuple):
    """A stretch [from_, to) of one kind. `seconds` is its length; `open_seconds` the support time within it.

    `stopped` is the time between an end and a reopening. `party` is who was waited on; if several,
    the party of the pause that began first, in the same second of the one of lower `seq`.
    """

    from_: int
    to: int
    kind: SegmentKind
    seconds: int
    party: str | None = None
    open_seconds: int = 0


class DueWarning(NamedTuple):
    """A warning, its instant (while ahead: as if the clock ran from now on), and whether it was reached."""

    warn: Warn
    at: int
    passed: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a clock says at one instant. Instants are epoch seconds, durations are seconds of open time.

    `due_at`          while paused: as if resumed now; once missed: the instant at which it was missed
    `breached_at`     the deadline that was missed, whenever that was noticed; nothing takes it back
    `satisfied_at`    when the work was done; beside a breach it means done late `consumed_seconds`  all open
    time that was neither paused nor stopped: the sum of the open segments `used_seconds`    what of it counts
    against `target_seconds`; differs after a change of terms `segments`        cover start to end (or now)
    without a gap `next_at`         the next instant at which time alone changes a warning, the risk or the
    deadline; a deadline
                      is missed from the second after it, because work done in its very second is in time
    """

    state: State
    terms: Terms
    started_at: int | None = None
    due_at: int | None = None
    satisfied_at: int | None = None
    cancelled_at: int | None = None
    breached_at: int | None = None
    overrun_seconds: int = 0
    consumed_seconds: int = 0
    used_seconds: int = 0
    target_seconds: int = 0
    remaining_seconds: int = 0
    warnings: tuple[DueWarning, ...] = ()
    at_risk_at: int | None = None
    waiting_on: str | None = None
    segments: tuple[Segment, ...] = ()
    next_at: int | None = None


def judge(terms: Terms, events: Iterable[Event], now: int) -> Judgement:
    """Judge a clock. Events after now do not count yet, events before the start never do.

    Raises `CalendarError` if the calendar's horizon cannot hold the deadline.
    """
    rows = list(events)
    known = in_force(rows, now)
    start = next((event.at for event in known if event.kind == "start"), None)
    if start is None:
        return _not_started(terms, rows)
    clock = _Clock(terms, start)
    for event in known:
        deadline.check()
        if event.at >= start:
            clock.pass_to(event.at)
            clock.take(event)
    clock.pass_to(now)
    return clock.judgement(now)


def _not_started(terms: Terms, events: Iterable[Event]) -> Judgement:
    """Nothing counts yet. Where its start is known, whoever looks by a clock that was set back looks again then."""
    target = terms.target_seconds or 0
    coming = min((event.at for event in events if event.kind == "start"), default=None)
    return Judgement("not_started", terms, target_seconds=target, remaining_seconds=target, next_at=coming)


class _Span(NamedTuple):
    """Wall time between two events, and the terms that cut it into segments."""

    from_: int
    to: int
    # Whether it had ended, and nothing counts until a reopening.
    stopped: bool
    # Whoever was waited on, the one whose pause began first in front.
    parties: tuple[str | None, ...]
    terms: Terms
    calendar: CompiledCalendar

    @property
    def waits(self) -> tuple[str | None, ...]:
        """Those of them for whom the clock stands still."""
        if not self.terms.pausing:
            return self.parties if self.terms.pausable else ()
        return tuple(party for party in self.parties if self.terms.stops_for(party))


class _Clock:
    """Walks through the events once, keeping what is needed to judge at the end."""

    def __init__(self, terms: Terms, start: int) -> None:
        self.start = start
        self.at = start
        self.terms = terms
        self.calendar = compile_calendar(terms.calendar)
        self.meter: Meter = new_meter(terms, start, start)
        self.pauses: list[Event] = []
        self.end: Event | None = None
        self.spans: list[_Span] = []

    def pass_to(self, instant: int) -> None:
        """Let time pass up to the instant."""
        if instant <= self.at:
            return
        stopped = self.end is not None
        parties = () if stopped else tuple(pause.party for pause in self.pauses)
        span = _Span(self.at, instant, stopped, parties, self.terms, self.calendar)
        self.spans.append(span)
        _count(self.meter, span)
        self.at = instant

    def take(self, event: Event) -> None:
        """Let the event take effect. What does not fit the state (resume without pause) has none."""
        if event.kind == "reopen":
            self.end = None
        elif self.end is not None:
            return
        elif event.kind in ("satisfy", "cancel"):
            self.end = event
            # Work that is over waits for nobody; a reopened clock runs.
            self.pauses = []
        elif event.kind == "pause":
            self.pauses.append(event)
        elif event.kind == "resume":
            self._resume(event)
        elif event.kind == "retarget" and event.terms is not None:
            self._retarget(event.terms, event.mode)

    def _resume(self, event: Event) -> None:
        for number, pause in enumerate(self.pauses):
            if event.party is None or event.party == pause.party:
                del self.pauses[number]
                return

    def _retarget(self, terms: Terms, mode: RetargetMode) -> None:
        old, self.terms, self.calendar = self.meter, terms, compile_calendar(terms.calendar)
        if mode == "retroactive":
            self.spans = [span._replace(terms=terms, calendar=self.calendar) for span in self.spans]
        # What was missed under the old terms stays missed under them.
        if old.breached_at is not None:
            old.calendar = self.calendar
        elif mode == "retroactive":
            self.meter = new_meter(terms, self.start, self.start)
            for span in self.spans:
                _count(self.meter, span)
        elif mode == "fresh":
            self.meter = new_meter(terms, self.at, self.at)
        else:
            used = old.used
            if mode == "carry_fraction" and terms.target_seconds is not None:
                used = used * terms.target_seconds // old.target if old.target else terms.target_seconds
            self.meter = carried_meter(old, terms, self.start, self.at, used)

    def judgement(self, now: int) -> Judgement:
        until = now if self.end is None else self.end.at
        meter = self.meter
        waiting = next((pause for pause in self.pauses if self.terms.stops_for(pause.party)), None)
        if self.end is None:
            # What is due at this very moment is due although no time has passed: a warning at the start, or a date that
            # lies behind a reopening of this second.
            (meter.run if waiting is None else meter.hold)(now, now)
        segments = _segments(span for span in self.spans if span.to <= until)
        at_risk_at = meter.mark_at(meter.marks[-1], until)
        ended = None if self.end is None else self.end.kind
        return Judgement(
            state=self._state(now, at_risk=at_risk_at <= until, paused=waiting is not None),
            terms=self.terms,
            started_at=self.start,
            due_at=meter.due(until),
            satisfied_at=until if ended == "satisfy" else None,
            cancelled_at=until if ended == "cancel" else None,
            breached_at=meter.breached_at,
            overrun_seconds=0 if meter.breached_at is None else _open_after(segments, meter.breached_at),
            consumed_seconds=_open_after(segments, self.start),
            used_seconds=meter.used,
            target_seconds=meter.target,
            remaining_seconds=meter.remaining(until),
            warnings=tuple(_warning(meter, mark, until) for mark in meter.marks if mark.warn is not None),
            at_risk_at=at_risk_at,
            waiting_on=None if waiting is None else waiting.party,
            segments=segments,
            next_at=self._next_at(now, paused=waiting is not None),
        )

    def _state(self, now: int, *, at_risk: bool, paused: bool) -> State:
        if self.meter.breached_at is not None:
            return "breached"
        if self.end is not None:
            return "met" if self.end.kind == "satisfy" else "cancelled"
        if paused:
            return "paused"
        if at_risk:
            return "at_risk"
        return "running" if self.calendar.is_open(now) else "outside_hours"

    def _next_at(self, now: int, *, paused: bool) -> int | None:
        meter = self.meter
        if self.end is not None or meter.breached_at is not None or (paused and meter.moves_while_paused):
            return None
        instants = [meter.mark_at(mark, now) for mark in meter.marks]
        return min(instant for instant in (*instants, meter.due(now) + 1) if instant > now)


def _count(meter: Meter, span: _Span) -> None:
    if span.waits:
        meter.hold(span.from_, span.to)
    elif not span.stopped:
        meter.run(span.from_, span.to)


def _warning(meter: Meter, mark: Mark, until: int) -> DueWarning:
    at = meter.mark_at(mark, until)
    # A warning that only moves along with a pause was not reached.
    return DueWarning(mark.warn or Warn(percent=100), at, mark.at is not None and at <= until)


def _segments(spans: Iterable[_Span]) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    for span in spans:
        for segment in _cut(span):
            last = segments[-1] if segments else None
            if last is not None and last.kind == segment.kind and last.party == segment.party:
                segments[-1] = Segment(
                    last.from_,
                    segment.to,
                    last.kind,
                    last.seconds + segment.seconds,
                    last.party,
                    last.open_seconds + segment.open_seconds,
                )
            else:
                segments.append(segment)
    return tuple(segments)


def _cut(span: _Span) -> Iterable[Segment]:
    start, end, calendar = span.from_, span.to, span.calendar
    if span.stopped:
        yield Segment(start, end, "stopped", end - start, None, calendar.open_seconds(start, end))
        return
    if waits := span.waits:
        yield Segment(start, end, "paused", end - start, waits[0], calendar.open_seconds(start, end))
        return
    for opens, closes in calendar.open_intervals(start, end):
        if start < opens:
            yield Segment(start, opens, "closed", opens - start)
        yield Segment(opens, closes, "open", closes - opens, None, closes - opens)
        start = closes
    if start < end:
        yield Segment(start, end, "closed", end - start)


def _open_after(segments: Iterable[Segment], instant: int) -> int:
    return sum(s.to - max(s.from_, instant) for s in segments if s.kind == "open" and s.to > instant)
