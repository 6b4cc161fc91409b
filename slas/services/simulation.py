"""The engine as a calculator: everything comes in one request, nothing is stored and nothing is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.clock import now
from core.errors import DomainError
from slas.engine import (
    EVENT_KINDS,
    CalendarError,
    CalendarSpec,
    Event,
    EventError,
    Judgement,
    Terms,
    TermsError,
    Warn,
    format_instant,
    judge,
    to_instant,
    validate_events,
)

_FIELDS = {"calendar", "target_seconds", "start", "warn", "events", "now"}
# What a caller may send. A start is given by itself, and other terms have no place in a single calculation.
KINDS = tuple(kind for kind in EVENT_KINDS if kind in ("pause", "resume", "satisfy", "cancel", "reopen"))
MOST_EVENTS = 1000


def simulate(request: Mapping[str, Any]) -> dict[str, Any]:
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
    try:
        validate_events(terms, events, at)
        return _answer(judge(terms, events, at))
    except EventError as error:
        raise DomainError(error.message, field=f"events[{error.seq - 1}]") from error
    except CalendarError as error:
        raise DomainError(error.message, field=error.field) from error


def _terms(request: Mapping[str, Any]) -> Terms:
    warn = request.get("warn", [])
    if not isinstance(warn, list):
        raise DomainError(_("This must be a list."), field="warn")
    if request.get("target_seconds") is None:
        raise DomainError(_("Say how many seconds of open time are promised."), field="target_seconds")
    try:
        calendar = CalendarSpec.from_json(request.get("calendar"))
    except CalendarError as error:
        where = error.field if error.field == "calendar" else f"calendar.{error.field}"
        raise DomainError(error.message, field=where) from error
    try:
        return Terms(calendar, request["target_seconds"], warn=tuple(Warn.from_json(item) for item in warn))
    except TermsError as error:
        raise DomainError(error.message, field=error.field) from error


def _events(rows: object) -> list[Event]:
    if not isinstance(rows, list):
        raise DomainError(_("This must be a list."), field="events")
    if len(rows) > MOST_EVENTS:
        raise DomainError(_("At most %(most)s events fit one calculation.") % {"most": MOST_EVENTS}, field="events")
    return [_event(row, number) for number, row in enumerate(rows)]


def _event(row: object, number: int) -> Event:
    where = f"events[{number}]"
    if not isinstance(row, Mapping) or not set(row) <= {"at", "kind", "party", "reason"}:
        raise DomainError(_("An event has at, kind, party and reason."), field=where)
    kind, party, reason = row.get("kind"), row.get("party"), row.get("reason")
    if kind not in KINDS:
        words = {"kind": kind, "kinds": ", ".join(KINDS)}
        raise DomainError(_("“%(kind)s” is not a kind of event (%(kinds)s).") % words, field=f"{where}.kind")
    for name, text in (("party", party), ("reason", reason)):
        if text is not None and not isinstance(text, str):
            raise DomainError(_("This must be text."), field=f"{where}.{name}")
    at = _instant(row.get("at"), f"{where}.at")
    return Event(at=at, kind=kind, party=party or None, reason=reason or None, seq=number + 1)


def _instant(value: object, where: str) -> int:
    try:
        if not isinstance(value, str):
            raise ValueError
        return to_instant(datetime.fromisoformat(value))
    except (ValueError, OverflowError):
        message = _("Give a moment with its zone, such as 2026-06-05T13:00:00Z.")
        raise DomainError(message, field=where) from None


def _answer(judgement: Judgement) -> dict[str, Any]:
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
        "segments": [
            {"from": format_instant(s.from_), "to": format_instant(s.to), "kind": s.kind, "seconds": s.seconds}
            | ({"party": s.party} if s.party else {})
            for s in judgement.segments
        ],
    }


def _text(instant: int | None) -> str | None:
    return None if instant is None else format_instant(instant)
