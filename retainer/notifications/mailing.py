"""A message becomes a mail in the queue, in HTML and in plain text."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from core.events import Event
from core.selectors import agency
from retainer.notifications.messages import Message, mail_bodies
from retainer.notifications.services import queue_email


def mail_member(event: Event, to: str, message: Message) -> None:
    """To somebody of the staff, with the reason why."""
    why = _("You get this as a member of %(agency)s.") % {"agency": agency().name}
    mail(event, to, message, client_id=event.client_id, why=why)


def mail(event: Event, to: str, message: Message, *, client_id: uuid.UUID | None, why: str = "") -> None:
    """One message to one address, queued once an event."""
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
