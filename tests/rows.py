"""One example row for every kind of argument that an address can take, for the route matrix."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from agreements import selectors as agreements
from agreements import services as agreement_services
from backlog import services as backlog
from clients import services as clients
from clients.approvals import services as approvals
from clients.approvals.content import Subject
from core import clock, saved
from core.audit import next_number
from core.ids import uuid7
from core.selectors import audit_events, member_of_user
from core.services import invite_member
from core.tokens import create_token
from core.web.signed import sign
from incidents import selectors as incident_selectors
from incidents import services as incidents
from incidents.models import Incident
from incidents.web.asked import LIST as INCIDENTS
from monitoring.checks import services as monitoring
from monitoring.maintenance import services as maintenance
from monitoring.models import Alert
from retainer.notifications import services as notifications
from retainer.notifications.addressees import ACKNOWLEDGE
from retainer.notifications.approvals import APPROVE
from retainer.notifications.selectors import deliveries
from retainer.portal.asking import PURPOSE as REVIEW
from slas import selectors as slas
from slas import services as sla_services
from tests.cast import AgencyFixture


def rows_of(house: AgencyFixture) -> dict[str, Any]:
    """Argument name, or "route:argument" where routes differ, and a value that exists in the house."""
    with house.scope():
        retainer = signed_retainer(house)
        # An older one beside it, into which it could be merged.
        with clock.at(clock.now() - timedelta(hours=1)):
            incidents.open_incident(system_id=house.system.id, title="Older", severity="low", source="staff")
        incident = incidents.open_incident(system_id=house.system.id, title="Example", severity="high", source="staff")
        item = backlog.create_from_incident(
            incident_id=incident.id, title="Example", detail="", kind="feature", impact=2, risk=2
        )
        check, threshold, alert = _monitoring(house, incident.id)
        token, _plain = create_token(name="Example", scopes=["read"])
        invitation, secret = invite_member(email="someone@example.com", role="viewer")
        machines = machines_and_people(house, incident.id)
        member = member_of_user(house.viewer.id)
        assert member is not None
        clock_row = slas.clocks_of("incident", incident.id)
        policy = slas.latest_policy_versions()[0]
        move = sla_services.prepare_move(policy_version_id=policy.id)
        calendar = slas.latest_calendar_versions()[0]
        own = people_and_windows(house, incident.id)
        left = clients.create_contact(
            client_id=house.client.id, name="Left", email="left@example.com", rights=["viewer"]
        )
        clients.end_contact(contact_id=left.id)
        asked = approval_of(house, retainer)
        kept = saved.save_view(list_name=INCIDENTS.name, name="Example", query="severity=critical", shared=True)
    ids = {
        "clients": house.client.id,
        "contacts": house.contact_row.id,
        "systems": house.system.id,
        "tiers": retainer.tier_id,
        "retainers": retainer.id,
        "approvals": asked.id,
        "policies": policy.policy_id,
        "calendars": calendar.calendar_id,
        "incidents": incident.id,
        "clocks": clock_row[0].id if clock_row else uuid7(),
        "checks": check.id,
        "thresholds": threshold.id,
        "alerts": alert.id,
        **own,
        **machines,
    }
    return {
        "client": house.client.slug,
        "system": house.system.slug,
        "move_id": move.id,
        "retainer_id": retainer.id,
        "number": incident.number,
        "monitoring:alert:number": alert.number,
        "step": "acknowledge",
        "item_id": item.id,
        "check_id": check.id,
        "threshold_id": threshold.id,
        "contact_id": house.contact_row.id,
        "clients:restore_contact:contact_id": left.id,
        "token_id": token.id,
        "endpoint_id": machines["webhooks"],
        "member_id": member.id,
        "invitation_id": invitation.id,
        "token": secret,
        "notice:token": sign(ACKNOWLEDGE, agency=house.agency.id, incident=incident.id, user=house.owner.id),
        "review_wait:token": sign(REVIEW, agency=house.agency.id, user=house.contact.id, entry=own["waits"]),
        "approve:token": sign(APPROVE, agency=house.agency.id, approval=asked.id, contact=house.contact_row.id),
        "approval_id": asked.id,
        "dispute_id": own["disputes"],
        "window_id": own["maintenance-windows"],
        "rota_id": own["rotas"],
        "override_id": own["overrides"],
        "time_off_id": own["time-off"],
        "policy": policy.policy.slug,
        "calendar": calendar.calendar.slug,
        "view_id": kept.id,
        "colour": "4f49d6",
        "api": ids,
    }


def approval_of(house: AgencyFixture, retainer: Any) -> Any:
    """What the client is asked to agree to. Call it in the scope."""
    return approvals.ask(
        subject=Subject("retainer", retainer.id, retainer.client_id),
        title="Example",
        words="An example",
        sections=[{"title": "Terms", "lines": [{"label": "Plan", "text": "Example"}]}],
        contact_ids=[house.contact_row.id],
    )


def signed_retainer(house: AgencyFixture) -> Any:
    """An active retainer that covers the house's system on the Priority response times. Call it in the scope."""
    sla_services.install_catalogue()
    agreement_services.install_catalogue()
    retainer = agreement_services.create_retainer(
        client_id=house.client.id,
        tier_id=agreements.tiers()[0].id,
        name="Example",
        price_minor=40_000,
        currency="EUR",
        hours_minutes=600,
        time_zone="Europe/Berlin",
        starts_on=(clock.now() - timedelta(days=30)).date(),
    )
    version = next(row for row in slas.latest_policy_versions() if row.policy.slug == "priority")
    agreement_services.cover_system(retainer_id=retainer.id, system_id=house.system.id, policy_version_id=version.id)
    house.system.owner_id = house.engineer.id
    house.system.save()
    return agreement_services.activate(retainer_id=retainer.id)


