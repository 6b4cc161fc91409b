"""A draft is proposed to the client, who accepts exactly what they saw, or does not."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements import events, selectors
from agreements.models import Retainer
from agreements.proposal_text import sections_of
from agreements.services import emit, hold_what_it_signs, locked_retainer, only_draft
from agreements.words import RetainerState
from clients.approvals import selectors as approvals
from clients.approvals import services as approval_services
from clients.approvals.content import Subject
from clients.approvals.models import Approval
from clients.approvals.words import ApprovalState
from core.errors import Conflict

SUBJECT = "retainer"
# What the client's answer makes of a retainer that was proposed. A newer version changes nothing: it is open again.
BECOMES = {
    ApprovalState.APPROVED: RetainerState.ACCEPTED,
    ApprovalState.DECLINED: RetainerState.DRAFT,
    ApprovalState.EXPIRED: RetainerState.DRAFT,
    ApprovalState.WITHDRAWN: RetainerState.DRAFT,
}


def subject_of(row: Retainer) -> Subject:
    """The retainer as what an approval is about."""
    return Subject(SUBJECT, row.id, row.client_id)


def newest_of(row: Retainer) -> Approval | None:
    """The version that the client was asked for last; None where they never were."""
    return approvals.approvals_of(subject_of(row)).first()


def propose(
    *, retainer_id: uuid.UUID, contact_ids: Iterable[uuid.UUID], words: str = "", expires_at: datetime | None = None
) -> Approval:
    """Asks the client to accept the draft as it is; refused while something is missing that the client agrees to."""
    with transaction.atomic():
        row = locked_retainer(retainer_id)
        only_draft(row)
        missing = [item.text for item in selectors.activation_checklist(row.id) if item.blocks and not item.done]
        if missing:
            raise Conflict(_("Not proposed yet. Still missing: %(items)s.") % {"items": "; ".join(missing)})
        hold_what_it_signs(row)
        approval = approval_services.ask(
            subject=subject_of(row),
            title=row.name,
            words=words,
            sections=sections_of(row),
            contact_ids=contact_ids,
            expires_at=expires_at,
        )
        _become(row, RetainerState.PROPOSED, events.RETAINER_PROPOSED)
    return approval


def back_to_draft(*, retainer_id: uuid.UUID, words: str = "") -> Retainer:
    """Takes a proposal back, so that it can be changed; one that was accepted too, which then has to be accepted anew.

    Nothing that runs is touched, and what the client once accepted stays in the record.
    """
    with transaction.atomic():
        approval = newest_of(selectors.retainer(retainer_id))
        if approval is not None and approval.state == ApprovalState.OPEN:
            approval_services.withdraw(approval_id=approval.id, words=words)
        row = locked_retainer(retainer_id)
        if row.state not in (RetainerState.PROPOSED, RetainerState.ACCEPTED):
            raise Conflict(_("Only what is proposed or accepted, and does not run yet, goes back to a draft."))
        _become(row, RetainerState.DRAFT, events.RETAINER_WITHDRAWN)
    return row


def take_decision(approval_id: uuid.UUID) -> None:
    """Does what a decision on a proposal says, by how it stands now. Told twice it changes nothing."""
    with transaction.atomic():
        approval = approvals.approval(approval_id)
        row = locked_retainer(approval.subject_id)
        newest = newest_of(row)
        state = BECOMES.get(ApprovalState(approval.state))
        if row.state != RetainerState.PROPOSED or state is None or newest != approval:
            return
        accepted = state == RetainerState.ACCEPTED
        _become(row, state, events.RETAINER_ACCEPTED if accepted else events.RETAINER_DECLINED)


def _become(row: Retainer, state: RetainerState, event: str) -> None:
    row.state = state
    row.save(update_fields=["state"])
    emit(event, row)
