"""Why a clock is due when it is: lines that add up and a countdown, as data and as English to translate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from slas.engine.calendar import load_zone
from slas.engine.compiled import CompiledCalendar, compile_calendar
from slas.engine.instants import from_instant, to_instant
from slas.engine.judge import Judgement, SegmentKind

Translate = Callable[[str], str]
PartKind = Literal[
    "left_today",
    "left",
    "left_paused",
    "continues",
    "due",
    "due_if_resumed",
    "spare",
    "late",
    "late_now",
    "was_due",
    "done",
    "cancelled",
    "not_started",
]


def gettext_noop(message: str) -> str:
    """Marks a message for translation; `translate` puts it into the reader's language later."""
    return message


_WEEKDAYS = (
    gettext_noop("Mon"),
    gettext_noop("Tue"),
    gettext_noop("Wed"),
    gettext_noop("Thu"),
    gettext_noop("Fri"),
    gettext_noop("Sat"),
    gettext_noop("Sun"),
)
_MONTHS = (
    gettext_noop("Jan"),
    gettext_noop("Feb"),
    gettext_noop("Mar"),
    gettext_noop("Apr"),
    gettext_noop("May"),
    gettext_noop("Jun"),
    gettext_noop("Jul"),
    gettext_noop("Aug"),
    gettext_noop("Sep"),
    gettext_noop("Oct"),
    gettext_noop("Nov"),
    gettext_noop("Dec"),
)
_PARTS: dict[PartKind, str] = {
    "left_today": gettext_noop("%(duration)s left today"),
    "left": gettext_noop("%(duration)s left"),
    "left_paused": gettext_noop("paused with %(duration)s left"),
    "continues": gettext_noop("continues %(moment)s"),
    "due": gettext_noop("due %(moment)s"),
    "due_if_resumed": gettext_noop("due %(moment)s if resumed now"),
    "spare": gettext_noop("met with %(duration)s to spare"),
    "late": gettext_noop("done %(duration)s late"),
    "late_now": gettext_noop("%(duration)s late"),
    "was_due": gettext_noop("was due %(moment)s"),
    "done": gettext_noop("done %(moment)s"),
    "cancelled": gettext_noop("cancelled %(moment)s"),
    "not_started": gettext_noop("not started"),
}
_KINDS: dict[SegmentKind, str] = {
    "open": gettext_noop("%(duration)s counted"),
    "closed": gettext_noop("%(duration)s outside hours"),
    "paused": gettext_noop("%(duration)s paused"),
    "stopped": gettext_noop("%(duration)s done, then reopened"),
}
_PAUSED_FOR = gettext_noop("%(duration)s paused, waiting on %(party)s")


class Line(NamedTuple):
    """One stretch: epoch seconds [from_, to), kind, length in seconds, who was waited on, ahead of now or
    not."""

    from_: int
    to: int
    kind: SegmentKind
    seconds: int
    party: str | None
    ahead: bool


class Part(NamedTuple):
    """One piece of the countdown: its kind with seconds of open time, or with an instant, or with neither."""

    kind: PartKind
    seconds: int | None = None
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """`lines` cover start to end or now; `ahead` goes on from now to the deadline of a clock that runs.

    `countdown` is the one line that stands beside a clock. `now` and `zone` are what its words refer to.
    """

    lines: tuple[Line, ...]
    ahead: tuple[Line, ...]
    countdown: tuple[Part, ...]
    now: int
    zone: str


def explain(judgement: Judgement, now: int, zone: str | None = None) -> Explanation:
    """Explain a judgement made at `now`; `zone` is the reader's, by default the calendar's."""
    calendar = compile_calendar(judgement.terms.calendar)
    zone = zone or judgement.terms.calendar.zone
    return Explanation(
        lines=tuple(Line(s.from_, s.to, s.kind, s.seconds, s.party, False) for s in judgement.segments),
        ahead=_ahead(judgement, calendar, now),
        countdown=_countdown(judgement, calendar, now, load_zone(zone)),
        now=now,
        zone=zone,
    )


def countdown_text(explanation: Explanation, translate: Translate = str) -> str:
    """The countdown in words: "20 min left today · continues Mon 09:00 · due Mon 09:40"."""
    zone = load_zone(explanation.zone)
    return " · ".join(_part_text(part, explanation.now, zone, translate) for part in explanation.countdown)


def line_text(line: Line, explanation: Explanation, translate: Translate = str) -> str:
    """One line in words: "Fri 15:00 to 17:00: 2 h counted"."""
    zone = load_zone(explanation.zone)
    duration = duration_text(line.seconds, translate)
    if line.kind == "paused" and line.party is not None:
        what = translate(_PAUSED_FOR) % {"duration": duration, "party": line.party}
    else:
        what = translate(_KINDS[line.kind]) % {"duration": duration}
    start = _moment(line.from_, explanation.now, zone, translate, today=True)
    same_day = _local(line.from_, zone).date() == _local(line.to, zone).date()
    end = _moment(line.to, explanation.now, zone, translate, today=True)
    if same_day:
        end = f"{_local(line.to, zone):%H:%M}"
    words = {"start": start, "end": end, "what": what}
    return translate(gettext_noop("%(start)s to %(end)s: %(what)s")) % words


