"""Who is asked gets a link of their own at a real mail server; who asked hears what became of it."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from email.message import Message
from typing import Any

import pytest

from clients import services as clients
from clients.approvals import services
from clients.approvals.content import Subject
from clients.approvals.due import remind_or_expire_due
from clients.approvals.models import Approval
from clients.models import Client
from core import clock
from core.ids import uuid7
from core.outbox import relay_due
from core.tenancy import Actor, tenant_scope
from retainer.notifications.delivery import deliver_mail
from tests.cast import AgencyFixture, Cast
from tests.receivers import Mailbox


def pump() -> None:
    while relay_due():
        pass
    while deliver_mail():
        pass


def ask(house: AgencyFixture, *contact_ids: uuid.UUID, **more: Any) -> Approval:
    with house.scope(house.manager, "account_manager"):
        return services.ask(
            subject=Subject("example", uuid7(), house.client.id),
            title="New terms",
            words="As on Tuesday.",
            sections=[],
            contact_ids=contact_ids or [house.contact_row.id],
            **more,
        )


def decide(house: AgencyFixture, row: Approval, *, approve: bool) -> None:
    contact = house.contact_row
    actor = Actor("contact", contact.user_id, "approver")
    with tenant_scope(house.agency.id, client_id=contact.client_id, actor=actor):
        services.decide(approval_id=row.id, contact_id=contact.id, approve=approve, words="Our words.")


@pytest.fixture
def north(cast: Cast) -> AgencyFixture:
    """The agency has gone live with its client, so that its people get mail."""
    with cast.north.scope():
        clients.go_live(client_id=cast.north.client.id)
    return cast.north


def plain(mail: Message) -> str:
    """Its text without mark-up."""
    body: Any = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    return str(body.get_payload(decode=True).decode())


def said(mailbox: Mailbox) -> list[tuple[str, str]]:
    """To whom, and what it is about."""
    return [(mail["To"], mail["Subject"]) for mail in mailbox.messages]


def test_each_who_is_asked_gets_a_link_of_their_own(north: AgencyFixture, mailbox: Mailbox) -> None:
    with north.scope():
        second = clients.create_contact(
            client_id=north.client.id, name="Second", email="second@north-client.example", rights=["approver"]
        )
    ask(north, north.contact_row.id, second.id)
    pump()
    assert {to for to, _subject in said(mailbox)} == {north.contact.email, "second@north-client.example"}
    links = {found for mail in mailbox.messages for found in re.findall(r"/approve/\S+", plain(mail))}
    assert len(links) == 2


def test_whoever_asked_hears_the_decision_and_nobody_else_of_the_staff(north: AgencyFixture, mailbox: Mailbox) -> None:
    decide(north, ask(north), approve=False)
    pump()
    assert (north.manager.email, "North Client declined New terms") in said(mailbox)
    assert north.owner.email not in {to for to, _subject in said(mailbox)}


def test_a_question_of_before_is_not_what_they_said_with_their_answer(north: AgencyFixture, mailbox: Mailbox) -> None:
    row, contact = ask(north), north.contact_row
    with tenant_scope(north.agency.id, client_id=contact.client_id, actor=Actor("contact", contact.user_id)):
        services.question(approval_id=row.id, contact_id=contact.id, words="From when?")
        services.decide(approval_id=row.id, contact_id=contact.id, approve=True)
    pump()
    asked, agreed = (plain(mail) for mail in mailbox.to(north.manager.email))
    assert ("From when?" in asked, "From when?" in agreed) == (True, False)


def test_two_who_are_asked_besides_each_get_their_mail_however_late_it_is_told(
    north: AgencyFixture, mailbox: Mailbox
) -> None:
    row, names = ask(north), ("second", "third")
    with north.scope():
        for name in names:
            contact = clients.create_contact(
                client_id=north.client.id, name=name, email=f"{name}@north-client.example", rights=["approver"]
            )
            services.ask_also(approval_id=row.id, contact_id=contact.id)
    pump()
    assert [to for to, _subject in said(mailbox)] == [
        north.contact.email,
        "second@north-client.example",
        "third@north-client.example",
    ]


def test_each_question_is_told_in_its_own_words(north: AgencyFixture, mailbox: Mailbox) -> None:
    row, contact = ask(north), north.contact_row
    with tenant_scope(north.agency.id, client_id=contact.client_id, actor=Actor("contact", contact.user_id)):
        for words in ("From when?", "For how long?"):
            services.question(approval_id=row.id, contact_id=contact.id, words=words)
    pump()
    told = [plain(mail) for mail in mailbox.to(north.manager.email)]
    assert ["From when?" in one for one in told] == [True, False]
    assert ["For how long?" in one for one in told] == [False, True]


def test_nobody_is_asked_by_mail_to_decide_what_is_decided(north: AgencyFixture, mailbox: Mailbox) -> None:
    decide(north, ask(north), approve=True)
    pump()
    assert [to for to, subject in said(mailbox) if subject.startswith("Please decide")] == []


def test_before_the_agency_goes_live_nobody_at_the_client_gets_mail(north: AgencyFixture, mailbox: Mailbox) -> None:
    with north.scope():
        Client.objects.filter(id=north.client.id).update(live_at=None)
    ask(north)
    pump()
    assert said(mailbox) == []


def test_a_reminder_says_until_when(north: AgencyFixture, mailbox: Mailbox) -> None:
    end = clock.now() + timedelta(days=9)
    ask(north, expires_at=end)
    pump()
    with clock.at(clock.now() + timedelta(days=3, minutes=1)):
        remind_or_expire_due()
        pump()
    assert said(mailbox)[-1] == (north.contact.email, "Still waiting for you: New terms")
    assert "Please answer by" in plain(mailbox.messages[-1])


def test_that_nobody_answered_in_time_is_told_to_whoever_asked(north: AgencyFixture, mailbox: Mailbox) -> None:
    ask(north, expires_at=clock.now() + timedelta(hours=1))
    pump()
    with clock.at(clock.now() + timedelta(hours=2)):
        remind_or_expire_due()
        pump()
    assert said(mailbox)[-1] == (north.manager.email, "North Client has not answered: New terms")
