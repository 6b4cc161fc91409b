"""Who hears of an approval: those who are asked, with a link of their own, and whoever asked."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.urls import reverse

from clients import selectors as clients
from clients.approvals import selectors
from clients.approvals.words import ApprovalAct, ApprovalState
from core.access.roles import Capability, may
from core.events import Event, Handler, handler
from core.format import full_moment
from core.selectors import agency, members
from core.web.signed import sign
from retainer.notifications.mailing import mail, mail_member
from retainer.notifications.messages import message_of
from retainer.notifications.services import link

if TYPE_CHECKING:
    from clients.approvals.models import Approval, ApprovalEvent
    from clients.models import Contact

APPROVE = "approval"
# What the staff hears of: whatever comes from the client, and that nothing came in time.
_FROM_CLIENT = {ApprovalAct.APPROVED, ApprovalAct.DECLINED, ApprovalAct.EXPIRED}


def approve_path(row: Approval, contact: Contact) -> str:
    """The path on which this contact decides this version. Somebody else who opens it finds nothing."""
    return reverse("approve", args=[sign(APPROVE, agency=row.agency_id, approval=row.id, contact=contact.id)])


@handler("retainer.notifications.approvals.tell_asked")
def tell_asked(event: Event) -> None:
    """Everybody who was asked then, that it waits for them; who was asked besides hears by news of their own."""
    row = selectors.approval(uuid.UUID(event.payload["id"]))
    _mail_contacts(event, "approval_asked", selectors.asked(row, by=_act_of(event).at))


@handler("retainer.notifications.approvals.tell_reminded")
def tell_reminded(event: Event) -> None:
    """The same again, while nobody has answered."""
    _mail_contacts(event, "approval_reminded")


@handler("retainer.notifications.approvals.tell_asked_also")
def tell_asked_also(event: Event) -> None:
    """Whoever was asked besides, however many were since."""
    contact = _act_of(event).contact
    _mail_contacts(event, "approval_asked", [contact] if contact else [])


@handler("retainer.notifications.approvals.tell_answered")
def tell_answered(event: Event) -> None:
    """What we answered to a question."""
    _mail_contacts(event, "approval_answered")


@handler("retainer.notifications.approvals.tell_questioned")
def tell_questioned(event: Event) -> None:
    """What the client wants to know before they decide."""
    _mail_staff(event, "approval_questioned")


@handler("retainer.notifications.approvals.tell_decided")
def tell_decided(event: Event) -> None:
    """What the client decided, or that the time for it is over."""
    if event.payload["act"] in _FROM_CLIENT:
        _mail_staff(event, f"approval_{event.payload['act']}")


def _mail_contacts(event: Event, name: str, to: Iterable[Contact] | None = None) -> None:
    row = selectors.approval(uuid.UUID(event.payload["id"]))
    client = clients.client(row.client_id)
    # Whoever was faster has answered; before the agency has gone live nobody there gets mail.
    if row.state != ApprovalState.OPEN or client.live_at is None:
        return
    until = full_moment(row.expires_at, ZoneInfo(client.time_zone)) if row.expires_at else ""
    able = selectors.approvers(row)
    for contact in able if to is None else [one for one in to if one in able]:
        url = link(approve_path(row, contact))
        message = message_of(f"client/{name}", url=url, approval=row, until=until, last=_act_of(event).words)
        mail(event, contact.email, message, client_id=row.client_id)


def _mail_staff(event: Event, name: str) -> None:
    """Whoever asked, and else those who may ask."""
    row = selectors.approval(uuid.UUID(event.payload["id"]))
    url = link(reverse("approvals:approval", args=[agency().slug, row.id]))
    client = clients.client(row.client_id)
    message = message_of(f"staff/{name}", url=url, approval=row, client=client, last=_act_of(event).words)
    able = [member for member in members() if may(member.role, Capability.RETAINERS)]
    asked = [member for member in able if member.user_id == row.asked_by_id]
    for member in asked or able:
        mail_member(event, member.user.email, message)


def _act_of(event: Event) -> ApprovalEvent:
    """What is told: that very act, and not what came after it."""
    return selectors.event(uuid.UUID(event.payload["act_id"]))


HANDLERS: dict[str, tuple[Handler, ...]] = {
    "clients.approval.asked": (tell_asked,),
    "clients.approval.delegated": (tell_asked_also,),
    "clients.approval.reminded": (tell_reminded,),
    "clients.approval.answered": (tell_answered,),
    "clients.approval.questioned": (tell_questioned,),
    "clients.approval.decided": (tell_decided,),
}
