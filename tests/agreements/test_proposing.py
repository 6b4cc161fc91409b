"""A draft is proposed, accepted or declined, and changed only while nobody has it before them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from agreements import proposing, selectors, services
from agreements.models import Retainer
from agreements.words import RetainerState
from clients.approvals import selectors as approvals
from clients.approvals import services as approval_services
from clients.approvals.due import remind_or_expire_due
from clients.approvals.models import Approval
from core import clock
from core.errors import Conflict
from core.outbox import relay_due
from core.tenancy import Actor, tenant_scope
from tests.agreements.scenario import AgreementScenario


def proposed(desk: AgreementScenario, **more: Any) -> tuple[uuid.UUID, Approval]:
    """A draft with all that it needs, proposed to the client's main contact."""
    with desk.house.scope():
        desk.own_the_system()
        row = desk.draft(**more)
        desk.cover(row)
        return row.id, proposing.propose(
            retainer_id=row.id, contact_ids=[desk.house.contact_row.id], words="As agreed."
        )


def decide(desk: AgreementScenario, approval: Approval, *, approve: bool) -> None:
    """As the contact presses the button, told to whoever has to hear."""
    contact = desk.house.contact_row
    actor = Actor(kind="contact", id=contact.user_id, role="approver")
    with tenant_scope(desk.house.agency.id, client_id=contact.client_id, actor=actor):
        approval_services.decide(approval_id=approval.id, contact_id=contact.id, approve=approve, words="Yes or no.")
    told()


def told() -> None:
    while relay_due():
        pass


def state(desk: AgreementScenario, retainer_id: uuid.UUID) -> str:
    with desk.house.scope():
        return str(selectors.retainer(retainer_id).state)


def test_what_the_client_accepts_is_accepted_and_can_start(desk: AgreementScenario) -> None:
    retainer, approval = proposed(desk)
    assert state(desk, retainer) == "proposed"
    decide(desk, approval, approve=True)
    assert state(desk, retainer) == "accepted"
    with desk.house.scope():
        services.activate(retainer_id=retainer)
    assert state(desk, retainer) == "active"


def test_what_the_client_declines_is_a_draft_again_and_can_be_proposed_anew(desk: AgreementScenario) -> None:
    retainer, approval = proposed(desk)
    decide(desk, approval, approve=False)
    assert state(desk, retainer) == "draft"
    with desk.house.scope():
        services.update_retainer(retainer_id=retainer, **desk.terms(price_minor=41_000))
        second = proposing.propose(retainer_id=retainer, contact_ids=[desk.house.contact_row.id])
    assert second.version == 2
    decide(desk, second, approve=True)
    assert state(desk, retainer) == "accepted"


def test_the_client_sees_the_terms_as_they_were_proposed(desk: AgreementScenario) -> None:
    _retainer, approval = proposed(desk)
    said = {line["label"]: line["text"] for section in approval.content["sections"] for line in section["lines"]}
    assert said["Plan"] == desk.tier().name
    assert ("400.00" in said["Price"] and "EUR" in said["Price"]) or "€" in said["Price"]
    assert said["Hours"] == "4 h a month"
    titles = [section["title"] for section in approval.content["sections"]]
    assert titles == ["Terms", "Included", "Response times for Support bot"]


def test_nobody_changes_what_the_client_has_before_them(desk: AgreementScenario) -> None:
    retainer, _approval = proposed(desk)
    with desk.house.scope():
        for change in (
            lambda: services.update_retainer(retainer_id=retainer, **desk.terms()),
            lambda: desk.cover(selectors.retainer(retainer), "priority"),
            lambda: services.activate(retainer_id=retainer),
            lambda: proposing.propose(retainer_id=retainer, contact_ids=[desk.house.contact_row.id]),
        ):
            with pytest.raises(Conflict, match="Withdraw the proposal first"):
                change()


