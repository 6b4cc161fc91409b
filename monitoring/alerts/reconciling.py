"""Holds what is told against how things stand, and sets right what differs: the auditor's second half.

Nothing here should ever be found. What is found is a fault of ours, is counted and logged, and is mended all the same,
because a client's system is ill meanwhile and nobody has been called.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

import structlog
from django.db import transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, Model, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from core.audit import announce_many, record
from core.clock import now
from core.outbox import is_pending, pending_payloads
from core.tenancy.scope import sweeper_scope, tenant_scope
from monitoring.alerts.services import end
from monitoring.models import Alert, Check, Threshold
from monitoring.polling.check_rows import GRACE
from monitoring.polling.evaluate import UNKNOWN_AFTER, Streaks, Transition
from monitoring.polling.schedule import first_due
from monitoring.polling.transitions import Seen, transition
from monitoring.words import Health

MOST_AT_ONCE = 500
MOST_FOLLOWED = 10_000
# Two machines whose clocks differ by less than this do each other no harm.
SKEW = timedelta(minutes=1)
RECONCILED = "monitoring.check.reconciled"
# The columns that say that something has begun, and what stands before the fingerprint of its alert.
BEGUN = {"firing_serial": "", "no_data_serial": "no-data:"}


class Kind(NamedTuple):
    """What can be ill: its model, the start of its fingerprint, where its check is, and when it is watched."""

    model: type[Check] | type[Threshold]
    prefix: str
    check: str
    bad: str
    unknown: str
    watched: dict[str, Any]


KINDS = (
    Kind(Check, "check:", "id", Health.DOWN, "unknown_streak__gte", {"enabled": True, "system__paused_at": None}),
    Kind(
        Threshold,
        "threshold:",
        "source_check_id",
        Health.DEGRADED,
        "missing_streak__gte",
        {"source_check__enabled": True, "source_check__system__paused_at": None},
    ),
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Differences:
    """How many there were of each kind before they were set right."""

    # Ill, and neither an alert nor an event under way; or an alert of what is well or not watched any more.
    alerts_wrong: int
    # Of a running system, and never asked again.
    checks_unscheduled: int
    # Due later than its interval allows, because a clock ran ahead.
    checks_ahead: int


def reconcile() -> Differences:
    """Looks across all agencies and sets right what it finds; returns what it found."""
    with sweeper_scope():
        wrong = list(_wrong()[:MOST_AT_ONCE])
        unscheduled = list(_unscheduled().values_list("agency_id", "id")[:MOST_AT_ONCE])
        ahead = _bring_back()
    for agency_id, check_id in {*wrong, *unscheduled}:
        try:
            with tenant_scope(agency_id):
                set_right(check_id)
        except Exception:
            # One that cannot be set right keeps nobody from being looked at; it is found again.
            log.exception("a check was not set right", check_id=str(check_id))
    return Differences(len(set(wrong)), len(unscheduled), ahead)


def _wrong() -> QuerySet[Model, tuple[uuid.UUID, uuid.UUID]]:
    """(agency, check) of each check with a difference, from the few rows in which something has begun."""
    found = [_untold(kind, column).values_list("agency_id", kind.check) for kind in KINDS for column in BEGUN]
    return found[0].union(*found[1:], _outlived().values_list("agency_id", "source_check_id"))


def _untold(kind: Kind, column: str) -> QuerySet[Model]:
    """The checks or limits that are watched, of which something has begun that has neither an alert nor an event."""
    # A serial without illness is what a worker of the version before has left: the next result clears it.
    ill = {kind.unknown: UNKNOWN_AFTER} if BEGUN[column] else {"health": kind.bad}
    rows = kind.model.objects.order_by().filter(**kind.watched, **ill, **{f"{column}__isnull": False})
    rows = rows.annotate(key=Concat(Value(BEGUN[column] + kind.prefix), Cast("id", TextField())))
    alert = Alert.objects.filter(Q(serial=OuterRef(column)) | Q(serial=None), agency_id=OuterRef("agency_id"))
    return rows.filter(~Exists(alert.filter(fingerprint=OuterRef("key"), recovered_at=None)), ~is_pending("key"))


def _outlived() -> QuerySet[Alert]:
    """Open alerts of what is switched off, removed or well."""
    no_data = Q(fingerprint__startswith="no-data:")
    limit = Q(fingerprint__contains="threshold:")
    over = (
        Q(source_check__enabled=False)
        | (limit & Q(threshold=None))
        | (~limit & ~no_data & Q(source_check__firing_serial=None) & ~Q(source_check__health=Health.DOWN))
        | (limit & ~no_data & Q(threshold__firing_serial=None) & ~Q(threshold__health=Health.DEGRADED))
        | (~limit & no_data & Q(source_check__no_data_serial=None, source_check__unknown_streak__lt=UNKNOWN_AFTER))
        | (limit & no_data & Q(threshold__no_data_serial=None, threshold__missing_streak__lt=UNKNOWN_AFTER))
    )
    return Alert.objects.order_by().filter(over, ~is_pending("fingerprint"), recovered_at=None)


def _unscheduled() -> QuerySet[Check]:
    """Of a running system and without a time to be asked at, while no pause or resumption is still to be followed."""
    names = ["clients.system.paused", "clients.system.resumed"]
    following = [payload["id"] for payload in pending_payloads(names, most=MOST_FOLLOWED)]
    rows = Check.objects.order_by().filter(enabled=True, next_due_at=None, system__paused_at=None)
    return rows.exclude(system_id__in=following)


def _bring_back() -> int:
    """Makes due what a clock that ran ahead has put off, with the lease and the last slot that it wrote."""
    interval = F("interval_seconds") * Value(timedelta(seconds=1)) + Value(SKEW)
    lease = F("timeout_ms") * Value(timedelta(milliseconds=1)) + Value(GRACE + SKEW)
    late = [ExpressionWrapper(Value(now()) + wait, DateTimeField()) for wait in (interval, lease)]
    ahead = Q(next_due_at__gt=late[0]) | Q(leased_until__gt=late[1], lease_id__isnull=False)
    rows = Check.objects.filter(ahead | Q(last_slot__gt=now() + 2 * SKEW), enabled=True, next_due_at__isnull=False)
    found = list(rows.order_by("id").select_for_update(of=("self",), skip_locked=True)[:MOST_AT_ONCE])
    for row in found:
        row.next_due_at, row.lease_id, row.leased_until, row.last_slot = first_due(row, now()), None, None, None
    Check.objects.bulk_update(found, ["next_due_at", "lease_id", "leased_until", "last_slot"])
    return len(found)


def set_right(check_id: uuid.UUID) -> None:
    """Makes what is told of a check and of its limits what it should be. In the scope of its agency."""
    with transaction.atomic():
        check = Check.objects.select_related("system").select_for_update(of=("self",)).get(id=check_id)
        if check.enabled and check.next_due_at is None and check.system.paused_at is None:
            check.next_due_at = first_due(check, now())
            check.save(update_fields=["next_due_at"])
        over = _outlived().filter(source_check_id=check.id).select_for_update(of=("self",))
        done = [_end(alert) for alert in over]
        done += [_fire(check, limit) for limit in (None, *check.thresholds.order_by("id"))]
        if any(done):
            log.error("alerts were set right", check_id=str(check_id))
            record(action=RECONCILED, object_type="check", object_id=check.id, client_id=check.client_id)


def _end(alert: Alert) -> bool:
    reason = _("nothing is wrong there any more")
    said = _("%(title)s: the alert ended because %(reason)s.") % {"title": alert.title, "reason": reason}
    end(alert, at=now(), evidence={"reason": reason}, said=said)
    return True


def _fire(check: Check, limit: Threshold | None) -> bool:
    """Fires anew what has begun and has no alert, with a serial of its own, whatever was told of the one before."""
    subject: Check | Threshold = limit or check
    kind = KINDS[1 if limit else 0]
    columns = [column for column in BEGUN if _untold(kind, column).filter(id=subject.id).exists()]
    emitted = []
    for column in columns:
        subject.transitions += 1
        setattr(subject, column, subject.transitions)
        told = Transition("lost" if BEGUN[column] else "fired", subject.transitions, subject.transitions)
        emitted.append(transition(check, limit, told, _seen(check, subject)))
    subject.save(update_fields=["transitions", *BEGUN])
    announce_many(emitted)
    return bool(emitted)


def _seen(check: Check, subject: Check | Threshold) -> Seen:
    """The last result, from which the present state comes."""
    unknown = subject.unknown_streak if isinstance(subject, Check) else subject.missing_streak
    streaks = Streaks(subject.health, subject.bad_streak, subject.good_streak, unknown)
    at = check.last_finished_at or now()
    return Seen(check.last_slot or at, min(at, now()), check.last_values, check.last_error, streaks)
