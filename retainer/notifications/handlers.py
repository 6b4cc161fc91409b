"""Turns events into messages: who is told what, by mail and by webhook."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clients import selectors as clients
from core.access.roles import Capability, Role, may
from core.clock import now
from core.events import ANY, Event, Handler, handler
from core.format import moment
from core.models import Membership
from core.selectors import agency, members
from core.services import invite_contact_person
from core.text import unlinked
from incidents import events as incident_events
from incidents import selectors as incidents
from incidents.next_message import announced, next_message
from incidents.timeline import text_of
from retainer.canary import hear as hear_canary
from retainer.notifications import approvals
from retainer.notifications.addressees import acknowledge_path, addressees
from retainer.notifications.mailing import mail, mail_member
from retainer.notifications.messages import Message, message_of
from retainer.notifications.services import FOR_PROGRAMS, link, queue_webhooks
from slas import selectors as slas

if TYPE_CHECKING:
    from clients.models import AISystem
    from incidents.models import Incident


@handler("retainer.notifications.handlers.send_webhooks")
def send_webhooks(event: Event) -> None:
    """Every event that programs may want, to the endpoints that want it."""
    if event.name.startswith(FOR_PROGRAMS):
        queue_webhooks(event_id=event.event_id, event_name=event.name, payload=event.payload, client_id=event.client_id)


@handler("retainer.notifications.handlers.tell_staff_incident_opened")
def tell_staff_incident_opened(event: Event) -> None:
    """A new incident: the system's owner, and those who look after the client."""
    incident, system = _incident_of(event.payload["id"])
    message = _staff_message("incident_opened", incident, system, _clock_lines(incident.id))
    _mail_staff(event, message, system.owner_id, incident)


@handler("retainer.notifications.handlers.tell_staff_reopened")
def tell_staff_reopened(event: Event) -> None:
    """An incident that was not over, whether the client said so or the check that goes on failing."""
    _tell_responsible(event, "reopened", "incident_reopened")


@handler("retainer.notifications.handlers.tell_staff_no_data")
def tell_staff_no_data(event: Event) -> None:
    """A value of a production system that does not come any more. There is no incident that would say so."""
    if event.payload["health"] != "unknown" or event.payload["environment"] != "production":
        return
    system = clients.system(uuid.UUID(event.payload["system_id"]))
    url = link(reverse("monitoring:alert", args=[agency().slug, event.payload["number"]]))
    message = message_of("staff/no_data", url=url, title=event.payload["title"], system=system)
    _mail_staff(event, message, system.owner_id)


@handler("retainer.notifications.handlers.tell_staff_deadline")
def tell_staff_deadline(event: Event) -> None:
    """A warning before a deadline, or a notice after it."""
    if event.payload["subject_type"] != "incident":
        return
    incident, system = _incident_of(event.payload["subject_id"])
    name = "clock_breached" if event.name == "slas.clock.breached" else "clock_warned"
    promise = slas.metric_label(event.payload["metric"])
    message = _staff_message(name, incident, system, _clock_lines(incident.id), promise=promise)
    _mail_staff(event, message, incident.owner_id or system.owner_id, incident)


@handler("retainer.notifications.handlers.tell_escalation")
def tell_escalation(event: Event) -> None:
    """A step of the escalation: whoever it calls can acknowledge from the message itself."""
    if event.payload["subject_type"] != "incident":
        return
    incident, system = _incident_of(event.payload["subject_id"])
    people = addressees(event.payload["to"], incident.owner_id or system.owner_id)
    promise = slas.metric_label(event.payload["metric"])
    message = _staff_message("clock_escalated", incident, system, _clock_lines(incident.id), promise=promise)
    for person in people:
        mail_member(event, person.user.email, _to_acknowledge(message, incident, person))


@handler("retainer.notifications.handlers.tell_staff_client_wrote")
def tell_staff_client_wrote(event: Event) -> None:
    """A message of the client, to whoever has the incident."""
    _tell_responsible(event, "client_message", "client_wrote")


