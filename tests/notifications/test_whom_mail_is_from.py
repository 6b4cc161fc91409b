"""Nobody sends in a name that is not proven to be theirs: until then mail is from the operator's address."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client as Browser

from core import clock
from core.clock import now
from core.ids import uuid7
from core.models import Agency, AuditEvent
from core.net.names import NoWord, txt_records
from retainer.notifications import senders
from retainer.notifications.delivery import deliver_mail
from retainer.notifications.models import SenderDomain
from retainer.notifications.services import queue_email
from tests.cast import AgencyFixture, Cast
from tests.receivers import Mailbox, Zone

HELP = "help@north-ai.example"
BIDI = "\u202e\u2066\u200f\u200b"


@pytest.fixture(autouse=True)
def operator(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Retainer <mail@operator.example>"


def want(house: AgencyFixture, address: str = HELP, name: str = "North") -> SenderDomain | None:
    with house.scope():
        old = Agency.objects.get(id=house.agency.id)
        fields = {name: getattr(old, name) for name in ("time_zone", "currency", "brand_colour", "require_mfa")}
        senders.update_agency(name=name, mail_from=address, **fields)
        return SenderDomain.objects.filter(domain=senders.domain_of(address)).first()


def put_record(zone: Zone, house: AgencyFixture) -> None:
    with house.scope():
        facts = senders.standing()
    zone.put(facts.record_name, facts.record_value)


def prove(zone: Zone, house: AgencyFixture) -> None:
    want(house)
    put_record(zone, house)
    assert senders.check_due() == 1


def due_again(house: AgencyFixture) -> None:
    with house.scope():
        SenderDomain.objects.update(next_check_at=now())


def mailed(house: AgencyFixture, box: Mailbox, subject: str = "Hello") -> tuple[Message, str]:
    with house.scope():
        values: dict[str, Any] = {"event_id": uuid7(), "event_name": "core.invitation.sent", "to": "a@x.example"}
        queue_email(**values, subject=subject, body="b", html="<p>b</p>")
    deliver_mail()
    return box.messages[-1], box.envelopes[-1]


def read(header: str | None) -> str:
    return str(make_header(decode_header(header or "")))


def test_an_address_that_is_not_proven_is_where_answers_go_and_nothing_else(
    cast: Cast, mailbox: Mailbox, zone: Zone
) -> None:
    want(cast.north)
    senders.check_due()
    message, envelope = mailed(cast.north, mailbox)
    assert parseaddr(message["From"]) == ("North", "mail@operator.example")
    assert (envelope, message["Reply-To"]) == ("mail@operator.example", HELP)
    assert "north-ai" not in message["From"]


def test_without_an_address_of_its_own_it_is_the_operators_alone(cast: Cast, mailbox: Mailbox) -> None:
    message, envelope = mailed(cast.north, mailbox)
    assert parseaddr(message["From"]) == ("North", "mail@operator.example")
    assert (envelope, message["Reply-To"]) == ("mail@operator.example", None)


def test_a_proven_domain_is_whom_the_mail_is_from_and_the_envelope_too(
    cast: Cast, mailbox: Mailbox, zone: Zone
) -> None:
    prove(zone, cast.north)
    message, envelope = mailed(cast.north, mailbox)
    assert parseaddr(message["From"]) == ("North", HELP)
    assert (envelope, message["Reply-To"]) == (HELP, None)


def test_a_record_beside_others_and_in_parts_is_found(cast: Cast, zone: Zone) -> None:
    want(cast.north)
    with cast.north.scope():
        facts = senders.standing()
    zone.put(facts.record_name, "v=spf1 -all")
    zone.put(facts.record_name, facts.record_value[:10], facts.record_value[10:])
    senders.check_due()
    with cast.north.scope():
        assert senders.standing().proven_since is not None


def test_the_right_ends_with_the_record_and_comes_back_with_it(cast: Cast, mailbox: Mailbox, zone: Zone) -> None:
    prove(zone, cast.north)
    kept, zone.records = dict(zone.records), {}
    due_again(cast.north)
    senders.check_due()
    message, envelope = mailed(cast.north, mailbox)
    assert (envelope, message["Reply-To"]) == ("mail@operator.example", HELP)
    zone.records = kept
    due_again(cast.north)
    senders.check_due()
    assert mailed(cast.north, mailbox)[1] == HELP
    with cast.north.scope():
        said = list(AuditEvent.objects.filter(object_type="sender").order_by("id").values_list("action", flat=True))
    assert said == [f"notifications.sender.{word}" for word in ("proven", "lost", "proven")]


def test_it_is_looked_for_again_by_itself(cast: Cast, zone: Zone) -> None:
    prove(zone, cast.north)
    assert senders.check_due() == 0
    with clock.at(now() + senders.PROVEN_EVERY + timedelta(seconds=1)):
        assert senders.check_due() == 1


def test_a_dns_that_does_not_answer_takes_nothing_at_first_and_everything_in_the_end(
    cast: Cast, mailbox: Mailbox, zone: Zone
) -> None:
    prove(zone, cast.north)
    zone.broken = True
    due_again(cast.north)
    senders.check_due()
    assert mailed(cast.north, mailbox)[1] == HELP
    with clock.at(now() + senders.UNCONFIRMED_FOR):
        assert mailed(cast.north, mailbox)[1] == "mail@operator.example"
        senders.check_due()
        with cast.north.scope():
            assert SenderDomain.objects.get().proven_at is None


def test_where_nobody_looks_any_more_the_right_ends_by_itself(cast: Cast, zone: Zone) -> None:
    prove(zone, cast.north)
    with clock.at(now() + senders.UNCONFIRMED_FOR), cast.north.scope():
        assert senders.sender_of(Agency.objects.get(id=cast.north.agency.id)).address == "mail@operator.example"


def test_the_record_of_one_agency_proves_nothing_for_another(cast: Cast, mailbox: Mailbox, zone: Zone) -> None:
    prove(zone, cast.north)
    want(cast.south, name="South")
    senders.check_due()
    message, envelope = mailed(cast.south, mailbox)
    assert (envelope, message["Reply-To"]) == ("mail@operator.example", HELP)


@pytest.mark.parametrize(
    "address", ["help@mail.north-ai.example", "help@example", "help@north-ai.example.evil.example", "help@[127.0.0.1]"]
)
def test_the_proof_is_of_that_domain_and_of_no_other(address: str, cast: Cast, mailbox: Mailbox, zone: Zone) -> None:
    prove(zone, cast.north)
    want(cast.north, address)
    senders.check_due()
    assert mailed(cast.north, mailbox)[1] == "mail@operator.example"


def test_another_address_of_the_proven_domain_needs_no_other_proof(cast: Cast, mailbox: Mailbox, zone: Zone) -> None:
    prove(zone, cast.north)
    want(cast.north, "Care@North-AI.example")
    assert mailed(cast.north, mailbox)[1].lower() == "care@north-ai.example"


def test_a_domain_in_letters_beyond_ascii_is_asked_for_as_the_dns_writes_it(cast: Cast, zone: Zone) -> None:
    want(cast.north, "hilfe@bücher.example")
    senders.check_due()
    assert zone.asked == ["_retainer.xn--bcher-kva.example"]


@pytest.mark.parametrize("name", ["a" * 300 + ".example", "..", "*", "a..b"])
def test_a_name_that_cannot_be_asked_for_is_an_answer_and_no_fault(name: str, zone: Zone) -> None:
    with suppress(NoWord):
        assert txt_records(name) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Bank of X <security@bank.example>", "Bank of X security bank.example"),
        ('A "B" C', "A B C"),
        ("Müller & Söhne, KI", "Müller & Söhne, KI"),
        (f"North{BIDI}gnp.exe", "North gnp.exe"),
        ("株式会社" * 20, "株式会社" * 20),
    ],
)
def test_a_name_beside_the_address_is_a_name(name: str, shown: str, cast: Cast, mailbox: Mailbox) -> None:
    with cast.north.scope():
        Agency.objects.filter(id=cast.north.agency.id).update(name=name)
    message, envelope = mailed(cast.north, mailbox)
    written, address = parseaddr(message["From"].replace("\n", ""))
    assert (read(written), address, envelope) == (shown, "mail@operator.example", "mail@operator.example")


@pytest.mark.parametrize("name", ["Retainer", "RETAINER security", "R-e-t-a-i-n-e-r Support", "Ｒetainer"])
def test_nobody_is_called_as_the_operator_is_beside_the_operators_address(
    name: str, cast: Cast, mailbox: Mailbox
) -> None:
    with cast.north.scope():
        Agency.objects.filter(id=cast.north.agency.id).update(name=name)
    message, _envelope = mailed(cast.north, mailbox)
    assert read(parseaddr(message["From"].replace("\n", ""))[0]) == f"{name} (a customer)"


def test_nothing_in_a_subject_turns_it_or_starts_a_header(cast: Cast, mailbox: Mailbox) -> None:
    message, _envelope = mailed(cast.north, mailbox, f"Critical:{BIDI} slow\r\nBcc: b@x.example\x00\x7f\u2028 end")
    assert read(message["Subject"]) == "Critical: slow Bcc: b@x.example end"
    assert message["Bcc"] is None


def test_the_page_says_how_it_stands_and_what_to_put_where(cast: Cast, zone: Zone) -> None:
    browser = Browser()
    browser.force_login(cast.north.owner)
    fields = {"name": "North", "time_zone": "Europe/Berlin", "currency": "EUR", "brand_colour": "#4F49D6"}
    page = "/a/north/settings/agency/"
    assert "comes from North &lt;mail@operator.example&gt;" in browser.get(page).content.decode()
    answer = browser.post(page, fields | {"mail_from": HELP}, follow=True)
    text = answer.content.decode()
    with cast.north.scope():
        row = SenderDomain.objects.get()
    for part in ("Not proven", "_retainer.north-ai.example", f"retainer-domain={row.token}", "We have not looked yet"):
        assert part in text
    senders.check_due()
    assert "There is no such record." in browser.get(page).content.decode()
    put_record(zone, cast.north)
    assert browser.post("/a/north/settings/agency/sender/").status_code == 302
    senders.check_due()
    text = browser.get(page).content.decode()
    assert "Proven" in text
    assert "comes from North &lt;help@north-ai.example&gt;" in text


def test_agencies_that_had_an_address_before_get_their_token(cast: Cast) -> None:
    with cast.north.scope():
        Agency.objects.filter(id=cast.north.agency.id).update(mail_from="a@old.example")
        import_module("retainer.notifications.migrations.0007_tokens_of_senders").give_tokens(apps, None)
        row = SenderDomain.objects.get()
    assert (row.domain, row.proven_at) == ("old.example", None)


def test_domains_that_were_only_tried_are_forgotten(cast: Cast, zone: Zone) -> None:
    prove(zone, cast.north)
    for number in range(5):
        want(cast.north, f"a@x{number}.example")
    with cast.north.scope():
        assert set(SenderDomain.objects.values_list("domain", flat=True)) == {"north-ai.example", "x4.example"}
