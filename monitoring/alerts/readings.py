"""What is measured now of what fired for an incident."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.utils.translation import gettext as _

from core.clock import now
from incidents.readings import Reading
from monitoring.alerts.wording import PROBLEMS, TROUBLES
from monitoring.models import Alert, Check, Threshold
from monitoring.values import metric_label, value_text
from monitoring.words import Health


def readings_of(incident_id: uuid.UUID) -> list[Reading]:
    """One of each check or limit that fired for the incident, as its last answer left it.

    What nobody watches any more, because it was switched off, removed or paused, says nothing.
    """
    rows = Alert.objects.filter(
        incident_id=incident_id, source_check__enabled=True, source_check__system__paused_at=None
    ).select_related("source_check__system", "threshold")
    newest = {row.fingerprint: row for row in rows.order_by("fired_at")}
    return [_of_limit(row.source_check, row.threshold) if row.threshold else _of_check(row) for row in newest.values()]


def _of_check(alert: Alert) -> Reading:
    check = alert.source_check
    if not is_fresh(check):
        return Reading(check.name, _silence(check), "", None, good=False)
    good = not check.last_error
    value = _("It answers") if good else _trouble(check)
    return Reading(check.name, value, "", check.last_finished_at, good=good)


def _of_limit(check: Check, limit: Threshold) -> Reading:
    agreed, value = agreed_text(limit), check.last_values.get(limit.metric)
    label = metric_label(limit.metric)
    if value is None or not is_fresh(check):
        return Reading(label, _silence(check), agreed, None, good=False)
    good = value <= limit.limit if limit.comparison == "above" else value >= limit.limit
    return Reading(label, value_text(value, limit.unit), agreed, check.last_finished_at, good=good)


def agreed_text(limit: Threshold) -> str:
    """The side on which a value is well: "at least 77.0 %"."""
    words = _("at most %(limit)s") if limit.comparison == "above" else _("at least %(limit)s")
    return words % {"limit": value_text(limit.limit, limit.unit)}


def is_fresh(check: Check) -> bool:
    """Whether the last answer is young enough to say how it stands now, and says anything."""
    if check.last_finished_at is None or check.health == Health.UNKNOWN:
        return False
    return bool(check.last_finished_at >= now() - timedelta(seconds=3 * check.interval_seconds + 15))


def _silence(check: Check) -> str:
    if check.last_error and is_fresh(check):
        return _trouble(check)
    return _("not measured at present")


def _trouble(check: Check) -> str:
    if check.last_error in TROUBLES:
        return str(TROUBLES[check.last_error] % {"system": check.system.name})
    return str(PROBLEMS.get(check.last_error, _("it does not answer")))