@handler("retainer.notifications.handlers.tell_staff_disputed")
def tell_staff_disputed(event: Event) -> None:
    """A wait that a client asks us to look at again."""
    _tell_responsible(event, "disputed", "wait_disputed")


def _tell_responsible(event: Event, kind: str, name: str) -> None:
    """With the newest line of that kind, as it was written."""
    incident, system = _incident_of(event.payload["id"])
    newest = incidents.entries(incident.id).filter(kind=kind).order_by("-id")[:1]
    message = _staff_message(name, incident, system, [str(entry.body) for entry in newest])
    _mail_staff(event, message, incident.owner_id or system.owner_id)


def _incident_of(incident_id: str) -> tuple[Incident, AISystem]:
    """The incident and its system."""
    incident = incidents.incident(uuid.UUID(incident_id))
    return incident, clients.system(incident.system_id)


def _staff_message(name: str, incident: Incident, system: AISystem, facts: list[str], **more: object) -> Message:
    """One that leads with what the incident means for people, and then says which it is and what is known of it."""
    url = link(reverse("dashboard:incident", args=[agency().slug, incident.number]))
    return message_of(f"staff/{name}", url=url, incident=incident, system=system, facts=facts, **more)


@handler("retainer.notifications.handlers.tell_client_published")
def tell_client_published(event: Event) -> None:
    """An incident the client may now see, to its contacts, once the agency has gone live with this client: what it
    means for people, what was said of it, and when they hear next."""
    incident_id = uuid.UUID(event.payload["id"])
    _mail_client(event, "incident_published", said=[*_last_said(incident_id), *_next_message_line(incident_id)])


@handler("retainer.notifications.handlers.tell_client_updated")
def tell_client_updated(event: Event) -> None:
    """An update written for the client."""
    _mail_client(event, "incident_updated")


@handler("retainer.notifications.handlers.tell_client_asked")
def tell_client_asked(event: Event) -> None:
    """What the client is waited on for, with the question as it was written."""
    _ask_client(event, "asked")


@handler("retainer.notifications.handlers.tell_client_reminded")
def tell_client_reminded(event: Event) -> None:
    """The same question again, while nobody has answered it."""
    _ask_client(event, "reminded")


def _ask_client(event: Event, name: str) -> None:
    # Whoever answered meanwhile is not asked.
    for incident, line in incidents.questions([incidents.incident(uuid.UUID(event.payload["id"]))]):
        _mail_client(event, name, question=line.body, solving_waits=incidents.solving_waits(incident))


@handler("retainer.notifications.handlers.tell_client_resolved")
def tell_client_resolved(event: Event) -> None:
    """The end of a published incident, with what was measured: it is called solved where that says so."""
    last = incidents.entries(uuid.UUID(event.payload["id"])).filter(kind="resolved").order_by("-id").first()
    well = all(row["good"] for row in (last.data if last else {}).get("measured", []))
    _mail_client(event, "incident_resolved", well=well)


@handler("retainer.notifications.handlers.tell_client_reopened")
def tell_client_reopened(event: Event) -> None:
    """A published incident that was called solved and goes on: what the client was told last is not so."""
    _mail_client(event, "incident_reopened")


@handler("retainer.notifications.handlers.invite_contact")
def invite_contact(event: Event) -> None:
    """The link with which a contact opens the portal for the first time. Its only copy is in the mail."""
    contact = clients.contact(uuid.UUID(event.payload["id"]))
    if contact.ended_at is not None or contact.user_id is not None:
        return
    _invitation, token = invite_contact_person(email=contact.email, contact_id=contact.id)
    url = link(reverse("invitation", args=[token]))
    message = message_of("client/invited", url=url, name=unlinked(agency().name))
    mail(event, contact.email, message, client_id=contact.client_id)


