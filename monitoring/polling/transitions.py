"""The event of a check or limit that has gone bad or good: what it says, and its place in the order of its subject.

It carries the rule it was judged by, so that whoever tells it late tells of then and not of now.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Required, TypedDict

from core.audit import ordered_event
from core.models import OutboxEvent
from monitoring import events
from monitoring.models import Check, Threshold
from monitoring.polling.check_rows import LeasedCheck, ThresholdRow
from monitoring.polling.evaluate import Streaks, Transition

NO_DATA = ("lost", "found")
_NO_DATA_PREFIX = "no-data:"


class Seen(NamedTuple):
    """The result behind the event: its slot, when it came, what it said, and the streaks after it."""

    slot: datetime
    finished_at: datetime
    values: Mapping[str, float]
    error_class: str
    streaks: Streaks


class Rule(TypedDict, total=False):
    """How many results in a row make a difference; of a limit what it says as well."""

    bad_count: Required[int]
    good_count: Required[int]
    metric: str
    unit: str
    comparison: str
    limit: float
    clear_limit: float


class Told(TypedDict):
    """What the event says; instants are text."""

    check_id: str
    # None where the check's address itself fails.
    threshold_id: str | None
    change: str
    serial: int
    slot: str
    began_at: str
    finished_at: str
    value: float | None
    error_class: str
    bad_streak: int
    good_streak: int
    unknown_streak: int
    rule: Rule


class Event(Told, total=False):
    """What the event says, with its subject, and why it ended where that is watched no more."""

    fingerprint: Required[str]
    reason: str


def fingerprint_of(check_id: uuid.UUID, threshold_id: uuid.UUID | str | None, *, no_data: bool = False) -> str:
    """What makes two alerts the same: the threshold, or the check where its address itself fails."""
    subject = f"threshold:{threshold_id}" if threshold_id else f"check:{check_id}"
    return f"{_NO_DATA_PREFIX}{subject}" if no_data else subject


def transition(
    check: LeasedCheck | Check,
    threshold: ThresholdRow | Threshold | None,
    told: Transition,
    seen: Seen,
    *,
    no_data: bool = False,
    reason: str = "",
) -> OutboxEvent:
    """The outbox row. The subject's row must be locked, and written in the same transaction with what has been told.

    ``no_data`` says of what is watched no more which of the two kinds it ends, ``reason`` why.
    """
    key = fingerprint_of(check.id, threshold.id if threshold else None, no_data=no_data or told.change in NO_DATA)
    more = {"fingerprint": key, "reason": reason} if reason else {"fingerprint": key}
    return ordered_event(
        name=events.TRANSITIONED,
        payload={**_payload(check, threshold, told, seen), **more},
        agency_id=check.agency_id,
        client_id=check.client_id,
        key=key,
        seq=told.seq,
        at=seen.finished_at,
    )


def unwatched(check: Check, threshold: Threshold | None, *, reason: str, at: datetime) -> list[OutboxEvent]:
    """The ends of what has begun and is watched no more, written into the subject's row; the caller saves both.

    In the order of its subject, so that a firing which is told later than this is ended too.
    """
    subject: Check | Threshold = threshold or check
    seen = Seen(at, at, {}, "", Streaks(subject.health))
    rows = []
    for column, no_data in (("firing_serial", False), ("no_data_serial", True)):
        serial = getattr(subject, column)
        if serial is not None:
            subject.transitions += 1
            told = Transition("unwatched", serial, subject.transitions)
            rows.append(transition(check, threshold, told, seen, no_data=no_data, reason=reason))
            setattr(subject, column, None)
    return rows


def _payload(
    check: LeasedCheck | Check, threshold: ThresholdRow | Threshold | None, told: Transition, seen: Seen
) -> Told:
    rule: Any = threshold or check
    results = seen.streaks.unknown if told.change == "lost" else rule.bad_count
    began = seen.slot - timedelta(seconds=check.interval_seconds * (results - 1))
    return {
        "check_id": str(check.id),
        "threshold_id": str(threshold.id) if threshold else None,
        "change": told.change,
        "serial": told.serial,
        "slot": seen.slot.isoformat(),
        "began_at": began.isoformat(),
        "finished_at": seen.finished_at.isoformat(),
        "value": seen.values.get(threshold.metric) if threshold else None,
        "error_class": seen.error_class,
        "bad_streak": seen.streaks.bad,
        "good_streak": seen.streaks.good,
        "unknown_streak": seen.streaks.unknown,
        "rule": _rule(check, threshold),
    }


def _rule(check: LeasedCheck | Check, threshold: ThresholdRow | Threshold | None) -> Rule:
    if threshold is None:
        return {"bad_count": check.bad_count, "good_count": check.good_count}
    return {
        "metric": threshold.metric,
        "unit": threshold.unit,
        "comparison": threshold.comparison,
        "limit": threshold.limit,
        "clear_limit": threshold.clear_limit,
        "bad_count": threshold.bad_count,
        "good_count": threshold.good_count,
    }
