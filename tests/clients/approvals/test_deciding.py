"""Who was asked decides, once, for exactly the version that they saw."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clients.approvals import selectors, services
from clients.approvals.content import hash_of
from clients.approvals.states import LEADS_TO
from clients.approvals.words import ApprovalAct, ApprovalState
from clients.models import Contact
from clients.services import end_contact
from core.errors import Conflict, DomainError, Forbidden, NotFound
from core.models import AuditEvent, OutboxEvent
from core.tenancy import Actor, tenant_scope
from core.tokens import create_token
from tests.clients.approvals.scenario import SECTIONS, ApprovalScenario

START = datetime(2026, 6, 1, 9, tzinfo=UTC)


def test_who_was_asked_approves_and_it_is_kept_from_where_and_in_which_words(asking: ApprovalScenario) -> None:
    row = asking.decide(asking.ask(), words="Fine with us.")
    assert (row.state, row.next_due_at) == ("approved", None)
    with asking.house.scope():
        event = selectors.events(row.id)[-1]
    assert (event.kind, event.words, event.ip) == ("approved", "Fine with us.", "192.0.2.7")
    assert (event.contact_id, event.actor_id) == (asking.house.contact_row.id, asking.house.contact.id)


def test_a_decision_is_audited_and_told_once_however_often_it_is_pressed(asking: ApprovalScenario) -> None:
    row = asking.ask()
    for _press in range(2):
        assert asking.decide(row).state == "approved"
    assert asking.acts(row) == ["asked", "approved"]
    with asking.house.scope():
        assert AuditEvent.objects.filter(action="clients.approval.decided", object_id=row.id).count() == 1
        assert OutboxEvent.objects.filter(name="clients.approval.decided").count() == 1


def test_the_other_button_after_the_first_changes_nothing(asking: ApprovalScenario) -> None:
    row = asking.decide(asking.ask())
    with pytest.raises(Conflict, match="Approved"):
        asking.decide(row, approve=False, words="Wait.")
    assert asking.row(row.id).state == "approved"


def test_declining_says_why(asking: ApprovalScenario) -> None:
    row = asking.ask()
    with pytest.raises(DomainError) as refused:
        asking.decide(row, approve=False)
    assert refused.value.field == "words"
    assert asking.decide(row, approve=False, words="Too dear.").state == "declined"


def test_somebody_who_was_not_asked_does_not_decide(asking: ApprovalScenario) -> None:
    row, other = asking.ask(), asking.second()
    with pytest.raises(Forbidden):
        asking.decide(row, contact=other)


def test_nor_does_whoever_has_lost_the_right_or_left(asking: ApprovalScenario) -> None:
    other = asking.second()
    row = asking.ask(contact_ids=[asking.house.contact_row.id, other.id])
    with asking.house.scope():
        Contact.objects.filter(id=asking.house.contact_row.id).update(rights=["viewer"])
        end_contact(contact_id=other.id)
    for contact in (asking.house.contact_row, other):
        with pytest.raises(Forbidden):
            asking.decide(row, contact=contact)


def test_the_member_of_staff_who_asked_does_not_decide_as_a_contact(asking: ApprovalScenario) -> None:
    both = asking.second(user=asking.house.owner)
    row = asking.ask(contact_ids=[both.id])
    with pytest.raises(Forbidden, match="Whoever asked"):
        asking.decide(row, contact=both)


def test_nor_does_whoever_made_the_token_that_asked(asking: ApprovalScenario) -> None:
    house, both = asking.house, asking.second(user=asking.house.owner)
    with house.scope():
        token, _plain = create_token(name="A program", scopes=["retainers"])
    with tenant_scope(house.agency.id, actor=Actor(kind="token", id=token.id)):
        row = services.ask(
            subject=asking.subject, title="New terms", words="", sections=SECTIONS, contact_ids=[both.id]
        )
    with pytest.raises(Forbidden, match="Whoever asked"):
        asking.decide(row, contact=both)


def test_nobody_asks_without_end_at_the_cost_of_the_agencys_mail(asking: ApprovalScenario) -> None:
    row, contact = asking.ask(), asking.house.contact_row
    with asking.as_contact():
        for _time in range(services.MOST_QUESTIONS):
            services.question(approval_id=row.id, contact_id=contact.id, words="And now?")
        with pytest.raises(Conflict, match="Please talk to us"):
            services.question(approval_id=row.id, contact_id=contact.id, words="And now?")
    assert asking.decide(row).state == "approved", "they can still decide"


@pytest.mark.parametrize("rights", [["viewer"], ["finance"]])
def test_nobody_is_asked_who_may_not_approve(asking: ApprovalScenario, rights: list[str]) -> None:
    with pytest.raises(DomainError, match="Second may not approve") as refused:
        asking.ask(contact_ids=[asking.second(rights=rights).id])
    assert refused.value.field == "contact_ids"


def test_nor_a_contact_of_another_client_nor_nobody(asking: ApprovalScenario) -> None:
    with asking.house.scope():
        stranger = Contact.objects.get(client=asking.house.other_client)
    for ids in ([stranger.id], []):
        with pytest.raises(NotFound, match="contact of this client"):
            asking.ask(contact_ids=ids)


def test_a_new_version_supersedes_the_one_that_is_open(asking: ApprovalScenario) -> None:
    first = asking.ask()
    second = asking.ask(title="Newer terms")
    assert (second.version, asking.row(first.id).state) == (2, "superseded")
    with pytest.raises(Conflict, match="Replaced"):
        asking.decide(first)
    assert asking.decide(second).state == "approved"


def test_what_was_decided_stays_beside_a_new_version(asking: ApprovalScenario) -> None:
    first = asking.decide(asking.ask())
    assert (asking.ask().version, asking.row(first.id).state) == (2, "approved")


def test_a_question_and_its_answer_stand_in_the_record_and_keep_it_open(asking: ApprovalScenario) -> None:
    row, contact = asking.ask(), asking.house.contact_row
    with asking.as_contact():
        services.see(approval_id=row.id, contact_id=contact.id)
        services.see(approval_id=row.id, contact_id=contact.id)
        services.question(approval_id=row.id, contact_id=contact.id, words="From when?")
    with asking.house.scope():
        services.answer(approval_id=row.id, words="From July.")
    assert asking.acts(row) == ["asked", "seen", "questioned", "answered"]
    assert asking.row(row.id).state == "open"


def test_one_more_contact_can_be_asked_while_the_first_is_away(asking: ApprovalScenario) -> None:
    row, other = asking.ask(), asking.second()
    with asking.house.scope():
        services.ask_also(approval_id=row.id, contact_id=other.id)
        services.ask_also(approval_id=row.id, contact_id=other.id)
    assert asking.acts(row) == ["asked", "delegated"]
    assert asking.decide(row, contact=other).state == "approved"


def test_what_was_agreed_on_paper_is_kept_with_its_day(asking: ApprovalScenario) -> None:
    row, contact = asking.ask(), asking.house.contact_row
    today = row.created_at.date()
    with asking.house.scope():
        services.record_offline(approval_id=row.id, contact_id=contact.id, agreed_on=today, words="Letter of 3 May")
        event = selectors.events(row.id)[-1]
    assert (asking.row(row.id).state, event.kind, event.agreed_on) == ("approved", "offline", today)


def test_nothing_is_agreed_in_the_future_or_years_ago(asking: ApprovalScenario) -> None:
    row, contact = asking.ask(), asking.house.contact_row
    for days in (-400, 3):
        day = row.created_at.date() + timedelta(days=days)
        with asking.house.scope(), pytest.raises(DomainError) as refused:
            services.record_offline(approval_id=row.id, contact_id=contact.id, agreed_on=day, words="Letter")
        assert refused.value.field == "agreed_on"


@pytest.mark.parametrize("state", [one for one in ApprovalState if one != ApprovalState.OPEN])
@pytest.mark.parametrize("act", [one for one in LEADS_TO if one != ApprovalAct.SEEN])
def test_nothing_is_done_about_one_that_is_over(
    asking: ApprovalScenario, state: ApprovalState, act: ApprovalAct
) -> None:
    """Every act on every end, by the service that does it."""
    row = asking.ask()
    with asking.house.scope():
        services._act(row, next(one for one, leads in LEADS_TO.items() if leads == state))
    before = asking.acts(row)
    with asking.house.scope(), pytest.raises(Conflict):
        services._act(selectors.approval(row.id), act)
    assert (asking.row(row.id).state, asking.acts(row)) == (state, before)


def test_the_hash_is_of_what_was_shown_and_of_nothing_else(asking: ApprovalScenario) -> None:
    row = asking.ask()
    assert row.content_hash == hash_of(row.subject, 1, row.content)
    assert asking.ask().content_hash != row.content_hash
    changed = row.content | {"title": "Other terms"}
    assert hash_of(row.subject, 1, changed) != row.content_hash
