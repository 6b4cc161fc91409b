"""Stores results: samples, states, streaks and the events of what fired, in one transaction a batch."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

import structlog

from core.audit import announce_many
from core.heartbeat import beat
from core.models import OutboxEvent
from core.tenancy.scope import sweeper_scope
from monitoring.models import Check, Threshold
from monitoring.polling.check_rows import LeasedCheck, ThresholdRow, limits_of, lock_ours, read_held
from monitoring.polling.evaluate import (
    UNKNOWN_AFTER,
    Rule,
    Streaks,
    Told,
    Transition,
    Verdict,
    compare,
    judge_value,
    own_trouble,
    step,
)
from monitoring.polling.schedule import first_due, next_slot
from monitoring.polling.transitions import Seen, transition
from monitoring.samples import store
from monitoring.uptime.months import DOWN
from monitoring.words import CheckKind, Health

NETWORK = frozenset({"dns", "refused", "connect_timeout", "timeout", "tls"})
# Failures that say something about us and nothing about the target.
OURS = frozenset({"blocked", "internal"})
CHECK_FIELDS = [
    "health",
    "bad_streak",
    "good_streak",
    "unknown_streak",
    "last_slot",
    "last_finished_at",
    "last_ok_at",
    "last_latency_us",
    "last_values",
    "last_error",
    "last_detail",
    "skipped_slots",
    "next_due_at",
    "lease_id",
    "leased_until",
]
TOLD_FIELDS = ["transitions", "firing_serial", "no_data_serial"]
THRESHOLD_FIELDS = ["health", "bad_streak", "good_streak", "missing_streak", *TOLD_FIELDS]

log = structlog.get_logger(__name__)


class Result(NamedTuple):
    """What came of one request. ``error_class`` is empty where the values could be read."""

    check_id: uuid.UUID
    lease_id: uuid.UUID
    slot: datetime
    host: str
    finished_at: datetime
    latency_us: int | None
    values: Mapping[str, float] = MappingProxyType({})
    error_class: str = ""
    detail: str = ""
    # The row as it was claimed, and the transaction that claimed it: unless somebody has written it since, it need not
    # be read again.
    claimed: LeasedCheck | None = None
    claimed_in: int = 0


def store_results(results: Sequence[Result]) -> list[uuid.UUID]:
    """Stores those whose lease is still theirs; returns the ids of the outbox rows it wrote."""
    with sweeper_scope():
        pairs = _still_ours(results)
        checks = [check for check, _result in pairs]
        limits = limits_of(checks)
        suppress = _is_our_trouble(pairs)
        emitted = [
            item
            for (check, result), those in zip(pairs, limits, strict=True)
            for item in apply_result(check, those, result, suppress=suppress)
        ]
        store.insert([value for check, result in pairs for value in _samples(check, result, suppress=suppress)])
        save_judged(checks, [one for those in limits for one in those])
        return announce_many(emitted)


def save_judged(checks: Sequence[LeasedCheck], limits: Iterable[ThresholdRow]) -> None:
    """Writes what was judged: the checks, and those limits whose streaks are others than before."""
    changed = [
        Threshold(id=one.id, **{name: getattr(one, name) for name in THRESHOLD_FIELDS}) for one in limits if one.changed
    ]
    Check.objects.update_columns(checks, CHECK_FIELDS)
    Check.objects.update_columns([check for check in checks if check.emitted], TOLD_FIELDS)
    Threshold.objects.bulk_update(changed, THRESHOLD_FIELDS)


def _still_ours(results: Sequence[Result]) -> list[tuple[LeasedCheck, Result]]:
    """The results whose lease still holds, each with its check, locked, in the order of their ids."""
    locked = [(results[place], written) for place, written in lock_ours([one[:2] for one in results])]
    # A row that nobody has written since it was claimed need not be read again.
    known = [one.claimed if one.claimed_in == written else None for one, written in locked]
    fresh = read_held([one.check_id for (one, _written), check in zip(locked, known, strict=True) if check is None])
    return [(check or fresh[one.check_id], one) for (one, _written), check in zip(locked, known, strict=True)]


def _is_our_trouble(pairs: Sequence[tuple[LeasedCheck, Result]]) -> bool:
    seen = [(result.host, result.error_class in NETWORK, check.health == Health.HEALTHY) for check, result in pairs]
    trouble = own_trouble(seen)
    if trouble:
        log.error("many unrelated targets fail at once; alerts are held", targets=len(seen))
        beat("prober trouble", targets=len(seen))
    return trouble


def apply_result(
    check: LeasedCheck, limits: Sequence[ThresholdRow], result: Result, *, suppress: bool = False
) -> list[OutboxEvent]:
    """Judges the check and its thresholds and writes the outcome into the rows; returns the events.

    With ``hold`` a failure on the network is our own trouble and counts against nobody.
    """
    ok = not result.error_class
    _schedule(check, result)
    check.last_finished_at, check.last_latency_us = result.finished_at, result.latency_us
    check.last_error, check.last_detail = result.error_class, result.detail[:200]
    check.last_ok_at = result.finished_at if ok else check.last_ok_at
    # Nothing old stands in for what this answer did not say.
    check.last_values = result.values if ok else {}
    suppressed = is_ours(result.error_class, suppress=suppress)
    verdict: Verdict = "good" if ok else "unknown" if suppressed else "bad"
    before = Streaks(check.health, check.bad_streak, check.good_streak, check.unknown_streak)
    after = step(before, verdict, Rule(check.bad_count, check.good_count, Health.DOWN))
    check.health, check.bad_streak = after.health, after.bad
    check.good_streak, check.unknown_streak = after.good, after.unknown
    # Only an address we may not ask is the agency's to look into; our own trouble is ours.
    told = _transitions(check, bad=after.health == Health.DOWN, lost=_is_lost(after, result.error_class == "blocked"))
    check.emitted = check.emitted or bool(told)
    emitted = [_event(check, None, one, result, after) for one in told]
    for threshold in limits:
        emitted += _apply_to_threshold(check, threshold, result)
    return emitted


def _is_lost(after: Streaks, counts: bool) -> bool | None:
    """Whether nobody can tell any more how it stands; None where this result does not say, as while it is our fault."""
    if after.unknown == 0:
        return False
    return True if counts and after.unknown >= UNKNOWN_AFTER else None


def _transitions(subject: LeasedCheck | ThresholdRow, *, bad: bool, lost: bool | None) -> list[Transition]:
    before = Told(subject.transitions, subject.firing_serial, subject.no_data_serial)
    after, emitted = compare(before, bad=bad, lost=lost)
    subject.transitions, subject.firing_serial, subject.no_data_serial = after
    return emitted


def _apply_to_threshold(check: LeasedCheck, threshold: ThresholdRow, result: Result) -> list[OutboxEvent]:
    value = result.values.get(threshold.metric) if not result.error_class else None
    verdict = judge_value(
        value,
        comparison=threshold.comparison,
        limit=threshold.limit,
        clear_limit=threshold.clear_limit,
        fired=threshold.health == Health.DEGRADED,
    )
    before = Streaks(threshold.health, threshold.bad_streak, threshold.good_streak, threshold.missing_streak)
    after = step(before, verdict, Rule(threshold.bad_count, threshold.good_count, Health.DEGRADED))
    threshold.health, threshold.bad_streak = after.health, after.bad
    threshold.good_streak, threshold.missing_streak = after.good, after.unknown
    # While the whole answer fails, the check says so; a value is missed in an answer that came.
    told = _transitions(threshold, bad=after.health == Health.DEGRADED, lost=_is_lost(after, not result.error_class))
    threshold.changed = threshold.changed or after != before or bool(told)
    return [_event(check, threshold, one, result, after) for one in told]


def _schedule(check: LeasedCheck, result: Result) -> None:
    """The next slot of the fixed grid. Those that passed since the one that was due are counted, not caught up.

    A check that waits for what is sent begins anew with each of its values.
    """
    check.lease_id = check.leased_until = None
    check.last_slot = result.slot
    if check.kind == CheckKind.PUSH:
        check.next_due_at = first_due(check, result.finished_at)
        return
    every, due = timedelta(seconds=check.interval_seconds), check.next_due_at or result.slot
    upcoming = next_slot(check.id, check.interval_seconds, result.finished_at)
    check.skipped_slots += max(0, round((upcoming - due) / every) - 1)
    check.next_due_at = upcoming if check.enabled else None


def _samples(check: LeasedCheck, result: Result, *, suppress: bool) -> list[store.Value]:
    """Its values; of an answer that failed for the target's own reasons, that it was down, which uptime counts."""
    values = result.values.items()
    if result.error_class and not is_ours(result.error_class, suppress=suppress):
        values = {DOWN: 1.0}.items()
    return [store.Value(check.agency_id, check.client_id, check.id, name, result.slot, value) for name, value in values]


def is_ours(error_class: str, *, suppress: bool) -> bool:
    """Whether a failure says something about us and nothing about the target."""
    return error_class in OURS or (suppress and error_class in NETWORK)


def _event(
    check: LeasedCheck, threshold: ThresholdRow | None, told: Transition, result: Result, after: Streaks
) -> OutboxEvent:
    seen = Seen(result.slot, result.finished_at, result.values, result.error_class, after)
    return transition(check, threshold, told, seen)
