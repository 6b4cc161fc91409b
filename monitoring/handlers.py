"""What happens when a check or a threshold has gone bad or good: alerts, and the incidents they open."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clients import selectors as clients
from core.audit import next_number, record_and_announce
from core.clock import now
from core.news import Handler, News
from incidents import selectors as incidents
from incidents import services as incident_services
from monitoring import events
from monitoring.models import Alert, AlertState, Check, Health, Threshold
from monitoring.severity import severity_of


def take_transition(news: News) -> None:
    """Fires or recovers the alert of the check or threshold. Telling it twice changes nothing."""
    check = Check.objects.select_related("system", "environment").get(id=news.payload["check_id"])
    threshold_id = news.payload["threshold_id"]
    threshold = Threshold.objects.filter(id=threshold_id).first() if threshold_id else None
    if threshold_id and threshold is None:
        # The limit was removed meanwhile; so was its alert.
        return
    if news.payload["change"] == "fired":
        _fire(check, threshold, news.payload)
    else:
        _recover(check, threshold, news.payload)


def fingerprint_of(check_id: Any, threshold_id: Any) -> str:
    """What makes two alerts the same: the threshold, or the check where its address itself fails."""
    return f"threshold:{threshold_id}" if threshold_id else f"check:{check_id}"


def _fire(check: Check, threshold: Threshold | None, payload: dict[str, Any]) -> None:
    fingerprint = fingerprint_of(check.id, threshold.id if threshold else None)
    if Alert.objects.filter(fingerprint=fingerprint, recovered_at=None).exists():
        return
    health = Health.DEGRADED if threshold else Health.DOWN
    alert = Alert(
        client_id=check.client_id,
        number=next_number(kind="alert"),
        fingerprint=fingerprint,
        system_id=check.system_id,
        source_check=check,
        threshold=threshold,
        health=health,
        title=_title(check, threshold, payload),
        began_at=datetime.fromisoformat(payload["began_at"]),
        fired_at=now(),
        evidence={"fired": _evidence(check, threshold, payload)},
    )
    try:
        with transaction.atomic():
            alert.save(force_insert=True)
    except IntegrityError:
        # Somebody else fired it between our look and our insert.
        return
    if check.environment.kind == "production":
        _open_or_join_incident(alert, check, health)
    _tell(events.FIRED, alert)


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
        )
    incident_services.add_entry(
        incident_id=known.id, kind="alert_fired", body=alert.title, data={"alert": alert.number}
    )
    alert.incident_id = known.id
    alert.save(update_fields=["incident_id"])


def _recover(check: Check, threshold: Threshold | None, payload: dict[str, Any]) -> None:
    fingerprint = fingerprint_of(check.id, threshold.id if threshold else None)
    alert = Alert.objects.select_for_update(of=("self",)).filter(fingerprint=fingerprint, recovered_at=None).first()
    if alert is None:
        return
    alert.state, alert.recovered_at = AlertState.RECOVERED, now()
    alert.evidence = {**alert.evidence, "recovered": _evidence(check, threshold, payload)}
    alert.save(update_fields=["state", "recovered_at", "evidence"])
    if alert.incident_id:
        incident_services.add_entry(
            incident_id=alert.incident_id,
            kind="alert_recovered",
            body=_("%(title)s: back to normal, seen by “%(check)s”.") % {"title": alert.title, "check": check.name},
            data={"alert": alert.number, **alert.evidence["recovered"]},
        )
    _tell(events.RECOVERED, alert)


def _evidence(check: Check, threshold: Threshold | None, payload: dict[str, Any]) -> dict[str, Any]:
    rule = threshold or check
    facts: dict[str, Any] = {
        "slot": payload["slot"],
        "bad_in_a_row": payload["bad_streak"],
        "good_in_a_row": payload["good_streak"],
        "rule": f"{rule.bad_count} bad in a row fire, {rule.good_count} good clear",
    }
    if threshold:
        facts |= {"metric": threshold.metric, "value": payload["value"], "limit": threshold.limit}
        facts |= {"clear_limit": threshold.clear_limit, "comparison": threshold.comparison}
    else:
        facts["problem"] = payload["error_class"]
    return facts


PROBLEMS = {
    "dns": "its name does not resolve",
    "refused": "the connection is refused",
    "connect_timeout": "no connection in time",
    "timeout": "no answer in time",
    "tls": "the certificate is not accepted",
    "status": "it answers with an error",
    "parse": "its answer cannot be read",
    "too_large": "its answer is too large",
    "decode": "its answer cannot be decoded",
    "protocol": "its answer breaks off",
}


def _title(check: Check, threshold: Threshold | None, payload: dict[str, Any]) -> str:
    if threshold is None:
        why = PROBLEMS.get(payload["error_class"], "it does not answer")
        return f"{check.system.name} does not answer: {why}"[:160]
    # "p95_latency_ms 847 ms" would say the unit twice.
    name = threshold.metric.removesuffix(f"_{threshold.unit}").replace("_", " ")
    value = f"{payload['value']:.4g}" if payload["value"] is not None else "–"
    unit = f" {threshold.unit}" if threshold.unit and threshold.unit != "ratio" else ""
    return f"{name} {value}{unit}, {threshold.comparison} the agreed {threshold.limit:.4g}{unit}"[:160].capitalize()


def _tell(name: str, alert: Alert) -> None:
    record_and_announce(
        action=name,
        object_type="alert",
        object_id=alert.id,
        client_id=alert.client_id,
        dedup_key=f"{name}:{alert.id}",
        payload={
            "number": alert.number,
            "client_id": str(alert.client_id),
            "system_id": str(alert.system_id),
            "check_id": str(alert.source_check_id),
            "incident_id": str(alert.incident_id) if alert.incident_id else None,
            "title": alert.title,
            "health": alert.health,
            "began_at": alert.began_at.isoformat(),
        },
    )


def pause_checks(news: News) -> None:
    """A paused system is not asked."""
    Check.objects.filter(system_id=news.payload["id"]).update(next_due_at=None)


def resume_checks(news: News) -> None:
    """A resumed system is asked at once."""
    system = clients.system(uuid.UUID(news.payload["id"]))
    Check.objects.filter(system_id=system.id, enabled=True).update(next_due_at=now(), lease_id=None)


HANDLERS: dict[str, tuple[Handler, ...]] = {
    events.TRANSITIONED: (take_transition,),
    "clients.system.paused": (pause_checks,),
    "clients.system.resumed": (resume_checks,),
}
