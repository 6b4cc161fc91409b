"""How an alert begins and ends, whoever ends it: the evidence, the incident and its timeline, the events."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from core.audit import next_number, record_and_announce
from core.clock import now
from core.models import OutboxEvent
from incidents import selectors as incidents
from incidents import services as incident_services
from monitoring import events
from monitoring.alerts.evidence import Evidence
from monitoring.alerts.severity import severity_of
from monitoring.alerts.wording import title_of
from monitoring.models import Alert, Check, Sample
from monitoring.polling.evaluate import UNKNOWN_AFTER
from monitoring.polling.transitions import Event
from monitoring.words import AlertState, Health


def fire(check: Check, payload: Event) -> None:
    """Opens the alert of a transition, and opens or joins an incident where a promise is broken.

    Every firing has an alert of its own, however late it is told.
    """
    same = Alert.objects.filter(fingerprint=payload["fingerprint"])
    if same.filter(serial=payload["serial"]).exists() or _take_over(check, payload):
        return
    lost = payload["change"] == "lost"
    evidence = _evidence(check, payload)
    samples = evidence.get("samples", [])
    alert = Alert.objects.create(
        client_id=check.client_id,
        number=next_number(kind="alert"),
        fingerprint=payload["fingerprint"],
        serial=payload["serial"],
        system_id=check.system_id,
        source_check=check,
        threshold_id=_limit_id(check, payload),
        health=Health.UNKNOWN if lost else Health.DEGRADED if payload["threshold_id"] else Health.DOWN,
        title=title_of(check, payload),
        began_at=_past(samples[0][0] if samples else payload["began_at"]),
        # When it was known, which may be a while ago if whoever stored the result died before telling.
        fired_at=_past(payload["finished_at"]),
        evidence={"fired": evidence},
    )
    # A value that is not there says that nobody can tell, not that the promise is broken: people are told, and no clock
    # starts.
    if check.environment.kind == "production" and not lost:
        attach(alert, opened_at=alert.fired_at)
    emit(events.FIRED, alert)


def _past(text: str) -> datetime:
    """The instant, or now where a clock that ran ahead wrote one that is still to come."""
    return min(datetime.fromisoformat(text), now())


def _take_over(check: Check, payload: Event) -> bool:
    """Whether an alert that is open already is that of this firing: one from before firings had serials is.

    Any other is of an earlier firing whose end never came, and ends here.
    """
    rows = Alert.objects.filter(fingerprint=payload["fingerprint"], recovered_at=None)
    alert = rows.select_for_update(of=("self",)).first()
    if alert is None:
        return False
    if alert.serial is None:
        alert.serial = payload["serial"]
        alert.save(update_fields=["serial"])
        return True
    reason = _("a later failure of the same kind began")
    said = _("%(title)s: the alert ended because %(reason)s.") % {"title": alert.title, "reason": reason}
    end(alert, at=_past(payload["finished_at"]), evidence={"reason": reason}, said=said)
    return False


def _limit_id(check: Check, payload: Event) -> uuid.UUID | None:
    """None where the limit has been removed meanwhile: its alert outlives it."""
    if not payload["threshold_id"]:
        return None
    found: uuid.UUID | None = check.thresholds.filter(id=payload["threshold_id"]).values_list("id", flat=True).first()
    return found


def attach(alert: Alert, *, opened_at: datetime) -> None:
    """Puts the alert on the open incident of its system, or on a new one that began at ``opened_at``."""
    check = alert.source_check
    severity = severity_of(
        health=alert.health, criticality=check.system.criticality, customer_facing=check.system.customer_facing
    )
    incident = incident_services.open_or_join(
        system_id=check.system_id,
        title=_called(alert),
        severity=severity,
        source="alert",
        fingerprint=f"system:{check.system_id}",
        opened_at=opened_at,
    )
    # One that goes on may come back to an incident that was opened again by hand. It fired there once.
    if not incidents.entries(incident.id).filter(kind="alert_fired", data__alert=alert.number).exists():
        incident_services.add_entry(
            incident_id=incident.id, kind="alert_fired", body=alert.title, data={"alert": alert.number}
        )
    alert.incident_id = incident.id
    alert.save(update_fields=["incident_id"])


def _called(alert: Alert) -> str:
    """What an incident is called: by what it means for people where somebody has said so, else by what was measured."""
    return (alert.threshold.impact if alert.threshold else "") or alert.title


def recover(check: Check, payload: Event) -> None:
    """Ends the alert of the firing that this transition names, and no other."""
    rows = Alert.objects.filter(
        Q(serial=payload["serial"]) | Q(serial=None), fingerprint=payload["fingerprint"], recovered_at=None
    )
    alert = rows.select_for_update(of=("self",)).first()
    if alert is None:
        return
    if payload["change"] == "unwatched":
        _end_for(alert, payload["reason"], _past(payload["finished_at"]))
        return
    said = _("%(title)s: back to normal, seen by “%(check)s”.") % {"title": alert.title, "check": check.name}
    end(alert, at=_past(payload["finished_at"]), evidence=_evidence(check, payload), said=said)


def end(alert: Alert, *, at: datetime, evidence: Evidence, said: str) -> None:
    """Ends an open alert at ``at``; ``said`` is what the incident's timeline says of it."""
    # A clock that was set back meanwhile makes no alert end before it fired.
    alert.state, alert.recovered_at = AlertState.RECOVERED, max(at, alert.fired_at)
    alert.evidence = {**alert.evidence, "recovered": evidence}
    alert.save(update_fields=["state", "recovered_at", "evidence"])
    if alert.incident_id:
        incident_services.add_entry(
            incident_id=alert.incident_id,
            kind="alert_recovered",
            body=said,
            data={"alert": alert.number, **evidence},
        )
    emit(events.RECOVERED, alert)


