"""A warning and a breach notice arrive at a real mail server and at a real webhook receiver, each once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from standardwebhooks import Webhook, WebhookVerificationError

from clients import services as client_services
from core import clock
from core.outbox import relay_due
from incidents import services as incidents
from retainer.notifications.delivery import deliver_mail, deliver_webhooks
from retainer.notifications.models import Delivery, WebhookEndpoint
from retainer.notifications.services import create_endpoint
from slas import services as slas
from tests.cast import Cast
from tests.receivers import Hook, Mailbox, webhook_receiver
from tests.rows import signed_retainer


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook_receiver() as receiver:
        yield receiver


def pump() -> None:
    """One round of the pipeline: the sweep, the relay, the deliveries."""
    slas.sweep_due()
    while relay_due():
        pass
    while deliver_mail() + deliver_webhooks():
        pass


def promise(cast: Cast) -> Any:
    """An incident of the north's client whose first response is due in half an hour (priority, critical)."""
    with cast.north.scope():
        signed_retainer(cast.north)
        return incidents.open_incident(
            system_id=cast.north.system.id, title="Answers are wrong", severity="critical", source="staff"
        )


def listen(cast: Cast, hook: Hook) -> str:
    cast.north.allow("127.0.0.1", hook.port)
    with cast.north.scope():
        _endpoint, secret = create_endpoint(name="ops", url=hook.url)
    return secret


def types(hook: Hook) -> list[str]:
    return [json.loads(call.body)["type"] for call in hook.calls]


def test_a_warning_comes_before_the_deadline_and_a_notice_after_it(cast: Cast, mailbox: Mailbox, hook: Hook) -> None:
    secret = listen(cast, hook)
    incident = promise(cast)
    pump()
    mailbox.messages.clear()
    hook.calls.clear()
    with clock.at(clock.now() + timedelta(minutes=24)):
        pump()
    assert "slas.clock.warned" in types(hook)
    assert "slas.clock.breached" not in types(hook)
    owner = cast.north.owner.email
    assert any("Due soon: First response" in str(message["Subject"]) for message in mailbox.to(owner))
    with clock.at(clock.now() + timedelta(minutes=31)):
        pump()
    assert types(hook).count("slas.clock.breached") >= 1
    subjects = [str(message["Subject"]) for message in mailbox.to(owner)]
    assert f"Missed: First response on {incident.reference}" in subjects
    for call in hook.calls:
        # The library of the scheme itself says whether the signature holds, at the time it was sent.
        with time_machine.travel(int(call.headers["webhook-timestamp"])):
            Webhook(secret).verify(call.body, call.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(hook.calls[0].body + b" ", hook.calls[0].headers)


def test_s34_hours_later_nothing_is_said_again(cast: Cast, mailbox: Mailbox, hook: Hook) -> None:
    listen(cast, hook)
    promise(cast)
    with clock.at(clock.now() + timedelta(minutes=31)):
        pump()
        before = (len(mailbox.messages), types(hook).count("slas.clock.breached"))
        for _round in range(20):
            pump()
        assert (len(mailbox.messages), types(hook).count("slas.clock.breached")) == before


def test_every_mail_has_a_plain_text_twin_one_link_and_an_id_that_stays(
    cast: Cast, mailbox: Mailbox, settings: Any
) -> None:
    promise(cast)
    pump()
    message = mailbox.to(cast.north.owner.email)[0]
    plain, html = [part.get_payload(decode=True) for part in message.get_payload()]  # type: ignore[union-attr]
    assert isinstance(plain, bytes)
    assert isinstance(html, bytes)
    assert settings.BASE_URL in plain.decode()
    assert html.decode().count("<a href") == 1
    with cast.north.scope():
        ids = {f"<{row.id}@retainer>" for row in Delivery.objects.filter(channel="email")}
    assert message["Message-ID"] in ids


def test_m21_a_receiver_that_fails_gets_the_same_message_id_again_later(
    cast: Cast, hook: Hook, mailbox: Mailbox
) -> None:
    listen(cast, hook)
    hook.answers = [500]
    promise(cast)
    pump()
    first = hook.calls[0].headers["webhook-id"]
    tries = [call for call in hook.calls if call.headers["webhook-id"] == first]
    assert len(tries) == 1
    with clock.at(clock.now() + timedelta(seconds=3)):
        pump()
    tries = [call for call in hook.calls if call.headers["webhook-id"] == first]
    assert len(tries) == 2
    assert tries[0].body == tries[1].body


def test_m7_a_mail_server_that_is_gone_costs_the_mail_a_retry_and_nothing_else(
    cast: Cast, hook: Hook, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    listen(cast, hook)
    promise(cast)
    pump()
    assert "incidents.incident.opened" in types(hook)
    with cast.north.scope():
        waiting = Delivery.objects.filter(channel="email", sent_at=None)
        assert waiting.exists()
        assert all(row.attempts == 1 and row.next_due_at and row.last_error for row in waiting)


def test_the_client_gets_no_mail_before_the_agency_goes_live_with_it(cast: Cast, mailbox: Mailbox) -> None:
    incident = promise(cast)
    with cast.north.scope():
        incidents.post_update(incident_id=incident.id, body="We are looking into it.")
    pump()
    assert mailbox.to(cast.north.contact.email) == []
    with cast.north.scope():
        client_services.go_live(client_id=cast.north.client.id)
        incidents.post_update(incident_id=incident.id, body="Cause found.")
    pump()
    assert [str(message["Subject"]) for message in mailbox.to(cast.north.contact.email)] == ["Update on Support bot"]


def test_the_other_agency_hears_nothing(cast: Cast, mailbox: Mailbox, hook: Hook) -> None:
    cast.south.allow("127.0.0.1", hook.port)
    with cast.south.scope():
        create_endpoint(name="south", url=hook.url)
    promise(cast)
    pump()
    assert hook.calls == []
    assert not [message for message in mailbox.messages if str(message["To"]).endswith("@south.example")]


def test_x39_the_signing_secret_is_stored_sealed(cast: Cast, hook: Hook) -> None:
    secret = listen(cast, hook)
    with cast.north.scope():
        from_database = [bytes(row.sealed_secret) for row in WebhookEndpoint.objects.all()]
    assert all(secret.encode() not in sealed and secret[6:].encode() not in sealed for sealed in from_database)