def duration_text(seconds: int, translate: Translate = str) -> str:
    """Hours and whole minutes, or seconds below one minute. Never days, which mean two things."""
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours and minutes:
        return translate(gettext_noop("%(hours)d h %(minutes)d min")) % {"hours": hours, "minutes": minutes}
    if hours:
        return translate(gettext_noop("%(hours)d h")) % {"hours": hours}
    if minutes:
        return translate(gettext_noop("%(minutes)d min")) % {"minutes": minutes}
    return translate(gettext_noop("%(seconds)d s")) % {"seconds": seconds}


def _ahead(judgement: Judgement, calendar: CompiledCalendar, now: int) -> tuple[Line, ...]:
    due = judgement.due_at
    if judgement.state not in ("running", "outside_hours", "at_risk") or due is None:
        return ()
    lines: list[Line] = []
    at = now
    for opens, closes in calendar.open_intervals(now, due):
        if at < opens:
            lines.append(Line(at, opens, "closed", opens - at, None, True))
        lines.append(Line(opens, closes, "open", closes - opens, None, True))
        at = closes
    if at < due:
        lines.append(Line(at, due, "closed", due - at, None, True))
    return tuple(lines)


def _countdown(judgement: Judgement, calendar: CompiledCalendar, now: int, zone: ZoneInfo) -> tuple[Part, ...]:
    due, left = judgement.due_at, judgement.remaining_seconds
    if due is None:
        return (Part("not_started"),)
    if judgement.state == "breached":
        late: PartKind = "late_now" if judgement.satisfied_at is None else "late"
        return (Part(late, seconds=judgement.overrun_seconds), Part("was_due", at=due))
    if judgement.state == "met":
        return (Part("spare", seconds=left), Part("done", at=judgement.satisfied_at))
    if judgement.state == "cancelled":
        return (Part("cancelled", at=judgement.cancelled_at),)
    if judgement.state == "paused":
        moves = judgement.terms.agreed_at is None
        return (Part("left_paused", seconds=left), Part("due_if_resumed" if moves else "due", at=due))
    return (*_until_due(calendar, now, due, left, zone), Part("due", at=due))


def _until_due(calendar: CompiledCalendar, now: int, due: int, left: int, zone: ZoneInfo) -> tuple[Part, ...]:
    """How much is left, and where the rest of it continues if today does not hold all of it."""
    if not calendar.is_open(now):
        opens = calendar.next_open(now)
        return (Part("left", seconds=left), *([Part("continues", at=opens)] if opens < due else []))
    close = _close_of_today(calendar, now, due, zone)
    today = calendar.open_seconds(now, close)
    if today >= left:
        return (Part("left", seconds=left),)
    return (Part("left_today", seconds=today), Part("continues", at=calendar.next_open(close)))


def _close_of_today(calendar: CompiledCalendar, now: int, due: int, zone: ZoneInfo) -> int:
    """The next local midnight, or the end of the shift that runs over it, but not beyond the deadline."""
    tomorrow = _local(now, zone).date() + timedelta(days=1)
    midnight = to_instant(datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone))
    shift = calendar.open_intervals(midnight - 1, max(due, midnight))
    if midnight < due and shift and shift[0][0] < midnight < shift[0][1]:
        return shift[0][1]
    return min(midnight, due)


def _part_text(part: Part, now: int, zone: ZoneInfo, translate: Translate) -> str:
    text = translate(_PARTS[part.kind])
    if part.seconds is not None:
        return text % {"duration": duration_text(part.seconds, translate)}
    if part.at is not None:
        return text % {"moment": _moment(part.at, now, zone, translate)}
    return text


def _local(instant: int, zone: ZoneInfo) -> datetime:
    return from_instant(instant).astimezone(zone)


def _moment(instant: int, now: int, zone: ZoneInfo, translate: Translate, *, today: bool = False) -> str:
    """A local time with as much date as a reader needs: none today, the weekday within six days, else all."""
    local = _local(instant, zone)
    days = (local.date() - _local(now, zone).date()).days
    clock = f"{local:%H:%M}"
    if days == 0 and not today:
        return clock
    weekday = translate(_WEEKDAYS[local.weekday()])
    if abs(days) <= 6:
        return f"{weekday} {clock}"
    month = translate(_MONTHS[local.month - 1])
    return translate(gettext_noop("%(weekday)s %(day)d %(month)s %(clock)s")) % {
        "weekday": weekday,
        "day": local.day,
        "month": month,
        "clock": clock,
    }
