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
from retainer.notifications.addressees import acknowledge_path, addressees
from retainer.notifications.messages import Message, mail_bodies
from retainer.notifications.services import FOR_PROGRAMS, link, queue_email, queue_webhooks
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
    incident = incidents.incident(uuid.UUID(event.payload["id"]))
    system = clients.system(incident.system_id)
    message = Message(
        subject=_("%(severity)s: %(title)s") % {"severity": incident.severity.title(), "title": incident.title},
        lead=incident.title,
        lines=[_about(incident, system), *_clock_lines(incident.id)],
        action=_("Open the incident"),
        url=_incident_url(incident.number),
    )
    _mail_staff(event, message, system.owner_id, incident)


@handler("retainer.notifications.handlers.tell_staff_reopened")
def tell_staff_reopened(event: Event) -> None:
    """An incident that was not over, whether the client said so or the check that goes on failing."""
    _tell_responsible(event, "reopened", _("Open again: %(reference)s"), _("Open the incident"))


@handler("retainer.notifications.handlers.tell_staff_no_data")
def tell_staff_no_data(event: Event) -> None:
    """A value of a production system that does not come any more. There is no incident that would say so."""
    if event.payload["health"] != "unknown" or event.payload["environment"] != "production":
        return
    system = clients.system(uuid.UUID(event.payload["system_id"]))
    message = Message(
        subject=_("No data: %(title)s") % {"title": event.payload["title"]},
        lead=_("Nobody can tell at present whether %(system)s keeps what was agreed.") % {"system": system.name},
        lines=[],
        action=_("Open the alert"),
        url=link(reverse("monitoring:alert", args=[agency().slug, event.payload["number"]])),
    )
    _mail_staff(event, message, system.owner_id)


@handler("retainer.notifications.handlers.tell_staff_deadline")
def tell_staff_deadline(event: Event) -> None:
    """A warning before a deadline, or a notice after it."""
    if event.payload["subject_type"] != "incident":
        return
    incident = incidents.incident(uuid.UUID(event.payload["subject_id"]))
    system = clients.system(incident.system_id)
    missed = event.name == "slas.clock.breached"
    promise = slas.metric_label(event.payload["metric"])
    subject = _("Missed: %(promise)s on %(reference)s") if missed else _("Due soon: %(promise)s on %(reference)s")
    message = Message(
        subject=subject % {"promise": promise, "reference": incident.reference},
        lead=incident.title,
        lines=[_about(incident, system), *_clock_lines(incident.id)],
        action=_("Open the incident"),
        url=_incident_url(incident.number),
    )
    _mail_staff(event, message, incident.owner_id or system.owner_id, incident)


@handler("retainer.notifications.handlers.tell_escalation")
def tell_escalation(event: Event) -> None:
    """A rung of the ladder: whoever it calls can acknowledge from the message itself."""
    if event.payload["subject_type"] != "incident":
        return
    incident = incidents.incident(uuid.UUID(event.payload["subject_id"]))
    system = clients.system(incident.system_id)
    people = addressees(event.payload["to"], incident.owner_id or system.owner_id)
    promise = slas.metric_label(event.payload["metric"])
    words = {"promise": promise, "reference": incident.reference}
    for person in people:
        message = Message(
            subject=_("You are called: %(promise)s on %(reference)s") % words,
            lead=incident.title,
            lines=[_about(incident, system), *_clock_lines(incident.id)],
            action=_("Open the incident"),
            url=_incident_url(incident.number),
        )
        _mail_member(event, person.user.email, _to_acknowledge(message, incident, person))


@handler("retainer.notifications.handlers.tell_staff_client_wrote")
def tell_staff_client_wrote(event: Event) -> None:
    """A message of the client, to whoever has the incident."""
    _tell_responsible(event, "client_message", _("The client wrote on %(reference)s"), _("Open the incident"))


@handler("retainer.notifications.handlers.tell_staff_disputed")
def tell_staff_disputed(event: Event) -> None:
    """A wait that a client asks us to look at again."""
    _tell_responsible(event, "disputed", _("Review asked for on %(reference)s"), _("Decide"))


def _tell_responsible(event: Event, kind: str, subject: str, action: str) -> None:
    """With the newest line of that kind, as it was written."""
    incident = incidents.incident(uuid.UUID(event.payload["id"]))
    system = clients.system(incident.system_id)
    newest = incidents.entries(incident.id).filter(kind=kind).order_by("-id")[:1]
    message = Message(
        subject=subject % {"reference": incident.reference},
        lead=incident.title,
        lines=[_about(incident, system), *(str(entry.body) for entry in newest)],
        action=action,
        url=_incident_url(incident.number),
    )
    _mail_staff(event, message, incident.owner_id or system.owner_id)


@handler("retainer.notifications.handlers.tell_client_published")
def tell_client_published(event: Event) -> None:
    """An incident the client may now see, to its contacts, once the agency has gone live with this client: what it
    means for people, what was said of it, and when they hear next."""
    incident_id = uuid.UUID(event.payload["id"])
    lines = [*_last_said(incident_id), *_next_message_line(incident_id)]
    _mail_client(event, _("A problem with %(system)s"), lines=lines)


