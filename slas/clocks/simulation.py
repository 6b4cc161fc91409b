"""The engine as a calculator: everything comes in one request, nothing is stored and nothing is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from django.utils.translation import gettext as _

from core.clock import now
from core.errors import DomainError
from core.json_values import JsonObject, JsonValue
from core.moments import BadMoment, parse_instant
from slas.engine import (
    EVENT_KINDS,
    CalendarError,
    CalendarSpec,
    Event,
    EventError,
    HorizonError,
    Judgement,
    Segment,
    Terms,
    TermsError,
    Warn,
    calculating_aside,
    compile_calendar,
    format_instant,
    judge,
    refuse_large,
    to_instant,
    validate_events,
)
from slas.policies.services import MOST_WARNINGS

_FIELDS = {"calendar", "target_seconds", "start", "warn", "events", "now"}
# What a caller may send. A start is given by itself, and other terms have no place in a single calculation.
KINDS = tuple(kind for kind in EVENT_KINDS if kind in ("pause", "resume", "satisfy", "cancel", "reopen"))
# What one calculation may cost. `bench/simulate.py` measures it where all of these are reached.
MOST_EVENTS = 1_000
MOST_SEGMENTS = 5_000
MOST_LETTERS = 200
LONGEST_YEARS = 5
FARTHEST_YEARS = 5
_YEAR = 366 * 86_400


class Answer(TypedDict):
    """What a calculation says; instants are text in UTC."""

    state: str
    due_at: str | None
    breached_at: str | None
    satisfied_at: str | None
    consumed_seconds: int
    remaining_seconds: int
    warnings: list[dict[str, str | int]]
    segments: list[dict[str, str | int]]


def simulate(request: JsonObject) -> Answer:
    """What a clock would say: ``calendar`` (or "24x7"), ``target_seconds``, ``start``, ``warn``, ``events``, ``now``.

    Instants are ISO 8601 with a zone; ``now`` is by default the present. The answer has ``state``, ``due_at``,
    ``consumed_seconds``, ``remaining_seconds``, ``warnings`` and ``segments``, its instants in UTC with a Z. Raises
    DomainError with the field at fault, such as "events[1].at".
    """
    unknown = sorted(set(request) - _FIELDS)
    if unknown:
        raise DomainError(_("This is not a field of a calculation."), field=str(unknown[0]))
    at = _instant(request["now"], "now") if request.get("now") is not None else to_instant(now())
    terms = _terms(request)
    events = [Event(at=_instant(request.get("start"), "start"), kind="start"), *_events(request.get("events", []))]
    if events[0].at > at:
        raise DomainError(_("A start cannot lie in the future."), field="start")
    if at - events[0].at > LONGEST_YEARS * _YEAR:
        raise DomainError(_("A calculation covers at most %(most)s years.") % {"most": LONGEST_YEARS}, field="start")
    try:
        validate_events(terms, events, at)
        # A calendar that somebody made up pushes none out that clocks run in.
        with calculating_aside(FARTHEST_YEARS):
            _refuse_countless(terms, events, at)
            return _answer(judge(terms, events, at))
    except HorizonError as error:
        message = _("In these hours that is more than %(most)s years away.") % {"most": FARTHEST_YEARS}
        raise DomainError(message, field="calendar") from error
    except EventError as error:
        raise DomainError(error.message, field=f"events[{error.seq - 1}]") from error
    except CalendarError as error:
        raise DomainError(error.message, field=error.field) from error


def _refuse_countless(terms: Terms, events: list[Event], at: int) -> None:
    """An interval makes one stretch and the gap before it another; an event cuts one of either in two."""
    intervals = compile_calendar(terms.calendar).count_intervals(events[0].at, at)
    if 2 * (intervals + len(events)) > MOST_SEGMENTS:
        message = _("This makes more than %(most)s stretches. Choose a later start or fewer windows.")
        raise DomainError(message % {"most": MOST_SEGMENTS}, field="start")


def _terms(request: JsonObject) -> Terms:
    warn = request.get("warn", [])
    if not isinstance(warn, list):
        raise DomainError(_("This must be a list."), field="warn")
    if len(warn) > MOST_WARNINGS:
        raise DomainError(_("Warn at most %(most)s times.") % {"most": MOST_WARNINGS}, field="warn")
    if request.get("target_seconds") is None:
        raise DomainError(_("Say how many seconds of open time are promised."), field="target_seconds")
    # What is no number is refused by the terms.
    target: Any = request["target_seconds"]
    if isinstance(target, int) and target > FARTHEST_YEARS * _YEAR:
        message = _("Promise at most %(most)s years.") % {"most": FARTHEST_YEARS}
        raise DomainError(message, field="target_seconds")
    try:
        refuse_large(request.get("calendar"))
        calendar = CalendarSpec.from_json(request.get("calendar"))
    except CalendarError as error:
        where = error.field if error.field == "calendar" else f"calendar.{error.field}"
        raise DomainError(error.message, field=where) from error
    try:
        return Terms(calendar, target, warn=tuple(Warn.from_json(item) for item in warn))
    except TermsError as error:
        raise DomainError(error.message, field=error.field) from error


def _events(rows: JsonValue) -> list[Event]:
    if not isinstance(rows, list):
        raise DomainError(_("This must be a list."), field="events")
    if len(rows) > MOST_EVENTS:
        raise DomainError(_("At most %(most)s events fit one calculation.") % {"most": MOST_EVENTS}, field="events")
    return [_event(row, number) for number, row in enumerate(rows)]


def _event(row: JsonValue, number: int) -> Event:
    where = f"events[{number}]"
    if not isinstance(row, Mapping) or not set(row) <= {"at", "kind", "party", "reason"}:
        raise DomainError(_("An event has at, kind, party and reason."), field=where)
    kind = row.get("kind")
    if kind not in KINDS:
        words = {"kind": kind, "kinds": ", ".join(KINDS)}
        raise DomainError(_("“%(kind)s” is not a kind of event (%(kinds)s).") % words, field=f"{where}.kind")
    party, reason = _words(row.get("party"), f"{where}.party"), _words(row.get("reason"), f"{where}.reason")
    at = _instant(row.get("at"), f"{where}.at")
    return Event(at=at, kind=kind, party=party, reason=reason, seq=number + 1)


def _words(text: JsonValue, where: str) -> str | None:
    if text is not None and not isinstance(text, str):
        raise DomainError(_("This must be text."), field=where)
    if text is not None and len(text) > MOST_LETTERS:
        raise DomainError(_("Use at most %(most)s characters.") % {"most": MOST_LETTERS}, field=where)
    return text or None


def _instant(value: JsonValue, where: str) -> int:
    try:
        return to_instant(parse_instant(value))
    except BadMoment as error:
        raise DomainError(_(error.message), field=where) from error


def _answer(judgement: Judgement) -> Answer:
    return {
        "state": judgement.state,
        "due_at": _text(judgement.due_at),
        "breached_at": _text(judgement.breached_at),
        "satisfied_at": _text(judgement.satisfied_at),
        "consumed_seconds": judgement.consumed_seconds,
        "remaining_seconds": judgement.remaining_seconds,
        "warnings": [
            {**warning.warn.to_json(), "at": format_instant(warning.at), "passed": warning.passed}
            for warning in judgement.warnings
        ],
        "segments": [_segment(segment) for segment in judgement.segments],
    }


def _segment(s: Segment) -> dict[str, str | int]:
    party = {"party": s.party} if s.party else {}
    return {"from": format_instant(s.from_), "to": format_instant(s.to), "kind": s.kind, "seconds": s.seconds, **party}


def _text(instant: int | None) -> str | None:
    return None if instant is None else format_instant(instant)
