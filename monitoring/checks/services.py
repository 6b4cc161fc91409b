"""Writes of checks and thresholds."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import isfinite
from typing import Any, Unpack
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.utils.translation import gettext as _

from clients import selectors as clients
from core.audit import record_and_announce
from core.clock import now
from core.crypto import encrypt
from core.errors import DomainError, NotFound
from core.ids import uuid7
from core.net.guard import Allowance, TargetRefused, check_url
from core.selectors import net_allowances
from core.tenancy.context import require_agency
from core.tenancy.scope import sweeper_scope
from monitoring import events
from monitoring.addresses import stored_url
from monitoring.alerts.watching import limit_watched_no_more, watch_no_more
from monitoring.checks.content import CheckFields, ThresholdFields
from monitoring.locks import locked_check
from monitoring.models import Alert, Check, Threshold
from monitoring.polling.schedule import first_due
from monitoring.probing.parse import BadPath, TooManyParts, check_path
from monitoring.uptime.intervals import change_interval
from monitoring.words import CheckKind, Comparison, Health

# Seconds between two questions, by criticality.
INTERVALS = {"high": 60, "medium": 300, "low": 900}
MOST_METRICS = 50
# The columns that `_fill` sets.
FILLED = ("name", "url", "metrics", "timeout_ms", "bad_count", "good_count")
# How a check asks, and how a limit is judged, where nothing else is said.
NEW_CHECK: CheckFields = {
    "url": "",
    "metrics": (),
    "environment_kind": "production",
    "timeout_ms": 10_000,
    "bad_count": 3,
    "good_count": 2,
}
NEW_LIMIT: dict[str, object] = {"bad_count": 3, "good_count": 2, "agreed_on": None}
TABLE, COLUMN = "monitoring_check", "sealed_authorization"


def create_check(*, system_id: uuid.UUID | str, **content: Unpack[CheckFields]) -> Check:
    """A new check, due at once."""
    system = clients.system(uuid.UUID(str(system_id)))
    given = _said(NEW_CHECK) | _said(content)
    environment = clients.environment(system.id, given["environment_kind"])
    check = Check(
        id=uuid7(),
        agency_id=require_agency(),
        client_id=system.client_id,
        system_id=system.id,
        environment_id=environment.id,
        kind=_kind(given.get("kind")),
        interval_seconds=given.get("interval_seconds") or INTERVALS[system.criticality],
    )
    if Check.objects.count() >= settings.MOST_CHECKS:
        raise DomainError(_("An agency has at most %(most)d checks.") % {"most": settings.MOST_CHECKS}, field="name")
    _vet_interval(check.interval_seconds)
    check.next_due_at = first_due(check, now())
    _fill(check, given)
    _encrypt(check, given.get("authorization", ""))
    with transaction.atomic():
        _save(check, new=True)
        _emit(events.CHECK_CREATED, check)
    return check


def update_check(*, check_id: uuid.UUID, **content: Unpack[CheckFields]) -> Check:
    """Changes what is named and keeps the rest.

    An empty authorization keeps the stored one, unless the address moves to another host: what was given for one is
    not sent to the next. An answer that is under way to another question is thrown away.
    """
    with transaction.atomic():
        check = locked_check(check_id)
        before, given = (check.kind, check.url, check.metrics), _said(content)
        check.kind = _kind(given.get("kind", check.kind))
        interval = given.get("interval_seconds") or check.interval_seconds
        if interval != check.interval_seconds:
            _vet_interval(interval)
            change_interval(check, interval, now())
            if check.next_due_at:
                # Asked sooner from now on, and not only after the wait of before.
                check.next_due_at = min(check.next_due_at, now() + timedelta(seconds=interval))
        if kind := given.get("environment_kind"):
            check.environment_id = clients.environment(check.system_id, kind).id
        _fill(check, {name: getattr(check, name) for name in FILLED} | given)
        if urlsplit(before[1])[:2] != urlsplit(check.url)[:2]:
            check.sealed_authorization = None
        if before != (check.kind, check.url, check.metrics):
            check.lease_id, check.next_due_at = None, first_due(check, now())
        _encrypt(check, given.get("authorization", ""))
        _save(check, new=False)
        _emit(events.CHECK_UPDATED, check)
    return check


def enable_check(*, check_id: uuid.UUID) -> Check:
    """Asks again, at once. One that runs goes on as it is, with the alert that it may have."""
    with transaction.atomic():
        check = locked_check(check_id)
        if not check.enabled:
            check.enabled, check.health = True, Health.UNKNOWN
            # Of a paused system nothing is asked until it is resumed.
            check.next_due_at = None if check.system.paused_at else first_due(check, now())
            check.save(update_fields=["enabled", "next_due_at", "health"])
            _emit(events.CHECK_ENABLED, check)
    return check


def disable_check(*, check_id: uuid.UUID) -> Check:
    """Asks no more. What was measured stays; an answer that is under way is thrown away."""
    with transaction.atomic():
        check = locked_check(check_id)
        if check.enabled:
            check.enabled, check.next_due_at, check.lease_id = False, None, None
            watch_no_more(check, list(check.thresholds.all()), reason=_("the check was paused"))
            _emit(events.CHECK_DISABLED, check)
    return check


def run_now(*, check_id: uuid.UUID) -> Check:
    """Asks at once, beside the schedule, unless an answer is under way already."""
    with transaction.atomic():
        check = locked_check(check_id)
        if not check.enabled:
            raise DomainError(_("This check is paused. Let it run again first."))
        if check.kind == CheckKind.PUSH:
            raise DomainError(_("This check waits for what the system sends; there is nobody to ask."))
        if check.lease_id is None:
            check.next_due_at = now()
            check.save(update_fields=["next_due_at"])
        record_and_announce(
            action=events.CHECK_ASKED, object_type="check", object_id=check.id, client_id=check.client_id
        )
    return check


def set_threshold(*, check_id: uuid.UUID, **content: Unpack[ThresholdFields]) -> Threshold:
    """Sets the agreed limit of a metric in one direction; a second call replaces it and starts its streaks anew.

    A limit that has fired goes on firing until enough values are good under the new one.
    """
    with transaction.atomic():
        check = locked_check(check_id)
        metric, comparison, limit = content["metric"], content["comparison"], content["limit"]
        clear = content.get("clear_limit")
        clear = limit if clear is None else clear
        _vet_limit(check, metric, comparison, limit, clear)
        fired = check.thresholds.filter(metric=metric, comparison=comparison, health=Health.DEGRADED).exists()
        threshold, _made = Threshold.objects.update_or_create(
            source_check=check,
            metric=metric,
            comparison=comparison,
            defaults={
                **NEW_LIMIT,
                **content,
                "client_id": check.client_id,
                "clear_limit": clear,
                "unit": content.get("unit", "").strip()[:12],
                "impact": _impact(content.get("impact", "")),
                "health": Health.DEGRADED if fired else Health.UNKNOWN,
                "bad_streak": 0,
                "good_streak": 0,
                "missing_streak": 0,
            },
        )
        record_and_announce(
            action=events.THRESHOLD_SET,
            object_type="threshold",
            object_id=threshold.id,
            client_id=check.client_id,
            changes={"metric": metric, "comparison": comparison, "limit": limit, "clear_limit": clear},
        )
    return threshold


def remove_threshold(*, threshold_id: uuid.UUID) -> None:
    """Takes a limit away. Its open alert ends; alerts outlive it, with its rule in their evidence."""
    with transaction.atomic():
        threshold = Threshold.objects.find(id=threshold_id)
        if threshold is None:
            raise NotFound(_("There is no such threshold."))
        check = locked_check(threshold.source_check_id)
        # As it stands now that nobody else can change it.
        threshold.refresh_from_db()
        record_and_announce(
            action=events.THRESHOLD_REMOVED,
            object_type="threshold",
            object_id=threshold.id,
            client_id=threshold.client_id,
        )
        limit_watched_no_more(check, threshold, reason=_("the limit was removed"))
        Alert.objects.filter(threshold_id=threshold.id).update(threshold=None)
        threshold.delete()


def move_checks(addresses: dict[uuid.UUID, str]) -> None:
    """Points every check of these systems at another address. For the demo, whose sample system changes ports."""
    for system_id, url in addresses.items():
        for check in Check.objects.filter(system_id=system_id):
            update_check(check_id=check.id, url=url)


def mark_stale() -> int:
    """Calls a check's state unknown once it has not been answered for three intervals; returns how many changed."""
    quiet = F("interval_seconds") * Value(timedelta(seconds=3))
    with sweeper_scope():
        return Check.objects.filter(
            enabled=True, next_due_at__isnull=False, last_finished_at__lt=now() - quiet, health=Health.HEALTHY
        ).update(health=Health.UNKNOWN)


