"""What happened to a clock. Events are the truth: append-only, judged anew each time, never edited.

Order: by instant; at the same instant satisfy, cancel and reopen come first, then pause, resume, start,
retarget; then by `seq`. So work finished in the second of a pause or of a change of terms counts as finished
before it. A start is the one exception: whatever shares its instant happens to a clock that has started.

Of pauses that overlap, the one that comes first in this order is who is waited on until it ends: the pause that
began first, in the same second the one of lower `seq`. Whether a pause names a party makes no difference to that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from slas.engine.terms import Terms

EventKind = Literal["start", "pause", "resume", "satisfy", "cancel", "reopen", "retarget", "correct"]
RetargetMode = Literal["carry_elapsed", "retroactive", "fresh", "carry_fraction"]

EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
RETARGET_MODES: tuple[RetargetMode, ...] = get_args(RetargetMode)

_PRECEDENCE: dict[EventKind, int] = {
    "satisfy": 0,
    "cancel": 0,
    "reopen": 0,
    "pause": 1,
    "resume": 2,
    "start": 3,
    "retarget": 4,
    "correct": 5,
}


class EventError(ValueError):
    """An event that cannot be recorded. `seq` says which, `message` says why."""

    def __init__(self, seq: int, message: str) -> None:
        super().__init__(message)
        self.seq = seq
        self.message = message


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened at epoch second `at`.

    `party` is who is waited on (pause) or whose wait ended (resume; none ends the oldest of all). `terms` and
    `mode` belong to a retarget. `corrects` is the `seq` of an earlier event that a correction strikes out
    from then on; what should have stood there is recorded as an event of its own. `seq` is unique within a
    clock and orders ties.
    """

    at: int
    kind: EventKind
    party: str | None = None
    reason: str | None = None
    mode: RetargetMode = "carry_elapsed"
    terms: Terms | None = None
    corrects: int | None = None
    seq: int = 0


def in_order(events: Iterable[Event]) -> list[Event]:
    """Events in the order in which they take effect."""
    return sorted(events, key=lambda event: (event.at, _PRECEDENCE[event.kind], event.seq))


def in_force(events: Iterable[Event], now: int) -> list[Event]:
    """Events up to now, in order, without those struck out by a correction made up to now."""
    known = in_order(event for event in events if event.at <= now)
    revoked: set[int] = set()
    # The latest first, so that a correction that was itself struck out strikes nothing.
    for event in sorted(known, key=lambda event: event.seq, reverse=True):
        if event.kind == "correct" and event.corrects is not None and event.seq not in revoked:
            revoked.add(event.corrects)
    if not revoked:
        return known
    return [event for event in known if event.seq not in revoked]


def validate_events(terms: Terms, events: Sequence[Event], now: int) -> None:
    """Raise `EventError` for the first event that a clock under these terms cannot accept."""
    starts = [event for event in events if event.kind == "start"]
    if len(starts) != 1:
        seq = starts[1].seq if starts else 0
        raise EventError(seq, "A clock starts exactly once.")
    if terms.agreed_at is not None and terms.agreed_at < starts[0].at:
        raise EventError(starts[0].seq, "An agreed date cannot lie before the start of the clock.")
    for event in events:
        message = _fault(event, start=starts[0].at, now=now)
        if message:
            raise EventError(event.seq, message)


def _fault(event: Event, *, start: int, now: int) -> str | None:
    if event.kind not in EVENT_KINDS:
        return f'"{event.kind}" is not a kind of event ({", ".join(EVENT_KINDS)}).'
    if event.at > now:
        return f"A {event.kind} cannot lie in the future."
    if event.at < start:
        return f"A {event.kind} cannot lie before the start of the clock."
    if event.kind == "correct" and (event.corrects is None or event.corrects >= event.seq):
        return "A correction names an earlier event."
    if event.kind == "retarget":
        return _retarget_fault(event)
    return None


def _retarget_fault(event: Event) -> str | None:
    if event.terms is None:
        return "A change of terms needs the new terms."
    if event.mode not in RETARGET_MODES:
        return f'"{event.mode}" is not a way to change terms ({", ".join(RETARGET_MODES)}).'
    if event.terms.agreed_at is not None and event.terms.agreed_at < event.at:
        return "An agreed date cannot lie before it was agreed."
    return None
