"""From the staff's form to the client's own page and back: a proposal is sent, asked about, accepted, and starts."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from agreements import proposing, selectors
from clients import services as clients
from clients.approvals import selectors as approvals
from clients.approvals import services as approval_services
from clients.models import Contact
from core import clock
from core.outbox import relay_due
from tests.agreements.scenario import AgreementScenario
from tests.cast import person

HOME = "/p/north/north-client/"


@pytest.fixture
def draft(desk: AgreementScenario) -> uuid.UUID:
    """A draft with all that it needs."""
    with desk.house.scope():
        desk.own_the_system()
        row = desk.draft()
        desk.cover(row)
        return row.id


@pytest.fixture
def proposed(desk: AgreementScenario, draft: uuid.UUID) -> uuid.UUID:
    """The same, proposed to the main contact."""
    with desk.house.scope():
        proposing.propose(retainer_id=draft, contact_ids=[desk.house.contact_row.id], words="As on Tuesday.")
    return draft


def browser(user: Any) -> Browser:
    signed_in = Browser()
    signed_in.force_login(user)
    return signed_in


def page(user: Any, address: str) -> str:
    return browser(user).get(address).content.decode()


def link(desk: AgreementScenario) -> str:
    """What the portal's home offers; empty where nothing waits."""
    found = re.search(r'href="(/approve/[^"]+)"', page(desk.house.contact, HOME))
    return found[1] if found else ""


def told() -> None:
    while relay_due():
        pass


def state(desk: AgreementScenario, retainer_id: uuid.UUID) -> str:
    with desk.house.scope():
        return str(selectors.retainer(retainer_id).state)


def test_from_the_form_to_a_retainer_that_can_start(desk: AgreementScenario, draft: uuid.UUID) -> None:
    house, address = desk.house, f"/a/north/retainers/{draft}/"
    manager = browser(house.manager)
    assert "Send proposal" in manager.get(address).content.decode()
    sent = {"contact_ids": [str(house.contact_row.id)], "words": "As on Tuesday.", "last_day": ""}
    answer = manager.post(f"{address}propose/", sent, follow=True).content.decode()
    assert "Proposed." in answer
    assert "Back to draft" in answer
    assert "Waits for the client" in answer
    where, contact = link(desk), browser(house.contact)
    shown = contact.get(where).content.decode()
    for words in ("As on Tuesday.", "400.00", "4 h a month", "Response times for Support bot", "Version 1"):
        assert words in shown, words
    assert contact.post(where, {"act": "approve", "words": "Fine."}, follow=True).status_code == 200
    told()
    assert state(desk, draft) == "accepted"
    assert link(desk) == "", "nothing waits any more"
    assert "Activate retainer" in manager.get(address).content.decode()
    answer = manager.post(f"{address}activate/", follow=True).content.decode()
    assert "The promises hold from now on" in answer


def test_a_question_and_its_answer_stand_on_both_pages(desk: AgreementScenario, proposed: uuid.UUID) -> None:
    where, house = link(desk), desk.house
    browser(house.contact).post(where, {"act": "question", "words": "From when does it run?"})
    with house.scope():
        row = approvals.approvals().get()
    record = f"/a/north/approvals/{row.id}/"
    assert "From when does it run?" in page(house.manager, record)
    browser(house.manager).post(f"{record}answer/", {"words": "From January."})
    assert "From January." in page(house.contact, where)
    assert state(desk, proposed) == "proposed"


def test_declining_without_a_word_keeps_the_page_and_says_why(desk: AgreementScenario, proposed: uuid.UUID) -> None:
    answer = browser(desk.house.contact).post(link(desk), {"act": "decline", "words": ""})
    assert answer.status_code == 422
    assert "Say why, so that it can be changed." in answer.content.decode()
    assert state(desk, proposed) == "proposed"


def test_a_link_that_was_forwarded_opens_nothing_for_anybody_else(desk: AgreementScenario, proposed: uuid.UUID) -> None:
    where, house = link(desk), desk.house
    with house.scope():
        second = person("Second", "second@north-client.example")
        contact = clients.create_contact(
            client_id=house.client.id, name="Second", email=second.email, rights=["viewer", "approver"]
        )
        clients.link_contact(contact_id=contact.id, user_id=second.id)
    for user in (second, house.owner, house.other_contact):
        for answer in (browser(user).get(where), browser(user).post(where, {"act": "approve", "words": ""})):
            assert answer.status_code == 404
    assert Browser().get(where).status_code == 302, "to the sign-in"
    assert state(desk, proposed) == "proposed"


def test_nor_for_somebody_who_was_asked_too_and_has_a_link_of_their_own(
    desk: AgreementScenario, draft: uuid.UUID
) -> None:
    house = desk.house
    with house.scope():
        second = person("Second", "second@north-client.example")
        contact = clients.create_contact(
            client_id=house.client.id, name="Second", email=second.email, rights=["approver"]
        )
        clients.link_contact(contact_id=contact.id, user_id=second.id)
        proposing.propose(retainer_id=draft, contact_ids=[house.contact_row.id, contact.id])
    assert browser(second).get(link(desk)).status_code == 404
    own = re.search(r'href="(/approve/[^"]+)"', page(second, HOME))
    assert own
    assert browser(second).get(own[1]).status_code == 200


def test_nor_for_whoever_has_lost_the_right(desk: AgreementScenario, proposed: uuid.UUID) -> None:
    where, house = link(desk), desk.house
    with house.scope():
        Contact.objects.filter(id=house.contact_row.id).update(rights=["viewer", "finance"])
    assert browser(house.contact).get(where).status_code == 404
    assert link(desk) == ""


