"""Calendars and policies. What has been signed is never edited: every change is a new version beside the old ones."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.audit import record_and_announce
from core.clock import now
from core.errors import DomainError, NotFound
from slas.engine import CalendarError, CalendarSpec, compile_calendar, duration_text, to_instant
from slas.events import CALENDAR_CREATED, CALENDAR_VERSION_CREATED, POLICY_CREATED, POLICY_VERSION_CREATED
from slas.models import Calendar, CalendarVersion, Metric, Policy, PolicyVersion, Severity, Target

# A year of open time. Whoever promises more has typed something else than they meant.
LONGEST_TARGET = 366 * 24 * 3600
LONGEST_HOLD_MINUTES = 7 * 24 * 60
# Words that stand in an address where a slug could.
_RESERVED = {"new", "calendars", "all", "moves"}


def create_calendar(*, name: str, spec: Mapping[str, Any] | str) -> CalendarVersion:
    """A calendar and its first version; ``spec`` is what ``CalendarSpec.from_json`` reads. Errors name the field."""
    text = _spec(spec)
    with transaction.atomic():
        title, slug = _name(name, Calendar, "calendar")
        calendar = Calendar.objects.create(name=title, slug=slug)
        version: CalendarVersion = CalendarVersion.objects.create(calendar=calendar, number=1, spec=text)
        record_and_announce(action=CALENDAR_CREATED, object_type="calendar", object_id=calendar.id)
        return version


def new_calendar_version(
    *, calendar_id: uuid.UUID, spec: Mapping[str, Any] | str, starts_at: datetime | None = None
) -> CalendarVersion:
    """The calendar's next version. Clocks that start from ``starts_at`` (now) on keep it; the others keep theirs."""
    text = _spec(spec)
    with transaction.atomic():
        calendar = Calendar.objects.select_for_update(of=("self",)).filter(id=calendar_id).first()
        if calendar is None:
            raise NotFound(_("There is no such calendar."), field="calendar_id")
        version: CalendarVersion = CalendarVersion.objects.create(
            calendar=calendar, number=_next_number(calendar.versions), spec=text, starts_at=starts_at or now()
        )
        record_and_announce(
            action=CALENDAR_VERSION_CREATED,
            object_type="calendar",
            object_id=calendar.id,
            changes={"number": version.number},
        )
        return version


def create_policy(
    *,
    name: str,
    targets: Sequence[Mapping[str, Any]],
    publish_after_minutes: int | None = 15,
    description: str = "",
    default_for: str = "",
) -> PolicyVersion:
    """A policy and its first version.

    Each target has ``severity``, ``metric``, ``seconds`` of open time and ``calendar_version_id``, and may have
    ``request_kind`` (empty: any), ``is_guarantee`` and ``pausable``. The field of an error is the target's
    ``metric_severity``, such as "first_response_critical". ``publish_after_minutes`` is how long an alert's incident
    is held from the client; None holds it until somebody confirms it.
    """
    with transaction.atomic():
        title, slug = _name(name, Policy, "policy")
        policy = Policy.objects.create(name=title, slug=slug, description=description[:300], default_for=default_for)
        version = _version(policy, 1, targets, publish_after_minutes)
        record_and_announce(action=POLICY_CREATED, object_type="policy", object_id=policy.id)
        return version


def new_policy_version(
    *, policy_id: uuid.UUID, targets: Sequence[Mapping[str, Any]], publish_after_minutes: int | None = 15
) -> PolicyVersion:
    """The policy's next version, with targets as in ``create_policy``. What was signed does not move to it."""
    with transaction.atomic():
        policy = Policy.objects.select_for_update(of=("self",)).filter(id=policy_id).first()
        if policy is None:
            raise NotFound(_("There is no such policy."), field="policy_id")
        version = _version(policy, _next_number(policy.versions), targets, publish_after_minutes)
        record_and_announce(
            action=POLICY_VERSION_CREATED,
            object_type="policy",
            object_id=policy.id,
            changes={"number": version.number},
        )
        return version


def _spec(data: Mapping[str, Any] | str) -> dict[str, Any]:
    try:
        spec = CalendarSpec.from_json(data)
    except CalendarError as error:
        raise DomainError(error.message, field=error.field) from error
    if not spec.always and not spec.weekly:
        # Hours on single dates alone end some day, and a deadline beyond them could not be told.
        raise DomainError(_("Give the hours of at least one weekday."), field="weekly")
    # One shape for all: whoever reads a version need not know that "24x7" is short for something.
    stored = spec.to_json()
    return stored if isinstance(stored, dict) else {"zone": spec.zone, "always": True}


