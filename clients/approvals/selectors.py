"""Reads of approvals; the same for dashboard, portal, API and the signed page."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Case, F, QuerySet, When
from django.utils.translation import gettext as _

from clients import selectors as clients
from clients.approvals.content import Subject, text_of
from clients.approvals.models import Approval, ApprovalEvent, Approver
from clients.approvals.words import ApprovalState
from core.access.roles import Right
from core.errors import NotFound
from core.json_values import JsonObject

if TYPE_CHECKING:
    from clients.models import Contact


def approvals(client_id: uuid.UUID | None = None) -> QuerySet[Approval]:
    """Those of the agency or of one client, the newest first."""
    rows = Approval.objects.order_by("-created_at", "-id")
    return rows.filter(client_id=client_id) if client_id else rows


def in_order() -> QuerySet[Approval]:
    """All of the agency: what waits for a client first, the oldest in front; then what is over, the newest first."""
    waits = Case(When(state=ApprovalState.OPEN, then=F("created_at")))
    return Approval.objects.order_by(waits.asc(nulls_last=True), "-created_at", "-id")


def approval(approval_id: uuid.UUID) -> Approval:
    """One approval; NotFound otherwise."""
    row = Approval.objects.filter(id=approval_id).first()
    if row is None:
        raise NotFound(_("There is no such approval."), field="approval_id")
    return row


def approvals_of(subject: Subject) -> QuerySet[Approval]:
    """Every version that was asked for of one thing, the newest first."""
    return Approval.objects.filter(
        subject_type=subject.type, subject_id=subject.id, client_id=subject.client_id
    ).order_by("-version")


def waiting_for(contact_id: uuid.UUID) -> QuerySet[Approval]:
    """What waits for this contact, the oldest first."""
    mine = Approver.objects.filter(contact_id=contact_id).values("approval_id")
    return Approval.objects.filter(id__in=mine, state=ApprovalState.OPEN).order_by("created_at", "id")


def asked(row: Approval, *, by: datetime | None = None) -> list[Contact]:
    """Everybody who was asked, or had been ``by`` an instant, also those who have left since, in their order."""
    rows = Approver.objects.filter(approval_id=row.id).select_related("contact").order_by("id")
    return [one.contact for one in (rows.filter(created_at__lte=by) if by else rows)]


def approvers(row: Approval) -> list[Contact]:
    """Who may decide it now: those who were asked, are still there, and hold the right."""
    asked = Approver.objects.filter(approval_id=row.id).values("contact_id")
    return list(clients.contacts(row.client_id).filter(id__in=asked, rights__contains=[Right.APPROVER]))


def events(approval_id: uuid.UUID) -> Sequence[ApprovalEvent]:
    """All that was done about it, in order."""
    return list(ApprovalEvent.objects.filter(approval_id=approval_id).select_related("contact").order_by("at", "id"))


def event(event_id: uuid.UUID) -> ApprovalEvent:
    """One thing that was done; NotFound otherwise."""
    row = ApprovalEvent.objects.filter(id=event_id).select_related("contact").first()
    if row is None:
        raise NotFound(_("There is no such act."))
    return row


def approver_choices(client_id: uuid.UUID) -> list[tuple[str, str]]:
    """The client's people who may approve, for forms; whoever cannot open the portal yet is said to."""
    rows = clients.contacts(client_id).filter(rights__contains=[Right.APPROVER])
    return [(str(row.id), f"{row.name} · {row.email}" if row.user_id else _not_in_yet(row)) for row in rows]


def _not_in_yet(row: Contact) -> str:
    return _("%(name)s · %(email)s · has no access to the portal yet") % {"name": row.name, "email": row.email}


def evidence(row: Approval) -> JsonObject:
    """What proves the decision, to be checked without us: the SHA-256 of ``text`` is ``sha256``.

    ``acts`` are those of the record, with the ids of who acted and instants in UTC.
    """
    return {
        "text": text_of(row.subject, row.version, row.content),
        "sha256": row.content_hash,
        "state": row.state,
        "acts": [
            {
                "act": event.kind,
                "at": event.at.isoformat(),
                "contact": str(event.contact_id) if event.contact_id else None,
                "actor": f"{event.actor_kind}:{event.actor_id}" if event.actor_id else event.actor_kind,
                "ip": event.ip,
                "agreed_on": event.agreed_on.isoformat() if event.agreed_on else None,
                "words": event.words,
            }
            for event in events(row.id)
        ],
    }
