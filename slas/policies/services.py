"""Policies. What has been signed is never edited: every change is a new version beside the old ones."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_and_announce
from core.clock import now
from core.errors import Conflict, DomainError, NotFound
from core.json_values import JsonValue
from slas.calendars.models import CalendarVersion
from slas.calendars.slugs import next_number, save_named, title_and_slug
from slas.engine import CalendarError, CalendarSpec, TermsError, Warn, compile_calendar, duration_text, to_instant
from slas.events import POLICY_CREATED, POLICY_VERSION_CREATED
from slas.policies.content import Wording
from slas.policies.models import Policy, PolicyVersion, Target
from slas.policies.share_locks import offered_calendars
from slas.words import Metric, Party, Severity

# A year of open time. Whoever promises more has typed something else than they meant.
LONGEST_TARGET = 366 * 24 * 3600
LONGEST_HOLD_MINUTES = 7 * 24 * 60
MOST_WARNINGS = 10


def create_policy(
    *,
    name: str,
    targets: Sequence[Mapping[str, Any]],
    publish_after_minutes: int | None = 15,
    description: str = "",
    default_for: str = "",
    wording: Wording | None = None,
) -> PolicyVersion:
    """A policy and its first version.

    Each target has ``severity``, ``metric``, ``seconds`` of open time and ``calendar_version_id``, and may have
    ``request_kind`` (empty: any), ``is_guarantee``, ``pausable``, ``pausing`` (the parties it stops for; empty: all)
    and ``warn`` (as the engine writes warnings; empty: the usual one). The field of an error is the target's
    ``metric_severity``, such as "first_response_critical". ``publish_after_minutes`` is how long an alert's incident
    is held from the client; None holds it until somebody confirms it.
    """
    with transaction.atomic():
        title, slug = title_and_slug(name, Policy, "policy")
        policy = Policy(name=title, slug=slug, description=description[:300], default_for=default_for)
        save_named(policy)
        version = _version(policy, 1, targets, publish_after_minutes, wording or Wording())
        record_and_announce(action=POLICY_CREATED, object_type="policy", object_id=policy.id)
        return version


def new_policy_version(
    *,
    policy_id: uuid.UUID,
    targets: Sequence[Mapping[str, Any]],
    publish_after_minutes: int | None = 15,
    wording: Wording | None = None,
) -> PolicyVersion:
    """The policy's next version, with targets as in ``create_policy``. What was signed does not move to it.

    Without ``wording`` it says what the version before said.
    """
    with transaction.atomic():
        policy = Policy.objects.select_for_update(of=("self",)).filter(id=policy_id).first()
        if policy is None:
            raise NotFound(_("There is no such policy."), field="policy_id")
        if policy.archived_at is not None:
            raise Conflict(_("These response times are archived. Restore them first."))
        newest = policy.versions.order_by("-number").first()
        said = wording or (Wording.of(newest) if newest else Wording())
        version = _version(policy, next_number(policy.versions), targets, publish_after_minutes, said)
        record_and_announce(
            action=POLICY_VERSION_CREATED,
            object_type="policy",
            object_id=policy.id,
            changes={"number": version.number},
        )
        return version


def _version(
    policy: Policy,
    number: int,
    targets: Sequence[Mapping[str, Any]],
    publish_after_minutes: int | None,
    wording: Wording,
) -> PolicyVersion:
    if publish_after_minutes is not None and not 0 <= publish_after_minutes <= LONGEST_HOLD_MINUTES:
        raise DomainError(_("Hold an incident between 0 minutes and 7 days."), field="publish_after_minutes")
    version: PolicyVersion = PolicyVersion.objects.create(
        policy=policy, number=number, publish_after_minutes=publish_after_minutes, **wording.columns()
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
        pausing=_parties(data.get("pausing", ()), f"{metric}_{severity}"),
        warn=_warnings(data.get("warn", ()), seconds, f"{metric}_{severity}"),
    )


def _parties(parties: Iterable[str], field: str) -> list[str]:
    found = list(dict.fromkeys(parties))
    if not set(found) <= set(Party.values):
        raise DomainError(_("Choose whom it stops for."), field=field)
    # All of them is what an empty list says.
    return [] if set(found) == set(Party.values) else found


def _warnings(rows: Iterable[JsonValue], seconds: int, field: str) -> list[dict[str, int]]:
    try:
        found = [Warn.from_json(row) for row in rows]
    except TermsError as error:
        raise DomainError(_("A warning is at 1 to 100 per cent, or so long before."), field=field) from error
    if len(found) > MOST_WARNINGS:
        raise DomainError(_("Warn at most %(most)s times.") % {"most": MOST_WARNINGS}, field=field)
    for warn in found:
        if warn.seconds_before is not None and warn.seconds_before >= seconds:
            # It would be due at the very start, at night too.
            words = {"before": duration_text(warn.seconds_before, _), "time": duration_text(seconds, _)}
            message = _("A warning %(before)s before cannot be given within %(time)s.")
            raise DomainError(message % words, field=field)
    return [dict(row) for row in dict.fromkeys(tuple(warn.to_json().items()) for warn in found)]


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
    """Each calendar must be on offer and be able to hold the target."""
    wanted = {target.calendar_version_id for target in targets}
    known = {row.id: row for row in CalendarVersion.objects.filter(id__in=offered_calendars(wanted))}
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


def _as_uuid(value: uuid.UUID | str | None) -> uuid.UUID:
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