def test_a_draft_that_misses_something_is_not_proposed_and_what_is_missing_is_said(desk: AgreementScenario) -> None:
    with desk.house.scope():
        row = desk.draft()
        with pytest.raises(Conflict, match="At least one covered system"):
            proposing.propose(retainer_id=row.id, contact_ids=[desk.house.contact_row.id])
    assert state(desk, row.id) == "draft"


def test_a_proposal_that_is_taken_back_cannot_be_accepted(desk: AgreementScenario) -> None:
    retainer, approval = proposed(desk)
    with desk.house.scope():
        proposing.back_to_draft(retainer_id=retainer)
    with pytest.raises(Conflict, match="Withdrawn"):
        decide(desk, approval, approve=True)
    told()
    assert state(desk, retainer) == "draft"


def test_what_was_accepted_can_go_back_and_stays_in_the_record(desk: AgreementScenario) -> None:
    retainer, approval = proposed(desk)
    decide(desk, approval, approve=True)
    with desk.house.scope():
        proposing.back_to_draft(retainer_id=retainer)
        assert approvals.approval(approval.id).state == "approved"
    told()
    assert state(desk, retainer) == "draft"


def test_news_of_an_older_version_told_late_undoes_nothing(desk: AgreementScenario) -> None:
    """The first is declined, which nobody has heard of when the second is open."""
    retainer, first = proposed(desk)
    contact = desk.house.contact_row
    with desk.house.scope():
        approval_services.withdraw(approval_id=first.id)
        Retainer.objects.filter(id=retainer).update(state="draft")
        proposing.propose(retainer_id=retainer, contact_ids=[contact.id])
    told()
    assert state(desk, retainer) == "proposed"


def test_a_proposal_whose_time_is_over_is_a_draft_again(desk: AgreementScenario) -> None:
    with desk.house.scope():
        desk.own_the_system()
        row = desk.draft()
        desk.cover(row)
        end = clock.now() + timedelta(days=2)
        proposing.propose(retainer_id=row.id, contact_ids=[desk.house.contact_row.id], expires_at=end)
    with clock.at(end + timedelta(seconds=1)):
        remind_or_expire_due()
        told()
    assert state(desk, row.id) == "draft"


ACTS: dict[str, Callable[[AgreementScenario, uuid.UUID], object]] = {
    "update": lambda desk, row: services.update_retainer(retainer_id=row, **desk.terms()),
    "propose": lambda desk, row: proposing.propose(retainer_id=row, contact_ids=[desk.house.contact_row.id]),
    "activate": lambda _desk, row: services.activate(retainer_id=row),
    "back to draft": lambda _desk, row: proposing.back_to_draft(retainer_id=row),
    "end": lambda _desk, row: services.end_retainer(retainer_id=row, ends_on=date(2027, 1, 1)),
}
ALLOWED = {
    RetainerState.DRAFT: {"update", "propose", "activate"},
    RetainerState.PROPOSED: {"back to draft"},
    RetainerState.ACCEPTED: {"activate", "back to draft"},
    RetainerState.ACTIVE: {"end"},
    RetainerState.ENDING: {"end"},
    RetainerState.ENDED: set[str](),
}


@pytest.mark.parametrize(
    ("before", "act"),
    [(before, act) for before, allowed in ALLOWED.items() for act in ACTS if act not in allowed],
)
def test_every_other_act_is_refused_and_changes_nothing(
    desk: AgreementScenario, before: RetainerState, act: str
) -> None:
    with desk.house.scope():
        desk.own_the_system()
        row = desk.draft()
        desk.cover(row)
        Retainer.objects.filter(id=row.id).update(state=before)
        with pytest.raises(Conflict):
            ACTS[act](desk, row.id)
    assert state(desk, row.id) == before


@pytest.mark.parametrize(("before", "act"), [(before, act) for before, acts in ALLOWED.items() for act in sorted(acts)])
def test_and_these_are_not(desk: AgreementScenario, before: RetainerState, act: str) -> None:
    with desk.house.scope():
        desk.own_the_system()
        row = desk.draft()
        desk.cover(row)
        Retainer.objects.filter(id=row.id).update(state=before)
        ACTS[act](desk, row.id)