def _said(content: CheckFields) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value is not None}


def _kind(value: str | None) -> str:
    if value not in CheckKind.values:
        raise DomainError(_("Choose how to ask."), field="kind")
    return value


def _fill(check: Check, given: Mapping[str, Any]) -> None:
    """What is columns as it is said; the environment, the interval and the header are set by the caller."""
    check.name = " ".join(given.get("name", "").split())
    if not check.name or len(check.name) > 80:
        raise DomainError(_("Give the check a name of at most 80 characters."), field="name")
    _vet_interval(check.interval_seconds)
    if not 100 <= given["timeout_ms"] <= min(60_000, check.interval_seconds * 1000):
        raise DomainError(
            _("Wait at least 100 ms, at most 60 s, and never longer than the interval."), field="timeout_ms"
        )
    if not (1 <= given["bad_count"] <= 100 and 1 <= given["good_count"] <= 100):
        raise DomainError(_("Use a number from 1 to 100."), field="bad_count")
    check.url = "" if check.kind == CheckKind.PUSH else _vet(given["url"].strip())
    check.timeout_ms, check.bad_count, check.good_count = (given[name] for name in FILLED[-3:])
    check.metrics = _metrics(check.kind, given["metrics"])


def _vet_interval(seconds: int) -> None:
    if not 5 <= seconds <= 2_678_400:
        raise DomainError(_("Ask between every 5 seconds and every 31 days."), field="interval_seconds")


