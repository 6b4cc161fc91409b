"""M43 and X41: no channel waits without end, and a signature is the scheme's, to the letter, at every try."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from standardwebhooks import Webhook

from core import clock
from core.clock import now
from core.ids import uuid7
from retainer.notifications.delivery import deliver_mail, deliver_webhooks
from retainer.notifications.models import Channel, Delivery, WebhookEndpoint
from retainer.notifications.services import create_endpoint, queue_webhooks, rotate_secret, secrets_of
from tests.cast import Cast
from tests.receivers import Hook, webhook_receiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def silent_mail_server() -> Iterator[int]:
    """Takes connections and never says a word."""
    door = socket.create_server(("127.0.0.1", 0))
    kept: list[socket.socket] = []

    def accept() -> None:
        try:
            while True:
                kept.append(door.accept()[0])
        except OSError:
            return

    threading.Thread(target=accept, daemon=True).start()
    yield int(door.getsockname()[1])
    door.close()
    for line in kept:
        line.close()


def test_m43_a_mail_server_that_says_nothing_is_given_up(cast: Cast, silent_mail_server: int, settings: Any) -> None:
    assert 0 < settings.EMAIL_TIMEOUT <= 30
    settings.EMAIL_TIMEOUT = 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", silent_mail_server
    with cast.north.scope():
        Delivery.objects.create(
            event_id=uuid7(), event_name="x", channel=Channel.EMAIL, receiver="a@example.com", next_due_at=now()
        )
    began = time.monotonic()
    assert deliver_mail() == 1
    assert time.monotonic() - began < 5
    with cast.north.scope():
        delivery = Delivery.objects.get(channel=Channel.EMAIL)
    assert delivery.sent_at is None
    assert delivery.last_error.startswith("The mail server did not take it")
    assert delivery.next_due_at is not None


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook_receiver() as receiver:
        yield receiver


def test_x41_the_library_we_sign_with_agrees_with_the_vector_of_the_scheme() -> None:
    """The worked example of the Standard Webhooks specification, by the library and by hand."""
    secret, message, body = (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        '{"test": 2432232314}',
    )
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    at = datetime.fromtimestamp(1614265330, UTC)
    assert Webhook(secret).sign(msg_id=message, timestamp=at, data=body) == expected
    assert by_hand(secret, message, "1614265330", body.encode()) == expected


def by_hand(secret: str, message: str, timestamp: str, body: bytes) -> str:
    """Sharing no code with the library."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def test_x41_what_is_sent_again_has_the_same_id_and_a_signature_of_its_own_time(cast: Cast, hook: Hook) -> None:
    """A receiver drops the second copy by its id, and what somebody replays later by its time."""
    cast.north.allow("127.0.0.1", hook.port)
    with cast.north.scope():
        _endpoint, secret = create_endpoint(name="ops", url=hook.url)
        queue_webhooks(event_id=uuid7(), event_name="test.sent", payload={"n": 1}, client_id=None)
    deliver_webhooks(seconds=1)
    with cast.north.scope():
        Delivery.objects.update(sent_at=None, next_due_at=now())
    with clock.at(now() + timedelta(minutes=3)):
        deliver_webhooks(seconds=1)
    first, second = hook.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    for call in (first, second):
        headers = {name.lower(): value for name, value in call.headers.items()}
        signature = by_hand(secret, headers["webhook-id"], headers["webhook-timestamp"], call.body)
        assert headers["webhook-signature"] == signature


def signatures(hook: Hook) -> tuple[list[str], Any, bytes]:
    """Of the last message: its signatures, a function that signs it by hand, and its body."""
    call = hook.calls[-1]
    headers = {name.lower(): value for name, value in call.headers.items()}

    def signed_with(secret: str) -> str:
        return by_hand(secret, headers["webhook-id"], headers["webhook-timestamp"], call.body)

    return headers["webhook-signature"].split(), signed_with, call.body


def test_x41_for_a_day_after_a_new_secret_both_sign_and_then_the_new_one_alone(cast: Cast, hook: Hook) -> None:
    cast.north.allow("127.0.0.1", hook.port)
    with cast.north.scope():
        endpoint, old = create_endpoint(name="ops", url=hook.url)
        _endpoint, new = rotate_secret(endpoint_id=endpoint.id)
    assert new != old
    start = now()
    for hours, secrets in ((0, [new, old]), (23, [new, old]), (25, [new])):
        with clock.at(start + timedelta(hours=hours)):
            with cast.north.scope():
                queue_webhooks(event_id=uuid7(), event_name="test.sent", payload={"n": hours}, client_id=None)
            deliver_webhooks(seconds=1)
        found, signed_with, body = signatures(hook)
        assert found == [signed_with(secret) for secret in secrets], hours
        if hours == 0:
            # A receiver's own library takes it with either secret.
            headers = {name.lower(): value for name, value in hook.calls[-1].headers.items()}
            assert Webhook(old).verify(body, headers)


def test_x41_a_second_new_secret_ends_the_first_at_once(cast: Cast, hook: Hook) -> None:
    """Whoever makes two in a row has lost the first: the two newest sign."""
    cast.north.allow("127.0.0.1", hook.port)
    with cast.north.scope():
        endpoint, first = create_endpoint(name="ops", url=hook.url)
        _endpoint, second = rotate_secret(endpoint_id=endpoint.id)
        _endpoint, third = rotate_secret(endpoint_id=endpoint.id)
        queue_webhooks(event_id=uuid7(), event_name="test.sent", payload={}, client_id=None)
    deliver_webhooks(seconds=1)
    found, signed_with, _body = signatures(hook)
    assert found == [signed_with(third), signed_with(second)]
    assert signed_with(first) not in found


def test_a_secret_whose_key_was_lost_is_replaced(cast: Cast) -> None:
    with cast.north.scope():
        endpoint, _lost = create_endpoint(name="ops", url="https://203.0.114.7/hook")
        WebhookEndpoint.objects.update(sealed_secret=b"k1\0nonsense")
        endpoint, secret = rotate_secret(endpoint_id=endpoint.id)
        assert secrets_of(endpoint) == [secret]


def test_x41_the_page_shows_a_new_secret_once(cast: Cast) -> None:
    with cast.north.scope():
        endpoint, old = create_endpoint(name="ops", url="https://203.0.114.7/hook")
    browser = Browser()
    browser.force_login(cast.north.owner)
    shown = browser.post(f"/a/north/settings/api/receivers/{endpoint.id}/secret/").content.decode()
    (secret,) = set(re.findall(r"whsec_[A-Za-z0-9+/=]+", shown))
    assert secret != old
    page = browser.get("/a/north/settings/api/").content.decode()
    assert "whsec_" not in page
    assert "old secret valid until" in page
    stranger = Browser()
    stranger.force_login(cast.south.owner)
    assert stranger.post(f"/a/south/settings/api/receivers/{endpoint.id}/secret/").status_code == 404
