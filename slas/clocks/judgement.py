"""What the engine says of stored clocks; writes nothing.

Their events and notices are read as light rows: judging reads all of them, and a row of Django's costs five times as
much to make.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.db.models import BooleanField, F, Func, Model, QuerySet, TextField, Value
from django.db.models.functions import Cast

from core.json_values import JsonObject
from core.tenancy.bulk import array
from slas.calendars.models import CalendarVersion
from slas.clocks.due import AnyClock
from slas.clocks.models import ClockEvent, ClockNotice
from slas.engine import (
    EVENT_KINDS,
    CalendarSpec,
    Event,
    Judgement,
    Kept,
    Terms,
    Warn,
    default_warnings,
    judge,
    to_instant,
)
from slas.policies.models import Target

# Bytes: the text of terms is as long as the dates of its calendar are many, and what is read of it weighs more.
MOST_OF_TERMS = 16 * 2**20
_OF_A_LETTER = 12
Row = TypeVar("Row", bound=Model)
_known_terms: Kept[str, Terms] = Kept(MOST_OF_TERMS)


class Happened(NamedTuple):
    """What judging needs of an event."""

    seq: int
    at: datetime
    kind: str
    party: str = ""
    reason: str = ""
    data: dict[str, Any] = {}


Events = dict[uuid.UUID, list[Happened]]


def history(clocks: Collection[AnyClock]) -> Events:
    """The events of these clocks by clock id, in one query."""
    found: Events = {clock.id: [] for clock in clocks}
    by_text = {str(clock_id): rows for clock_id, rows in found.items()}
    rows = _of(ClockEvent.objects.all(), clocks).order_by("clock_id", "seq")
    whose, data_text = Cast("clock_id", TextField()), Cast("data", TextField())
    columns = rows.values_list(whose, "seq", "at", "kind", "party", "reason", data_text)
    for clock_id, seq, at, kind, party, reason, data in columns:
        by_text[clock_id].append(Happened(seq, at, kind, party, reason, {} if data == "{}" else json.loads(data)))
    return found


def told_of(clocks: Collection[AnyClock]) -> dict[uuid.UUID, set[str]]:
    """The thresholds that were noted of these clocks by clock id, in one query."""
    found: dict[uuid.UUID, set[str]] = {clock.id: set() for clock in clocks}
    by_text = {str(clock_id): thresholds for clock_id, thresholds in found.items()}
    rows = _of(ClockNotice.objects.all(), clocks)
    for clock_id, threshold in rows.values_list(Cast("clock_id", TextField()), F("threshold")):
        by_text[clock_id].add(threshold)
    return found


def _of(rows: QuerySet[Row], clocks: Collection[AnyClock]) -> QuerySet[Row]:
    """The rows of these clocks. The agencies are named too because the index begins with them, and a sweep has clocks
    of many."""
    agencies = {clock.agency_id for clock in clocks}
    # One text for all of them: a list would be adapted id by id.
    ids = Value(array(clock.id for clock in clocks))
    return rows.filter(_AnyOf(F("clock_id"), ids), agency_id__in=agencies)


class _AnyOf(Func):
    """``column = ANY (array of ids)``."""

    template = "%(expressions)s::uuid[])"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


def read_terms(data: JsonObject | str) -> Terms:
    """Frozen terms, as JSON or its text. Those of one promise are the same in every clock, and reading them costs more
    than judging."""
    text = data if isinstance(data, str) else repr(data)
    known = _known_terms.get(text)
    if known is not None:
        return known
    terms = Terms.from_json(json.loads(data) if isinstance(data, str) else data)
    return _known_terms.keep(text, terms, 2_000 + _OF_A_LETTER * len(text))


def engine_events(rows: Iterable[Happened]) -> list[Event]:
    """The rows as the engine reads them. A breach is left out: it follows from the others."""
    return [_engine_event(row) for row in rows if row.kind in EVENT_KINDS]


def _engine_event(row: Happened) -> Event:
    data = row.data
    return Event(
        at=to_instant(row.at),
        kind=row.kind,  # type: ignore[arg-type]
        party=row.party or None,
        reason=row.reason or None,
        mode=data.get("mode", "carry_elapsed"),
        terms=read_terms(data["terms"]) if "terms" in data else None,
        corrects=data.get("corrects"),
        seq=row.seq,
    )


def judge_clock(clock: AnyClock, rows: Iterable[Happened], at: datetime) -> Judgement:
    """What the engine says of a clock at an instant, from its frozen terms and its events alone."""
    return judge(read_terms(clock.terms), engine_events(rows), to_instant(at))


def terms_in(target: Target, version: CalendarVersion) -> Terms:
    """The target's promise in these hours."""
    return Terms(
        calendar=CalendarSpec.from_json(version.spec),
        target_seconds=target.seconds,
        warn=tuple(map(Warn.from_json, target.warn)) or default_warnings(target.seconds),
        guarantee=target.is_guarantee,
        pausable=target.pausable,
        pausing=tuple(target.pausing),
    )