def people_and_windows(house: AgencyFixture, incident_id: Any) -> dict[str, Any]:
    """By noun of the API: a rota, a stretch of it that somebody took over, somebody who is away, planned maintenance,
    and a wait of the incident that the client disputes. Call it in the scope."""
    start, end = clock.now(), clock.now() + timedelta(days=1)
    rota = sla_services.save_rota(
        name="Example",
        zone="Europe/Berlin",
        first_day=start.date(),
        handover_at=time(9),
        turn_days=7,
        people=[house.owner.id],
    )
    taken = sla_services.take_over(rota_id=rota.id, user_id=house.owner.id, starts_at=start, ends_at=end)
    away = sla_services.take_time_off(user_id=house.manager.id, starts_at=start, ends_at=end)
    soon = start + timedelta(hours=1)
    window = maintenance.plan_maintenance(
        system_id=house.system.id, title="Example", starts_at=soon, ends_at=soon + timedelta(hours=1)
    )
    incidents.pause(incident_id=incident_id, reason="An example", party="client")
    wait = incident_selectors.entries(incident_id).get(kind="paused")
    dispute = incidents.dispute_pause(entry_id=wait.id, contact_id=house.contact_row.id, reason="An example")
    incidents.resume(incident_id=incident_id)
    return {
        "rotas": rota.id,
        "overrides": taken.id,
        "time-off": away.id,
        "maintenance-windows": window.id,
        "uptime": house.system.id,
        "disputes": dispute.id,
        "waits": wait.id,
    }


def machines_and_people(house: AgencyFixture, incident_id: Any) -> dict[str, Any]:
    """By noun of the API: a receiver of webhooks, a message to it, a member, an act in the audit trail, and an item of
    the backlog. Call it in the scope."""
    endpoint, _secret = notifications.create_endpoint(name="Example", url="https://1.1.1.1/hook")
    item = backlog.create_from_incident(
        incident_id=incident_id, title="Example", detail="", kind="feature", impact=2, risk=2
    )
    member = member_of_user(house.viewer.id)
    assert member is not None
    event_id = uuid7()
    notifications.queue_email(
        event_id=event_id,
        event_name="incidents.incident.opened",
        to="someone@example.com",
        subject="Example",
        body="Example",
        html="",
        client_id=house.client.id,
    )
    return {
        "webhooks": endpoint.id,
        "deliveries": deliveries().get(event_id=event_id).id,
        "event": event_id,
        "members": member.id,
        "audit": audit_events()[0].id,
        "backlog-items": item.id,
    }


def _monitoring(house: AgencyFixture, incident_id: Any) -> tuple[Any, Any, Any]:
    check = monitoring.create_check(
        system_id=house.system.id,
        name="Example",
        kind="http_json",
        url="https://1.1.1.1/health",
        metrics=[{"name": "rate", "path": "rate", "unit": "ratio"}],
    )
    threshold = monitoring.set_threshold(
        check_id=check.id, metric="rate", comparison="below", limit=0.5, clear_limit=0.6
    )
    alert = Alert.objects.create(
        client_id=house.client.id,
        number=next_number(kind="alert"),
        fingerprint=f"threshold:{threshold.id}",
        system_id=house.system.id,
        source_check=check,
        threshold=threshold,
        health="degraded",
        title="Example",
        began_at=clock.now(),
        fired_at=clock.now(),
        incident_id=incident_id,
    )
    return check, threshold, alert


def broken(house: AgencyFixture, times: int) -> list[Incident]:
    """As many open incidents under a signed retainer, in the scope that is entered."""
    signed_retainer(house)
    return [
        incidents.open_incident(system_id=house.system.id, title=f"Number {number}", severity="high", source="staff")
        for number in range(times)
    ]
