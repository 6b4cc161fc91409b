"""Values that a system sends instead of being asked. They are judged as an answer is, in the order of their slots."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import announce_many
from core.clock import now
from core.errors import DomainError, TooMany
from core.ids import uuid7
from core.rates import Limit, spend
from core.tenancy.context import require_agency
from monitoring.locks import locked_check
from monitoring.models import Check
from monitoring.polling.check_rows import held_of, limits_of
from monitoring.polling.results import Result, apply_result, save_judged
from monitoring.samples import store
from monitoring.words import CheckKind

MOST_AT_ONCE = 1000
# A sender's clock may run ahead by this much.
AHEAD = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pushed:
    """One value of one metric, measured at ``at``; None stands for now."""

    metric: str
    value: float
    at: datetime | None = None


def push(*, check_id: uuid.UUID, samples: Sequence[Pushed] = (), error: str = "") -> int:
    """Stores values that were sent and judges what is newer than the last; returns how many were new.

    A value of a metric and slot that is there already stays as it is, so that sending again is safe. ``error`` is the
    sender's word that it failed: it counts as a bad answer, and as a sign of life.
    """
    # Before the check is locked, and also where it will be refused: finding that out costs the same.
    _spend(max(1, len(samples)))
    at = now()
    with transaction.atomic():
        check = locked_check(check_id)
        _refuse(check, samples, error)
        known = set(check.measured)
        values = [(_slot(known, one, at, place), one) for place, one in enumerate(samples)]
        owner = (check.agency_id, check.client_id, check.id)
        stored = store.insert([store.Value(*owner, one.metric, slot, one.value) for slot, one in values])
        # Of a paused system values are kept, and nothing follows from them.
        if check.system.paused_at is None:
            _judge(check, _results(check, values, error, at))
    return stored


def _spend(values: int) -> None:
    """TooMany where the agency's systems together have sent all that they may in a minute."""
    limit = Limit(f"samples:{require_agency()}", settings.AGENCY_SAMPLES_PER_MINUTE)
    verdict = spend([limit], values)
    if not verdict.allowed:
        words = {"most": limit.most, "wait": verdict.wait}
        raise TooMany(
            _("Your agency may send %(most)s values a minute. Send these again in %(wait)s s.") % words,
            wait=verdict.wait,
        )


def _refuse(check: Check, samples: Sequence[Pushed], error: str) -> None:
    if check.kind != CheckKind.PUSH:
        raise DomainError(_("This check asks by itself. Values are sent to a check of the kind “push”."))
    if not check.enabled:
        raise DomainError(_("This check is paused. Let it run again first."))
    if len(samples) > MOST_AT_ONCE:
        raise DomainError(_("Send at most 1,000 values at once."), field="samples")
    if not samples and not error:
        raise DomainError(_("Send at least one value, or an error."), field="samples")


def _slot(known: set[str], one: Pushed, at: datetime, place: int) -> datetime:
    slot = one.at or at
    if one.metric not in known:
        raise DomainError(
            _("This check has no value named “%(name)s”.") % {"name": one.metric[:60]}, field=f"samples.{place}.metric"
        )
    if slot > at + AHEAD:
        raise DomainError(_("A value cannot be of the future."), field=f"samples.{place}.at")
    if slot < at - timedelta(days=settings.SAMPLE_RETENTION_DAYS):
        raise DomainError(_("This is older than what is kept."), field=f"samples.{place}.at")
    return slot


def _results(check: Check, values: list[tuple[datetime, Pushed]], error: str, at: datetime) -> list[Result]:
    """An answer a slot, for the slots after the last one that was judged; the sender's error comes last."""
    groups: dict[datetime, dict[str, float]] = defaultdict(dict)
    for slot, one in values:
        if check.last_slot is None or slot > check.last_slot:
            groups[slot].setdefault(one.metric, one.value)
    lease = uuid7()
    results = [Result(check.id, lease, slot, "", at, 0, values=groups[slot]) for slot in sorted(groups)]
    if error:
        # Not before what was judged already: a sender's clock may run ahead of ours.
        last = max([at, *groups, *([check.last_slot] if check.last_slot else [])])
        results.append(Result(check.id, lease, last, "", at, 0, error_class="reported", detail=error))
    return results


def _judge(check: Check, results: list[Result]) -> None:
    if not results:
        return
    leased = held_of(check)
    (limits,) = limits_of([leased])
    emitted = [item for result in results for item in apply_result(leased, limits, result)]
    save_judged([leased], limits)
    announce_many(emitted)