def end_unwatched(emitted: Iterable[OutboxEvent], reason: str, at: datetime) -> None:
    """Ends the open alerts of what these events end, because nobody looks any more since ``at``.

    One that stayed open would swallow every later alert of the same thing. An alert that is well already, and whose
    recovery is still to be told, ends by that and at its time.
    """
    for row in emitted:
        mine = Q(serial=row.payload["serial"]) | Q(serial=None)
        alerts = Alert.objects.filter(mine, fingerprint=row.payload["fingerprint"], recovered_at=None)
        for alert in alerts.order_by("id").select_for_update(of=("self",)):
            _end_for(alert, reason, at)


def _end_for(alert: Alert, reason: str, at: datetime) -> None:
    said = _("%(title)s: the alert ended because %(reason)s.") % {"title": alert.title, "reason": reason}
    end(alert, at=at, evidence={"reason": reason}, said=said)


def _evidence(check: Check, payload: Event) -> Evidence:
    rule = payload["rule"]
    facts: Evidence = {
        "slot": payload["slot"],
        "bad_in_a_row": payload["bad_streak"],
        "good_in_a_row": payload["good_streak"],
        "rule": f"{rule['bad_count']} bad in a row fire, {rule['good_count']} good clear",
    }
    if payload["change"] in ("lost", "found"):
        facts["rule"] = _("%(count)s without a value in a row fire, the first value clears") % {"count": UNKNOWN_AFTER}
        facts["unknown_in_a_row"] = payload["unknown_streak"]
        facts["metric"], facts["problem"] = rule.get("metric", ""), payload["error_class"]
        return facts
    if payload["threshold_id"]:
        facts |= {"metric": rule["metric"], "value": payload["value"], "limit": rule["limit"]}
        facts |= {"clear_limit": rule["clear_limit"], "comparison": rule["comparison"]}
        facts["samples"] = _samples(check, payload)
    else:
        facts["problem"] = payload["error_class"]
    return facts


def _samples(check: Check, payload: Event) -> list[tuple[str, float]]:
    """The values in a row that made it fire or recover, oldest first: slot and value."""
    rule = payload["rule"]
    count = rule["bad_count"] if payload["change"] == "fired" else rule["good_count"]
    rows = Sample.objects.filter(
        check_id=check.id, metric=rule["metric"], slot__lte=datetime.fromisoformat(payload["slot"])
    )
    newest = list(rows.order_by("-slot").values_list("slot", "value")[:count])
    return [(slot.isoformat(), value) for slot, value in reversed(newest)]


def emit(name: str, alert: Alert) -> None:
    """The audit row and the event of an alert that fired or ended."""
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
            "environment": alert.source_check.environment.kind,
            "began_at": alert.began_at.isoformat(),
        },
    )