@handler("retainer.notifications.handlers.tell_client_updated")
def tell_client_updated(event: Event) -> None:
    """An update written for the client."""
    _mail_client(event, _("Update on %(system)s"))


@handler("retainer.notifications.handlers.tell_client_asked")
def tell_client_asked(event: Event) -> None:
    """What the client is waited on for, with the question as it was written."""
    _ask_client(event, _("Waiting on you: %(question)s"))


@handler("retainer.notifications.handlers.tell_client_reminded")
def tell_client_reminded(event: Event) -> None:
    """The same question again, while nobody has answered it."""
    _ask_client(event, _("Still waiting on you: %(question)s"))


def _ask_client(event: Event, subject: str) -> None:
    # Whoever answered meanwhile is not asked.
    for incident, line in incidents.questions([incidents.incident(uuid.UUID(event.payload["id"]))]):
        said = subject % {"question": line.body}
        waits = (
            [_("Until we have it, the time to solve this does not run.")] if incidents.solving_waits(incident) else []
        )
        lines = [_("It is about: %(title)s") % {"title": incident.title}, *waits]
        _mail_client(event, said[:150].replace("%", "%%"), lead=said, lines=lines)


@handler("retainer.notifications.handlers.tell_client_resolved")
def tell_client_resolved(event: Event) -> None:
    """The end of a published incident, with what was measured: it is called solved where that says so."""
    last = incidents.entries(uuid.UUID(event.payload["id"])).filter(kind="resolved").order_by("-id").first()
    well = all(row["good"] for row in (last.data if last else {}).get("measured", []))
    subject = _("Solved: %(system)s") if well else _("We ended our work on %(system)s")
    _mail_client(event, subject)


@handler("retainer.notifications.handlers.tell_client_reopened")
def tell_client_reopened(event: Event) -> None:
    """A published incident that was called solved and goes on: what the client was told last is not so."""
    _mail_client(event, _("Not solved yet: %(system)s"))


@handler("retainer.notifications.handlers.invite_contact")
def invite_contact(event: Event) -> None:
    """The link with which a contact opens the portal for the first time. Its only copy is in the mail."""
    contact = clients.contact(uuid.UUID(event.payload["id"]))
    if contact.ended_at is not None or contact.user_id is not None:
        return
    _invitation, token = invite_contact_person(email=contact.email, contact_id=contact.id)
    words = {"name": unlinked(agency().name)}
    message = Message(
        subject=_("%(name)s invites you to your portal") % words,
        lead=_("%(name)s looks after your AI systems and shows you how they stand.") % words,
        lines=[_("The link works once, for this address, for 7 days.")],
        action=_("Open the portal"),
        url=link(reverse("invitation", args=[token])),
    )
    _mail(event, contact.email, message, client_id=contact.client_id)


def _mail_client(event: Event, subject: str, *, lead: str = "", lines: list[str] | None = None) -> None:
    incident = incidents.incident(uuid.UUID(event.payload["id"]))
    client = clients.client(incident.client_id)
    if client.live_at is None or incident.published_at is None:
        return
    system = clients.system(incident.system_id)
    house = agency()
    message = Message(
        subject=subject % {"system": system.name},
        lead=lead or incident.title,
        lines=_last_said(incident.id) if lines is None else lines,
        action=_("See how it stands"),
        url=link(reverse("portal:incident", args=[house.slug, client.slug, incident.number])),
    )
    for contact in clients.contacts(client.id):
        if contact.ended_at is None:
            _mail(event, contact.email, message, client_id=client.id)


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
            _mail_member(event, row.user.email, _to_acknowledge(message, incident, row))


def _to_acknowledge(message: Message, incident: Incident | None, reader: Membership) -> Message:
    if incident is None or incident.state != "new" or not may(reader.role, Capability.WORK):
        return message
    path = acknowledge_path(incident.agency_id, incident.id, reader.user_id)
    return replace(message, action=_("Acknowledge"), url=link(path))


def _mail_member(event: Event, to: str, message: Message) -> None:
    why = _("You get this as a member of %(agency)s.") % {"agency": agency().name}
    _mail(event, to, message, client_id=event.client_id, why=why)


def _mail(event: Event, to: str, message: Message, *, client_id: uuid.UUID | None, why: str = "") -> None:
    body, html = mail_bodies(message, house=agency(), why=why)
    queue_email(
        event_id=event.event_id,
        event_name=event.name,
        to=to,
        subject=message.subject,
        body=body,
        html=html,
        client_id=client_id,
    )


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


def _about(incident: Incident, system: AISystem) -> str:
    """Which incident of which system, below what it means for people."""
    return f"{incident.reference} · {system.name}"


def _incident_url(number: int) -> str:
    return link(reverse("dashboard:incident", args=[agency().slug, number]))


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
}