def _mail_client(event: Event, name: str, **more: object) -> None:
    incident, system = _incident_of(event.payload["id"])
    client = clients.client(incident.client_id)
    if client.live_at is None or incident.published_at is None:
        return
    url = link(reverse("portal:incident", args=[agency().slug, client.slug, incident.number]))
    context = {"incident": incident, "system": system, "said": _last_said(incident.id)} | more
    message = message_of(f"client/{name}", url=url, **context)
    for contact in clients.contacts(client.id):
        if contact.ended_at is None:
            mail(event, contact.email, message, client_id=client.id)


# Lines that say a time of day, which a mail says in the agency's zone.
_SAY_TIMES = ("resolved", "agreed", "policy")


def _last_said(incident_id: uuid.UUID) -> list[str]:
    """The newest line that the client may read and that says something, as the portal shows it."""
    rows = incidents.entries(incident_id, client_visible_only=True).order_by("-at", "-id")
    with timezone.override(agency().time_zone):
        for entry in rows:
            if text := text_of(entry, {}):
                return [*text.split("\n"), *(_zone_line() if entry.kind in _SAY_TIMES and entry.data else [])]
    return []


def _zone_line() -> list[str]:
    """A mail is read anywhere, so it says whose clock it speaks of."""
    return [_("Times are those of %(zone)s.") % {"zone": agency().time_zone}]


def _mail_staff(
    event: Event, message: Message, responsible: uuid.UUID | None, incident: Incident | None = None
) -> None:
    """To the one who has it and to those who look after clients; who reads of a new incident can take it on there."""
    for row in members():
        if row.user_id == responsible or row.role in (Role.OWNER, Role.ACCOUNT_MANAGER):
            mail_member(event, row.user.email, _to_acknowledge(message, incident, row))


def _to_acknowledge(message: Message, incident: Incident | None, reader: Membership) -> Message:
    if incident is None or incident.state != "new" or not may(reader.role, Capability.WORK):
        return message
    path = acknowledge_path(incident.agency_id, incident.id, reader.user_id)
    return replace(message, action=_("Acknowledge"), url=link(path))


def _clock_lines(incident_id: uuid.UUID) -> list[str]:
    """What is due next comes first; what stands still or is over has no time, and comes last."""
    views = slas.clock_views(slas.clocks_of("incident", incident_id), now(), agency().time_zone)
    nearest = sorted(views, key=lambda view: (view.due_at is None, view.due_at or view.label))
    lines = [f"{view.label}: {view.sentence}" for view in nearest]
    return [*lines, *_zone_line()] if lines else []


def _next_message_line(incident_id: uuid.UUID) -> list[str]:
    """By when the client hears again, in the zone that the line names; nothing where no message is owed."""
    zone = agency().time_zone
    views = slas.clock_views(slas.current(slas.clocks_of("incident", incident_id)), now(), zone)
    view = next_message(views, now())
    return [f"{announced(view)} {moment(view.due_at, ZoneInfo(zone))} ({zone})."] if view else []


HANDLERS: dict[str, tuple[Handler, ...]] = {
    ANY: (send_webhooks,),
    incident_events.OPENED: (tell_staff_incident_opened,),
    "monitoring.alert.fired": (tell_staff_no_data,),
    "slas.clock.warned": (tell_staff_deadline,),
    "slas.clock.breached": (tell_staff_deadline, hear_canary),
    "slas.clock.escalated": (tell_escalation,),
    incident_events.CLIENT_WROTE: (tell_staff_client_wrote,),
    incident_events.DISPUTED: (tell_staff_disputed,),
    incident_events.PUBLISHED: (tell_client_published,),
    incident_events.UPDATED: (tell_client_updated,),
    incident_events.PAUSED: (tell_client_asked,),
    incident_events.REMINDED: (tell_client_reminded,),
    incident_events.RESOLVED: (tell_client_resolved,),
    incident_events.REOPENED: (tell_staff_reopened, tell_client_reopened),
    "clients.contact.invited": (invite_contact,),
    **approvals.HANDLERS,
}
