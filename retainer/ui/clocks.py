"""A clock as its components draw it: what is left in words, and the bar of who used the time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.format import NOTHING, duration, full_moment, moment
from slas.selectors import ClockView
from slas.states import ClockState
from slas.words import Party

RUNNING = ("running", "at_risk")
OPEN = (*RUNNING, "paused", "outside_hours")
# The bar's own units; the drawing is stretched to its place.
BAR = 1000
SLIVER = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of a bar: where it begins, how wide it is (units of ``BAR``), its colour class, what it was."""

    x: int
    width: int
    fill: str
    label: str


@dataclass(frozen=True, slots=True)
class Face:
    """What a clock shows. ``remaining`` and ``target`` are seconds of open time, ``due`` aware."""

    label: str
    state: str
    left: str
    due: datetime | None
    due_text: str
    due_title: str
    remaining: int
    target: int
    running: bool
    waiting_on: str
    used: int
    fill: str
    pieces: tuple[Piece, ...]
    tick: int
    sentence: str
    guaranteed: bool


class SegmentFields(TypedDict, total=False):
    """One stretch of a clock's time, as ``SegmentView`` has it; ``party`` is whom a pause waited on."""

    kind: str
    seconds: int
    party: str


class ClockFields(TypedDict, total=False):
    """What the components read of a clock view. Any of it may be missing."""

    id: str
    label: str
    state: str
    target_seconds: int
    consumed_seconds: int
    remaining_seconds: int
    overrun_seconds: int | None
    warn_percent: int | None
    due_at: datetime | None
    satisfied_at: datetime | None
    waiting_on: str
    zone: str
    sentence: str
    is_guarantee: bool
    segments: Sequence[SegmentFields]


def fields_of(view: ClockView) -> ClockFields:
    """What the components read of a clock."""
    return {
        "id": str(view.id),
        "label": view.label,
        "state": view.state,
        "target_seconds": view.target_seconds,
        "consumed_seconds": view.consumed_seconds,
        "remaining_seconds": view.remaining_seconds,
        "overrun_seconds": view.overrun_seconds,
        "warn_percent": view.warn_percent,
        "due_at": view.due_at,
        "satisfied_at": view.satisfied_at,
        "waiting_on": view.waiting_on,
        "zone": view.zone,
        "sentence": view.sentence,
        "is_guarantee": view.is_guarantee,
        "segments": [{"kind": row.kind, "seconds": row.seconds, "party": row.waiting_on} for row in view.segments],
    }


def face(clock: ClockFields) -> Face:
    """The face of a clock."""
    state = clock.get("state", "not_started")
    target, consumed = clock.get("target_seconds", 0), clock.get("consumed_seconds", 0)
    remaining = clock.get("remaining_seconds", max(0, target - consumed))
    due = clock.get("due_at")
    pieces, tick = bar(clock.get("segments", ()), consumed, target, clock.get("warn_percent") or 75)
    return Face(
        label=clock.get("label", ""),
        state=state,
        left=left_text(clock, state, remaining),
        due=due,
        due_text=_due_text(clock, state, due),
        due_title=full_moment(due, _contract_zone(clock)) if due else "",
        remaining=remaining,
        target=target,
        running=state in RUNNING,
        waiting_on=clock.get("waiting_on", ""),
        used=min(BAR, round(BAR * consumed / target)) if target else 0,
        fill=ClockState(state).look.fill or "neutral",
        pieces=pieces,
        tick=tick,
        sentence=clock.get("sentence", ""),
        guaranteed=clock.get("is_guarantee", False),
    )


def left_text(clock: ClockFields, state: str, remaining: int) -> str:
    """ "47 min left", "25 min late", "done 25 min late", "met with 1 h to spare"."""
    late = duration(clock.get("overrun_seconds") or 0)
    if state == "breached":
        finished = clock.get("satisfied_at")
        return _("done %(time)s late") % {"time": late} if finished else _("%(time)s late") % {"time": late}
    if state == "met":
        return _("%(time)s to spare") % {"time": duration(remaining)}
    if state in OPEN:
        return _("%(time)s left") % {"time": duration(remaining)}
    return NOTHING


def bar(
    segments: Iterable[SegmentFields], consumed: int, target: int, warn_percent: int
) -> tuple[tuple[Piece, ...], int]:
    """The pieces of a record's bar and the place of the tick where the warning comes.

    Counted and paused time are drawn to scale, what is left stays ground; time outside hours, which may be whole
    weekends, is a sliver so that the rest can be read.
    """
    rows = [(row.get("kind", "open"), row.get("party", ""), row.get("seconds", 0)) for row in segments]
    scaled = sum(seconds for kind, _party_, seconds in rows if kind in ("open", "paused"))
    slivers = SLIVER * sum(1 for kind, _party_, _seconds in rows if kind not in ("open", "paused"))
    left = max(0, target - consumed)
    unit = (BAR - slivers) / max(1, scaled + left)
    warn_at, counted, x, tick = target * warn_percent / 100, 0, 0.0, -1.0
    pieces = []
    for kind, party, seconds in rows:
        width = seconds * unit if kind in ("open", "paused") else SLIVER
        if kind == "open":
            if tick < 0 and counted + seconds >= warn_at:
                tick = x + (warn_at - counted) * unit
            counted += seconds
        pieces.append(Piece(round(x), max(1, round(width)), _fill(kind, party), _said(kind, party, seconds)))
        x += width
    tick = tick if tick >= 0 else x + (warn_at - counted) * unit
    return tuple(pieces), min(BAR - 2, max(0, round(tick)))


def _due_text(clock: ClockFields, state: str, due: datetime | None) -> str:
    # The sentence begins with what is left, which stands above it in large figures and counts down there.
    _left, _dot, rest = clock.get("sentence", "").partition(" · ")
    if rest and state in OPEN:
        return rest
    satisfied = clock.get("satisfied_at")
    if state in ("met", "breached") and satisfied:
        return _("done %(moment)s, due %(due)s") % {"moment": moment(satisfied), "due": moment(due)}
    if due is None:
        return ""
    pattern = _("was due %(moment)s") if state == "breached" else _("due %(moment)s")
    return pattern % {"moment": moment(due)}


def _contract_zone(clock: ClockFields) -> ZoneInfo | None:
    """What hovering shows: the zone of the agreement's calendar, which may not be the reader's."""
    name = clock.get("zone", "")
    return ZoneInfo(name) if name else None


def _fill(kind: str, party: str) -> str:
    if kind == "open":
        return "us"
    # A pause of long ago may name nobody.
    named = Party(party).look.fill if party in Party.values else "neutral"
    return named if kind == "paused" else "outside"


def _said(kind: str, party: str, seconds: int) -> str:
    if kind == "open":
        return _("%(time)s counted") % {"time": duration(seconds)}
    if kind == "paused":
        named = str(Party(party).label).lower() if party in Party.values else party
        return _("%(time)s waiting on %(party)s") % {"time": duration(seconds), "party": named}
    if kind == "stopped":
        return _("%(time)s done, then reopened") % {"time": duration(seconds)}
    return _("%(time)s outside hours") % {"time": duration(seconds)}