def _metrics(kind: str, metrics: Sequence[Mapping[str, object]]) -> list[dict[str, str]]:
    if kind == CheckKind.HTTP:
        return []
    if kind == CheckKind.PUSH and not metrics:
        raise DomainError(_("Name at least one value that will be sent."), field="metrics")
    if len(metrics) > MOST_METRICS:
        raise DomainError(_("Read at most 50 values with one check."), field="metrics")
    cleaned = []
    for metric in metrics:
        name = str(metric.get("name", "")).strip()
        path = str(metric.get("path", name)).strip()
        if not name or len(name) > 60 or name == "latency":
            raise DomainError(
                _("Each value has a name of at most 60 characters; “latency” is measured anyway."), field="metrics"
            )
        try:
            if kind != CheckKind.PUSH:
                check_path(kind, path)
        except TooManyParts:
            raise DomainError(
                _("“%(path)s” has more than 100 parts. Shorten it, or let the system answer less.") % {"path": path},
                field="metrics",
            ) from None
        except BadPath:
            raise DomainError(_("“%(path)s” is no path that can be read.") % {"path": path}, field="metrics") from None
        cleaned.append({"name": name, "path": path, "unit": str(metric.get("unit", "")).strip()[:12]})
    if len({metric["name"] for metric in cleaned}) < len(cleaned):
        raise DomainError(_("Two values have the same name."), field="metrics")
    return cleaned


def _vet(url: str) -> str:
    """The address as the network writes it: it may be reached, and it has no letters that cannot be sent."""
    try:
        target = check_url(url, [Allowance(host, port) for host, port in net_allowances(require_agency())])
        return stored_url(target.url, target.host)
    except TargetRefused as refused:
        raise DomainError(_(refused.message), field="url", code=refused.code) from refused


def _impact(text: str) -> str:
    words = " ".join(text.split())
    if len(words) > 120:
        raise DomainError(_("Use at most %(most)s characters.") % {"most": 120}, field="impact")
    return words


def _vet_limit(check: Check, metric: str, comparison: str, limit: float, clear: float) -> None:
    if metric not in check.measured:
        raise DomainError(_("This check does not read such a value."), field="metric")
    if comparison not in Comparison.values:
        raise DomainError(_("Choose on which side of the limit a value is bad."), field="comparison")
    if not (isfinite(limit) and isfinite(clear)):
        raise DomainError(_("A limit is a number."), field="limit")
    if (clear > limit) if comparison == Comparison.ABOVE else (clear < limit):
        raise DomainError(_("It must clear on the good side of the limit."), field="clear_limit")


def _encrypt(check: Check, authorization: str) -> None:
    if not (authorization.isascii() and authorization.isprintable()):
        raise DomainError(_("Use plain letters, digits and signs on one line."), field="authorization")
    if authorization:
        check.sealed_authorization = encrypt(
            authorization, agency_id=check.agency_id, table=TABLE, column=COLUMN, row_id=check.id
        )


def _save(check: Check, *, new: bool) -> None:
    try:
        with transaction.atomic():
            check.save(force_insert=new)
    except IntegrityError as error:
        raise DomainError(_("This environment has a check of this name already."), field="name") from error


def _emit(action: str, check: Check) -> None:
    record_and_announce(
        action=action,
        object_type="check",
        object_id=check.id,
        client_id=check.client_id,
        changes={"kind": check.kind, "interval_seconds": check.interval_seconds, "enabled": check.enabled},
    )
