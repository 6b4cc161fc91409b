"""Writes of approvals. The approval's row is the arbiter: whoever changes what it is about locks it first."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from clients import events
from clients import selectors as clients
from clients.approvals import selectors
from clients.approvals.content import Frozen, Section, Subject, hash_of
from clients.approvals.models import Approval, ApprovalEvent, Approver
from clients.approvals.states import LEADS_TO
from clients.approvals.words import ApprovalAct, ApprovalState
from clients.values import optional_text, text
from core.access.roles import Right
from core.audit import record_and_announce
from core.clock import now
from core.errors import Conflict, DomainError, Forbidden, NotFound
from core.tenancy.context import require_scope
from core.tokens import maker_of

if TYPE_CHECKING:
    from clients.models import Contact

MOST_APPROVERS, MOST_WORDS = 10, 2000
# Nobody is reminded more often than this, nor more times.
REMIND_AFTER, MOST_REMINDERS = timedelta(days=3), 3
LONGEST = timedelta(days=366)
# Each is a mail to the staff, of which the agency has so many an hour for all its clients.
MOST_QUESTIONS = 20
# What may still be done when the time to answer is over and nobody has noticed yet.
_AFTER_TIME = (ApprovalAct.EXPIRED, ApprovalAct.SUPERSEDED, ApprovalAct.WITHDRAWN)
_EVENT_OF = {
    ApprovalAct.ASKED: events.APPROVAL_ASKED,
    ApprovalAct.REMINDED: events.APPROVAL_REMINDED,
    ApprovalAct.DELEGATED: events.APPROVAL_DELEGATED,
    ApprovalAct.QUESTIONED: events.APPROVAL_QUESTIONED,
    ApprovalAct.ANSWERED: events.APPROVAL_ANSWERED,
    ApprovalAct.SEEN: events.APPROVAL_SEEN,
}


def ask(
    *,
    subject: Subject,
    title: str,
    words: str,
    sections: Sequence[Section],
    contact_ids: Iterable[uuid.UUID],
    expires_at: datetime | None = None,
) -> Approval:
    """Asks the contacts to agree to exactly this. What is open about the same thing is superseded by it.

    Whoever asks holds the row of the subject, so that two never ask for the same version.
    """
    with transaction.atomic():
        last = selectors.approvals_of(subject).select_for_update(of=("self",)).first()
        if last is not None and last.state == ApprovalState.OPEN:
            _act(last, ApprovalAct.SUPERSEDED)
        content: Frozen = {
            "title": text(title, "title", 160),
            "words": optional_text(words, "words", MOST_WORDS),
            "sections": sections,
        }
        row = Approval(
            client_id=subject.client_id,
            subject_type=subject.type,
            subject_id=subject.id,
            version=last.version + 1 if last else 1,
            title=content["title"],
            content=content,
            asked_by_id=_asker(),
            created_at=now(),
            expires_at=_in_time(expires_at),
        )
        row.content_hash = hash_of(subject, row.version, content)
        row.next_due_at = _next_due(row)
        row.save(force_insert=True)
        _name(row, contact_ids)
        _note(row, ApprovalAct.ASKED)
    return row


def see(*, approval_id: uuid.UUID, contact_id: uuid.UUID) -> None:
    """Keeps that this contact has opened it; once."""
    with transaction.atomic():
        row = _locked(approval_id)
        if row.state != ApprovalState.OPEN or row.events.filter(kind=ApprovalAct.SEEN, contact_id=contact_id).exists():
            return
        _act(row, ApprovalAct.SEEN, contact=_approver(row, contact_id))


def decide(*, approval_id: uuid.UUID, contact_id: uuid.UUID, approve: bool, words: str = "") -> Approval:
    """Approves or declines it for the client. A second press of the same button is the first one."""
    act = ApprovalAct.APPROVED if approve else ApprovalAct.DECLINED
    said = optional_text(words, "words", MOST_WORDS)
    if not approve and not said:
        raise DomainError(_("Say why, so that it can be changed."), field="words")
    with transaction.atomic():
        row = _locked(approval_id)
        if row.events.filter(kind=act, contact_id=contact_id).exists():
            return row
        contact = _approver(row, contact_id)
        _act(row, act, contact=contact, words=said)
    return row


def question(*, approval_id: uuid.UUID, contact_id: uuid.UUID, words: str) -> None:
    """A contact asks something before they decide."""
    with transaction.atomic():
        row = _locked(approval_id)
        contact = _approver(row, contact_id)
        if row.events.filter(kind=ApprovalAct.QUESTIONED).count() >= MOST_QUESTIONS:
            raise Conflict(_("You have asked %(most)d times. Please talk to us.") % {"most": MOST_QUESTIONS})
        _act(row, ApprovalAct.QUESTIONED, contact=contact, words=text(words, "words", MOST_WORDS))


def answer(*, approval_id: uuid.UUID, words: str) -> Approval:
    """We answer; everybody who was asked reads it beside the version."""
    with transaction.atomic():
        row = _locked(approval_id)
        _act(row, ApprovalAct.ANSWERED, words=text(words, "words", MOST_WORDS))
    return row


def ask_also(*, approval_id: uuid.UUID, contact_id: uuid.UUID) -> Approval:
    """Asks one more contact, such as the one who stands in while another is away. Twice is once."""
    with transaction.atomic():
        row = _locked(approval_id)
        if not row.approvers.filter(contact_id=contact_id).exists():
            _act(row, ApprovalAct.DELEGATED, contact=_name(row, [contact_id])[0])
    return row


def withdraw(*, approval_id: uuid.UUID, words: str = "") -> Approval:
    """Takes the question back: nothing that was asked holds any more."""
    with transaction.atomic():
        row = _locked(approval_id)
        _act(row, ApprovalAct.WITHDRAWN, words=optional_text(words, "words", MOST_WORDS))
    return row


def record_offline(*, approval_id: uuid.UUID, contact_id: uuid.UUID, agreed_on: date, words: str) -> Approval:
    """Keeps what a contact agreed to outside the portal: on which day, and in ``words`` where that can be looked up."""
    with transaction.atomic():
        row = _locked(approval_id)
        if not row.created_at.date() - LONGEST <= agreed_on <= now().date() + timedelta(days=1):
            raise DomainError(_("Give the day on which it was agreed. It has been already."), field="agreed_on")
        if all(one.id != contact_id for one in selectors.approvers(row)):
            raise NotFound(_("Choose one of those who were asked and may approve."), field="contact_id")
        said = text(words, "words", MOST_WORDS)
        _act(row, ApprovalAct.OFFLINE, contact=_approver(row, contact_id), words=said, agreed_on=agreed_on)
    return row


def remind_or_expire(row: Approval) -> bool:
    """What is due about an open approval. In the scope of its agency, its row locked."""
    if row.expires_at is not None and row.expires_at <= now():
        _act(row, ApprovalAct.EXPIRED)
        return True
    # Where nobody gets mail, nobody is said to be reminded.
    reminds = clients.gets_mail(row.client_id)
    row.reminders += reminds
    row.next_due_at = _next_due(row)
    row.save(update_fields=["reminders", "next_due_at"])
    if reminds:
        _note(row, ApprovalAct.REMINDED)
    return reminds


def _act(
    row: Approval,
    act: ApprovalAct,
    *,
    contact: Contact | None = None,
    words: str = "",
    agreed_on: date | None = None,
) -> None:
    """Writes the act and what it leads to. Raises Conflict where the approval is over."""
    if row.state != ApprovalState.OPEN:
        raise Conflict(_("This is over: %(state)s.") % {"state": ApprovalState(row.state).label})
    if act not in _AFTER_TIME and row.expires_at is not None and row.expires_at <= now():
        raise Conflict(_("The time to answer is over. Ask for a new version."))
    state = LEADS_TO[act]
    if state is not None:
        row.state, row.decided_at, row.next_due_at = state, now(), None
        row.save(update_fields=["state", "decided_at", "next_due_at"])
    _note(row, act, contact=contact, words=words, agreed_on=agreed_on)


def _note(
    row: Approval,
    act: ApprovalAct,
    *,
    contact: Contact | None = None,
    words: str = "",
    agreed_on: date | None = None,
) -> None:
    actor = require_scope().actor
    event = ApprovalEvent.objects.create(
        client_id=row.client_id,
        approval=row,
        kind=act,
        at=now(),
        contact=contact,
        actor_kind=actor.kind,
        actor_id=actor.id,
        ip=actor.ip,
        words=words,
        agreed_on=agreed_on,
    )
    record_and_announce(
        action=_EVENT_OF.get(act, events.APPROVAL_DECIDED),
        object_type="approval",
        object_id=row.id,
        client_id=row.client_id,
        changes={"act": act, "state": row.state},
        payload={
            "act": act,
            "act_id": str(event.id),
            "subject_type": row.subject_type,
            "subject_id": str(row.subject_id),
        },
    )


def _name(row: Approval, contact_ids: Iterable[uuid.UUID]) -> list[Contact]:
    """Names who may decide. Each is a contact of the client who is there and holds the right."""
    wanted = list(dict.fromkeys(contact_ids))
    found = {contact.id: contact for contact in clients.contacts(row.client_id).filter(id__in=wanted)}
    if not wanted or len(found) < len(wanted):
        raise NotFound(_("Choose at least one contact of this client."), field="contact_ids")
    if row.approvers.count() + len(wanted) > MOST_APPROVERS:
        raise DomainError(_("Ask at most %(most)d people.") % {"most": MOST_APPROVERS}, field="contact_ids")
    without = [contact.name for contact in found.values() if Right.APPROVER not in contact.rights]
    if without:
        raise DomainError(
            _("%(names)s may not approve. Give them the right first.") % {"names": ", ".join(sorted(without))},
            field="contact_ids",
        )
    Approver.objects.bulk_create(
        Approver(agency_id=row.agency_id, client_id=row.client_id, approval=row, contact=found[one]) for one in wanted
    )
    return [found[one] for one in wanted]


def _approver(row: Approval, contact_id: uuid.UUID) -> Contact:
    """The contact, who was asked, is still there, holds the right, and has not asked for it as one of the staff."""
    contact = next((one for one in selectors.approvers(row) if one.id == contact_id), None)
    if contact is None:
        raise Forbidden(_("This is for somebody else to decide."))
    if contact.user_id is not None and contact.user_id == row.asked_by_id:
        raise Forbidden(_("Whoever asked for it does not decide it."))
    return contact


def _asker() -> uuid.UUID | None:
    """The person of the staff who asks; behind a token, whoever made it."""
    actor = require_scope().actor
    return maker_of(actor.id) if actor.kind == "token" and actor.id else actor.user_id


def _locked(approval_id: uuid.UUID) -> Approval:
    row = Approval.objects.select_for_update(of=("self",)).filter(id=approval_id).first()
    if row is None:
        raise NotFound(_("There is no such approval."), field="approval_id")
    return row


def _in_time(expires_at: datetime | None) -> datetime | None:
    if expires_at is not None and not now() < expires_at <= now() + LONGEST:
        raise DomainError(_("Give a time that comes, within a year."), field="expires_at")
    return expires_at


def _next_due(row: Approval) -> datetime | None:
    """The next reminder or the end of the time, whichever comes first."""
    reminder = now() + REMIND_AFTER if row.reminders < MOST_REMINDERS else None
    return min((at for at in (reminder, row.expires_at) if at is not None), default=None)