def _name(name: str, model: type[Calendar] | type[Policy], kind: str) -> tuple[str, str]:
    title = " ".join(name.split())
    if not title:
        raise DomainError(_("Give it a name."), field="name")
    if len(title) > 80:
        raise DomainError(_("A name has at most 80 characters."), field="name")
    slug = slugify(title)[:40].strip("-")
    if not slug or slug in _RESERVED:
        slug = f"{slug or kind}-{secrets.token_hex(3)}"
    if model.objects.filter(slug=slug).exists():
        raise DomainError(_("There is one of this name already. Choose another."), field="name", code="conflict")
    return title, slug


def _next_number(versions: Any) -> int:
    highest: int | None = versions.aggregate(highest=models.Max("number"))["highest"]
    return (highest or 0) + 1


def _version(
    policy: Policy, number: int, targets: Sequence[Mapping[str, Any]], publish_after_minutes: int | None
) -> PolicyVersion:
    if publish_after_minutes is not None and not 0 <= publish_after_minutes <= LONGEST_HOLD_MINUTES:
        raise DomainError(_("Hold an incident between 0 minutes and 7 days."), field="publish_after_minutes")
    version: PolicyVersion = PolicyVersion.objects.create(
        policy=policy, number=number, publish_after_minutes=publish_after_minutes
    )
    rows = [_target(version, target) for target in targets]
    _check(rows)
    Target.objects.bulk_create(rows)
    return version


def _target(version: PolicyVersion, data: Mapping[str, Any]) -> Target:
    severity, metric, seconds = data.get("severity"), data.get("metric"), data.get("seconds")
    if severity not in Severity.values:
        raise DomainError(_("“%(value)s” is not a severity.") % {"value": severity}, field="severity")
    if metric not in Metric.values:
        raise DomainError(_("“%(value)s” is not a promise.") % {"value": metric}, field="metric")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds <= LONGEST_TARGET:
        message = _("A response time is more than nothing and at most a year of open time.")
        raise DomainError(message, field=f"{metric}_{severity}")
    return Target(
        version=version,
        severity=severity,
        metric=metric,
        seconds=seconds,
        request_kind=str(data.get("request_kind", "")).strip(),
        calendar_version_id=_as_uuid(data.get("calendar_version_id")),
        is_guarantee=bool(data.get("is_guarantee", False)),
        pausable=bool(data.get("pausable", True)),
    )


def _check(targets: Sequence[Target]) -> None:
    if not targets:
        raise DomainError(_("Promise at least one response time."), field="targets")
    seen: set[tuple[str, str, str]] = set()
    for target in targets:
        key = (target.severity, target.request_kind, target.metric)
        if key in seen:
            raise DomainError(_("This is promised twice."), field=_field(target))
        seen.add(key)
    _check_calendars(targets)
    for severity in Severity.values:
        _check_order([target for target in targets if target.severity == severity])


def _check_calendars(targets: Sequence[Target]) -> None:
    """Each calendar must exist and be able to hold the target."""
    wanted = {target.calendar_version_id for target in targets}
    known = {row.id: row for row in CalendarVersion.objects.filter(id__in=wanted)}
    for target in targets:
        version = known.get(target.calendar_version_id)
        if version is None:
            raise DomainError(_("Choose the hours in which this is counted."), field=f"calendar_{target.severity}")
        target.calendar_version = version
        calendar = compile_calendar(CalendarSpec.from_json(version.spec))
        try:
            calendar.add_open(to_instant(now()), target.seconds)
        except CalendarError as error:
            raise DomainError(_("This calendar has too little open time for it."), field=_field(target)) from error


def _as_uuid(value: object) -> uuid.UUID:
    """The id, or one that no row has."""
    try:
        return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
    except ValueError:
        return uuid.UUID(int=0)


def _check_order(targets: Sequence[Target]) -> None:
    """A response later than the resolution promises nothing."""
    for kind in {target.request_kind for target in targets}:
        promised = _promised(targets, kind)
        resolution = promised.get(Metric.RESOLUTION)
        for metric in (Metric.FIRST_RESPONSE, Metric.MITIGATION):
            earlier = promised.get(metric)
            if earlier is None or resolution is None or not _is_later(earlier, resolution):
                continue
            words = {"time": duration_text(resolution.seconds, _), "metric": Metric(metric).label}
            message = _("%(metric)s may not take longer than the resolution, which is due within %(time)s.") % words
            raise DomainError(message, field=_field(earlier))


def _promised(targets: Iterable[Target], kind: str) -> dict[str, Target]:
    """By metric: the target of this kind, else the one of any."""
    rows = sorted((row for row in targets if row.request_kind in ("", kind)), key=lambda row: row.request_kind)
    return {row.metric: row for row in rows}


def _is_later(one: Target, two: Target) -> bool:
    # Hours of different calendars do not compare, and which comes first then depends on the day.
    return one.calendar_version_id == two.calendar_version_id and one.seconds > two.seconds


def _field(target: Target) -> str:
    return f"{target.metric}_{target.severity}"
