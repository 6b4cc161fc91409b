"""X26 for webhooks: no inner address at save, none at use; and a receiver that hangs keeps no other waiting."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import connection

from core.errors import DomainError
from core.ids import uuid7
from core.net import guard
from retainer.notifications.delivery import deliver_webhooks
from retainer.notifications.models import Delivery, WebhookEndpoint
from retainer.notifications.services import create_endpoint, queue_webhooks
from tests.cast import Cast
from tests.core.net.lab import Wire, hangs, says, serving
from tests.core.net.test_addresses import SPELLINGS, UNREADABLE
from tests.core.net.test_at_use import INNER, INNER_V6
from tests.core.net.test_at_use import SPELLINGS as LOOPBACK
from tests.core.net.test_servers_that_misbehave import BROKEN, FLOODS, LATE

EVERY_BAD_ADDRESS = [*SPELLINGS, *INNER, *INNER_V6, *(url for urls in UNREADABLE.values() for url in urls)]
HARM = {**LATE, **{name: script for name, (script, _class) in BROKEN.items()}, **FLOODS}


@pytest.mark.django_db
@pytest.mark.parametrize("url", EVERY_BAD_ADDRESS)
def test_x26_no_such_address_is_saved_as_a_receiver(cast: Cast, url: str) -> None:
    with cast.north.scope():
        with pytest.raises(DomainError) as refused:
            create_endpoint(name="Inside", url=url)
        assert refused.value.field == "url"
        assert not WebhookEndpoint.objects.exists()


def listen(cast: Cast, name: str, url: str) -> WebhookEndpoint:
    """A receiver whose address was fine when it was saved, and is what a test says when it is used."""
    with cast.north.scope():
        endpoint, _secret = create_endpoint(name=name, url="http://93.184.216.34/")
        endpoint.url = url
        endpoint.save()
        return endpoint


def tell(cast: Cast) -> None:
    with cast.north.scope():
        queue_webhooks(event_id=uuid7(), event_name="test.sent", payload={}, client_id=None)


def sent_to(cast: Cast, endpoint: WebhookEndpoint) -> Delivery:
    with cast.north.scope():
        return Delivery.objects.get(receiver=str(endpoint.id))


@pytest.mark.django_db
def test_x26_no_spelling_of_an_inner_address_is_called(cast: Cast) -> None:
    """All of them at once, and a server on loopback that would notice."""
    with serving(says()) as wire:
        urls = [f"http://{spelling}:{wire.port}/" for spelling in LOOPBACK] + [*INNER, *INNER_V6]
        endpoints = [listen(cast, f"No. {number}", url) for number, url in enumerate(urls)]
        tell(cast)
        assert deliver_webhooks() == len(urls)
        assert wire.connections == 0
    for endpoint in endpoints:
        delivery = sent_to(cast, endpoint)
        assert delivery.sent_at is None
        assert delivery.next_due_at is not None
        assert delivery.last_error.rpartition(": ")[2] in ("blocked.", "dns.", "refused."), endpoint.url


@pytest.mark.django_db
def test_x26_a_name_that_turned_inward_after_it_was_saved_is_not_called(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(says()) as wire:
        with monkeypatch.context() as patched:
            patched.setattr(guard.check_url, "__defaults__", ((), lambda host, port: ["93.184.216.34"]))
            with cast.north.scope():
                endpoint, _secret = create_endpoint(name="Rebinds", url=f"http://localhost:{wire.port}/")
        tell(cast)
        deliver_webhooks()
        assert wire.connections == 0
    assert sent_to(cast, endpoint).last_error.endswith("blocked.")


@pytest.mark.django_db
def test_a_redirect_inward_is_an_answer_and_no_way_in(cast: Cast) -> None:
    with serving(says()) as inner:
        moved = says(b"", f"Location: {inner.url}", status="307 Again")
        with serving(moved) as outer:
            cast.north.allow("127.0.0.1", outer.port)
            endpoint = listen(cast, "Moves", outer.url)
            tell(cast)
            deliver_webhooks()
            assert (len(outer.requests), inner.connections) == (1, 0)
    assert sent_to(cast, endpoint).last_error == "The receiver answered 307."


@pytest.mark.django_db
def test_receivers_that_hang_flood_and_lie_keep_no_other_waiting(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that answers gets its notice within a second of the others' first byte, whatever they do."""
    monkeypatch.setattr("retainer.notifications.delivery.TIMEOUT_MS", 2500)
    arrived: list[float] = []

    def good(wire: Wire, line: Any) -> None:
        arrived.append(time.monotonic())
        says()(wire, line)

    wires = [Wire(script) for script in HARM.values()]
    try:
        with serving(good) as fine:
            for number, wire in enumerate([*wires, fine]):
                cast.north.allow("127.0.0.1", wire.port)
                last = listen(cast, f"No. {number}", wire.url)
            tell(cast)
            began = time.monotonic()
            # No longer, so that none is tried a second time.
            monkeypatch.setattr("retainer.notifications.delivery.QUICK_SECONDS", 0)
            assert deliver_webhooks(seconds=1) == len(HARM) + 1
    finally:
        for wire in wires:
            wire.close()
    assert arrived[0] - began < 1.0
    assert sent_to(cast, last).sent_at is not None
    with cast.north.scope():
        broken = Delivery.objects.filter(sent_at=None)
        # A flood that began with a fine status is cut off; none of them is taken for delivered.
        assert broken.count() == len(HARM)
        assert all(one.last_error.startswith("The receiver did not answer: ") for one in broken)


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_in_a_transaction_while_a_receiver_hangs(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retainer.notifications.delivery.TIMEOUT_MS", 300)
    seen: list[bool] = []

    def looks(wire: Wire, line: Any) -> None:
        seen.append(connection.in_atomic_block)
        hangs(wire, line)

    with serving(looks) as wire:
        cast.north.allow("127.0.0.1", wire.port)
        endpoint = listen(cast, "Hangs", wire.url)
        tell(cast)
        deliver_webhooks()
    assert seen == [False]
    assert sent_to(cast, endpoint).last_error == "The receiver did not answer: timeout."
