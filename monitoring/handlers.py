"""What happens when a check or a threshold has gone bad or good: alerts, and the incidents they open."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients import selectors as clients
from core.audit import next_number
from core.clock import now
from core.errors import Conflict
from core.models import OutboxEvent
from core.news import Handler, News
from incidents import selectors as incidents
from incidents import services as incident_services
from monitoring import events
from monitoring.alerts import end, tell
from monitoring.evaluate import UNKNOWN_AFTER
from monitoring.models import Alert, Check, Health, Sample, Threshold
from monitoring.schedule import first_due
from monitoring.selectors import format_value, metric_label
from monitoring.severity import severity_of


def take_transition(news: News) -> None:
    """Fires or recovers the alert of the check or threshold. Telling it twice changes nothing."""
    check = Check.objects.select_related("system", "environment").get(id=news.payload["check_id"])
    threshold_id = news.payload["threshold_id"]
    threshold = Threshold.objects.find(id=threshold_id) if threshold_id else None
    if threshold_id and threshold is None:
        # The limit was removed meanwhile; so was its alert.
        return
    if news.payload["change"] in BEGINNINGS.values():
        _fire(check, threshold, news.payload)
    else:
        _recover(check, threshold, news.payload)


# What each end ends.
BEGINNINGS = {"recovered": "fired", "found": "lost"}


def fingerprint_of(check_id: Any, threshold_id: Any, *, no_data: bool = False) -> str:
    """What makes two alerts the same: the threshold, or the check where its address itself fails."""
    subject = f"threshold:{threshold_id}" if threshold_id else f"check:{check_id}"
    return f"no-data:{subject}" if no_data else subject


def _fingerprint(check: Check, threshold: Threshold | None, payload: dict[str, Any]) -> str:
    no_data = payload["change"] in ("lost", "found")
    return fingerprint_of(check.id, threshold.id if threshold else None, no_data=no_data)


def _fire(check: Check, threshold: Threshold | None, payload: dict[str, Any]) -> None:
    fingerprint = _fingerprint(check, threshold, payload)
    if Alert.objects.filter(fingerprint=fingerprint, recovered_at=None).exists():
        return
    lost = payload["change"] == "lost"
    health = Health.UNKNOWN if lost else Health.DEGRADED if threshold else Health.DOWN
    evidence = _evidence(check, threshold, payload)
    samples = evidence.get("samples", [])
    alert = Alert(
        client_id=check.client_id,
        number=next_number(kind="alert"),
        fingerprint=fingerprint,
        system_id=check.system_id,
        source_check=check,
        threshold=threshold,
        health=health,
        title=_no_data_title(check, threshold) if lost else _title(check, threshold, payload),
        began_at=datetime.fromisoformat(samples[0][0] if samples else payload["began_at"]),
        # When it was known, which may be a while ago if whoever stored the result died before telling.
        fired_at=datetime.fromisoformat(payload["finished_at"]),
        evidence={"fired": evidence},
    )
    try:
        with transaction.atomic():
            alert.save(force_insert=True)
    except IntegrityError:
        if not Alert.objects.filter(fingerprint=fingerprint, recovered_at=None).exists():
            raise
        # Somebody else fired it between our look and our insert.
        return
    # A value that is not there says that nobody can tell, not that the promise is broken: people are told, and no clock
    # starts.
    if check.environment.kind == "production" and not lost:
        _open_or_join_incident(alert, check, health)
    tell(events.FIRED, alert)


def _open_or_join_incident(alert: Alert, check: Check, health: str) -> None:
    """A second alert of the same system joins the incident that is open, instead of opening another."""
    fingerprint = f"system:{check.system_id}"
    known = incidents.open_with(fingerprint)
    if known is None:
        severity = severity_of(
            health=health, criticality=check.system.criticality, customer_facing=check.system.customer_facing
        )
        known = incident_services.open_incident(
            system_id=check.system_id,
            title=alert.title,
            severity=severity,
            source="alert",
            fingerprint=fingerprint,
            opened_at=alert.fired_at,
        )
    incident_services.add_entry(
        incident_id=known.id, kind="alert_fired", body=alert.title, data={"alert": alert.number}
    )
    alert.incident_id = known.id
    alert.save(update_fields=["incident_id"])


def _recover(check: Check, threshold: Threshold | None, payload: dict[str, Any]) -> None:
    fingerprint = _fingerprint(check, threshold, payload)
    alert = Alert.objects.select_for_update(of=("self",)).filter(fingerprint=fingerprint, recovered_at=None).first()
    if alert is None:
        _wait_for_the_alert(check, threshold, payload)
        return
    said = _("%(title)s: back to normal, seen by “%(check)s”.") % {"title": alert.title, "check": check.name}
    at = datetime.fromisoformat(payload["finished_at"])
    end(alert, at=at, evidence=_evidence(check, threshold, payload), said=said)


def _wait_for_the_alert(check: Check, threshold: Threshold | None, payload: dict[str, Any]) -> None:
    """Raises Conflict while the alert that this ends is still to be opened: opened later, it would never end."""
    waiting = OutboxEvent.objects.filter(
        name=events.TRANSITIONED,
        next_due_at__isnull=False,
        payload__check_id=str(check.id),
        payload__threshold_id=str(threshold.id) if threshold else None,
        payload__change=BEGINNINGS[payload["change"]],
    )
    ends = datetime.fromisoformat(payload["finished_at"])
    begins = (datetime.fromisoformat(one["finished_at"]) for one in waiting.values_list("payload", flat=True))
    if any(begin <= ends for begin in begins):
        raise Conflict("The alert that this ends has not been opened yet.")


def _evidence(check: Check, threshold: Threshold | None, payload: dict[str, Any]) -> dict[str, Any]:
    rule = threshold or check
    facts: dict[str, Any] = {
        "slot": payload["slot"],
        "bad_in_a_row": payload["bad_streak"],
        "good_in_a_row": payload["good_streak"],
        "rule": f"{rule.bad_count} bad in a row fire, {rule.good_count} good clear",
    }
    if payload["change"] in ("lost", "found"):
        facts["rule"] = _("%(count)s without a value in a row fire, the first value clears") % {"count": UNKNOWN_AFTER}
        facts["unknown_in_a_row"] = payload["unknown_streak"]
        return facts | {"metric": threshold.metric if threshold else "", "problem": payload["error_class"]}
    if threshold:
        facts |= {"metric": threshold.metric, "value": payload["value"], "limit": threshold.limit}
        facts |= {"clear_limit": threshold.clear_limit, "comparison": threshold.comparison}
        facts["samples"] = _samples(check, threshold, payload)
    else:
        facts["problem"] = payload["error_class"]
    return facts


def _samples(check: Check, threshold: Threshold, payload: dict[str, Any]) -> list[tuple[str, float]]:
    """The values in a row that made it fire or recover, oldest first: slot and value."""
    count = threshold.bad_count if payload["change"] == "fired" else threshold.good_count
    rows = Sample.objects.filter(
        check_id=check.id, metric=threshold.metric, slot__lte=datetime.fromisoformat(payload["slot"])
    )
    newest = list(rows.order_by("-slot").values_list("slot", "value")[:count])
    return [(slot.isoformat(), value) for slot, value in reversed(newest)]


PROBLEMS = {
    "dns": gettext_lazy("its name does not resolve"),
    "refused": gettext_lazy("the connection is refused"),
    "connect_timeout": gettext_lazy("no connection in time"),
    "timeout": gettext_lazy("no answer in time"),
    "tls": gettext_lazy("the certificate is not accepted"),
    "status": gettext_lazy("it answers with an error"),
    "parse": gettext_lazy("its answer cannot be read"),
    "too_large": gettext_lazy("its answer is too large"),
    "decode": gettext_lazy("its answer cannot be decoded"),
    "protocol": gettext_lazy("its answer breaks off"),
}


# Of systems that are not asked but send.
TROUBLES = {
    "silent": gettext_lazy("%(system)s sends no values"),
    "reported": gettext_lazy("%(system)s reports a failure"),
}


def _title(check: Check, threshold: Threshold | None, payload: dict[str, Any]) -> str:
    if threshold is None and payload["error_class"] in TROUBLES:
        return str(TROUBLES[payload["error_class"]] % {"system": check.system.name})[:160]
    if threshold is None:
        why = PROBLEMS.get(payload["error_class"], gettext_lazy("it does not answer"))
        return str(_("%(system)s does not answer: %(why)s") % {"system": check.system.name, "why": why})[:160]
    # "p95_latency_ms 847 ms" would say the unit twice.
    name = threshold.metric.removesuffix(f"_{threshold.unit}").replace("_", " ")
    unit = "" if threshold.unit in ("", "ratio") else f" {threshold.unit}"
    value = format_value(payload["value"], threshold.unit) if payload["value"] is not None else "–"
    limit = format_value(threshold.limit, threshold.unit)
    words = _("%(name)s %(value)s, above the agreed %(limit)s")
    if threshold.comparison == "below":
        words = _("%(name)s %(value)s, below the agreed %(limit)s")
    return str(words % {"name": name, "value": f"{value}{unit}", "limit": f"{limit}{unit}"})[:160].capitalize()


def _no_data_title(check: Check, threshold: Threshold | None) -> str:
    if threshold is None:
        return str(_("%(check)s: no data, its address may not be asked") % {"check": check.name})[:160]
    return str(
        _("%(metric)s: no data from “%(check)s”") % {"metric": metric_label(threshold.metric), "check": check.name}
    )[:160]


def pause_checks(news: News) -> None:
    """A paused system is not asked."""
    # Without its lease an answer that is under way is thrown away, and does not put the check back on the schedule.
    Check.objects.filter(system_id=news.payload["id"]).update(next_due_at=None, lease_id=None)


def resume_checks(news: News) -> None:
    """A resumed system is asked at once, and has an interval's time to send what it sends."""
    system = clients.system(uuid.UUID(news.payload["id"]))
    rows = list(Check.objects.filter(system_id=system.id, enabled=True).select_for_update(of=("self",)))
    for row in rows:
        row.next_due_at, row.lease_id = first_due(row, now()), None
    Check.objects.bulk_update(rows, ["next_due_at", "lease_id"])


def follow_merge(news: News) -> None:
    """The alerts of a merged incident belong to the one that is kept, which may have been merged itself since."""
    kept = incidents.incident(news.payload["id"]).merged_into_id
    if kept:
        Alert.objects.filter(incident_id=news.payload["id"]).update(incident_id=kept)


HANDLERS: dict[str, tuple[Handler, ...]] = {
    events.TRANSITIONED: (take_transition,),
    "incidents.incident.merged": (follow_merge,),
    "clients.system.paused": (pause_checks,),
    "clients.system.resumed": (resume_checks,),
}