def test_a_page_that_was_open_when_the_proposal_was_taken_back_accepts_nothing(
    desk: AgreementScenario, proposed: uuid.UUID
) -> None:
    where, contact = link(desk), browser(desk.house.contact)
    assert contact.get(where).status_code == 200
    with desk.house.scope():
        proposing.back_to_draft(retainer_id=proposed)
    answer = contact.post(where, {"act": "approve", "words": ""})
    assert answer.status_code == 422
    assert "This is over: Withdrawn." in answer.content.decode()
    assert state(desk, proposed) == "draft"


def test_a_page_that_was_open_when_its_time_ended_accepts_nothing(desk: AgreementScenario, draft: uuid.UUID) -> None:
    with desk.house.scope():
        end = clock.now() + timedelta(hours=1)
        proposing.propose(retainer_id=draft, contact_ids=[desk.house.contact_row.id], expires_at=end)
    where, contact = link(desk), browser(desk.house.contact)
    with clock.at(end):
        answer = contact.post(where, {"act": "approve", "words": ""})
    assert "The time to answer is over." in answer.content.decode()


def test_an_older_version_that_is_still_open_on_a_screen_is_not_the_newer_one(
    desk: AgreementScenario, proposed: uuid.UUID
) -> None:
    where, contact = link(desk), browser(desk.house.contact)
    with desk.house.scope():
        proposing.back_to_draft(retainer_id=proposed)
        proposing.propose(retainer_id=proposed, contact_ids=[desk.house.contact_row.id])
    answer = contact.post(where, {"act": "approve", "words": ""})
    assert answer.status_code == 422
    told()
    assert state(desk, proposed) == "proposed", "the newer one waits for its own answer"
    assert link(desk) != where


def test_what_is_agreed_on_paper_is_recorded_by_hand(desk: AgreementScenario, proposed: uuid.UUID) -> None:
    house = desk.house
    with house.scope():
        row = approvals.approvals().get()
    sent = {
        "contact_id": str(house.contact_row.id),
        "agreed_on": clock.now().date().isoformat(),
        "words": "Signed letter in the folder",
    }
    answer = browser(house.manager).post(f"/a/north/approvals/{row.id}/offline/", sent, follow=True).content.decode()
    assert "Agreed outside the portal" in answer
    assert "Signed letter in the folder" in answer
    told()
    assert state(desk, proposed) == "accepted"


def test_the_evidence_is_a_file_that_proves_itself(desk: AgreementScenario, proposed: uuid.UUID) -> None:
    with desk.house.scope():
        row = approvals.approvals().get()
    answer = browser(desk.house.manager).get(f"/a/north/approvals/{row.id}/evidence.json")
    found = json.loads(answer.content)
    assert "attachment" in answer["Content-Disposition"]
    assert hashlib.sha256(found["text"].encode()).hexdigest() == found["sha256"]


def test_whoever_may_not_see_money_sees_no_proposal(desk: AgreementScenario, proposed: uuid.UUID) -> None:
    with desk.house.scope():
        row = approvals.approvals().get()
    for user in (desk.house.engineer, desk.house.viewer):
        assert browser(user).get(f"/a/north/approvals/{row.id}/").status_code == 403
        assert "Version 1" not in page(user, f"/a/north/retainers/{proposed}/")


def test_what_waits_stands_in_front_of_what_is_over(desk: AgreementScenario, proposed: uuid.UUID) -> None:
    with desk.house.scope():
        first = approvals.approvals().get()
        approval_services.withdraw(approval_id=first.id)
    told()
    with desk.house.scope():
        proposing.propose(retainer_id=proposed, contact_ids=[desk.house.contact_row.id])
    shown = page(desk.house.manager, "/a/north/approvals/")
    assert shown.index("Waits for the client") < shown.index("Withdrawn")


def test_a_client_with_nobody_who_may_accept_says_so(desk: AgreementScenario, draft: uuid.UUID) -> None:
    with desk.house.scope():
        Contact.objects.filter(client=desk.house.client).update(rights=["viewer"])
    answer = browser(desk.house.manager).post(f"/a/north/retainers/{draft}/propose/", {"words": "", "last_day": ""})
    assert answer.status_code == 422


def test_the_list_is_narrowed_by_words_and_state_and_comes_as_a_file(
    desk: AgreementScenario, proposed: uuid.UUID
) -> None:
    manager, address = browser(desk.house.manager), "/a/north/approvals/"
    row_link = "/a/north/approvals/0"
    for query, found in (("q=care", True), ("q=NORTH cl", True), ("q=other", False), ("state=open", True)):
        assert (row_link in manager.get(f"{address}?{query}").content.decode()) is found, query
    assert "No approval matches" in manager.get(f"{address}?state=declined").content.decode()
    lines = manager.get(f"{address}export.csv?state=open").content.decode().splitlines()
    assert [line.split(",")[:4] for line in lines] == [
        ["client", "title", "version", "state"],
        ["North Client", "Care", "1", "open"],
    ]


def test_search_finds_it_for_whoever_may_read_it(desk: AgreementScenario, proposed: uuid.UUID) -> None:
    def found(user: Any) -> str:
        return page(user, "/a/north/go/?q=care")

    assert "Waits for the client" in found(desk.house.manager)
    assert "Waits for the client" not in found(desk.house.viewer)
    assert "Proposed" in found(desk.house.viewer), "the retainer itself"
