"""M43 and X41: no channel waits without end, and a signature is the scheme's, to the letter, at every try."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from core import clock
from core.clock import now
from core.ids import uuid7
from retainer.notifications.delivery import deliver_mail, deliver_webhooks
from retainer.notifications.models import Channel, Delivery
from retainer.notifications.services import create_endpoint, queue_webhooks
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
