"""One agency's backlog and its slow receivers are its own: another's message goes out as if they were not there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client as Browser

from core import clock
from core.clock import now
from core.ids import uuid7
from core.tenancy import sweeper_scope
from retainer.notifications.claiming import LEASE, claim, overdue
from retainer.notifications.delivery import deliver_mail, deliver_webhooks
from retainer.notifications.models import Channel, Delivery, WebhookEndpoint
from retainer.notifications.services import create_endpoint, queue_email, queue_webhooks
from retainer.notifications.turns import LeasedDeliveries
from tests.cast import AgencyFixture, Cast
from tests.receivers import LOOKS, Mailbox, webhook_receiver

pytestmark = pytest.mark.django_db


class Slow:
    """A receiver that takes messages and answers none until it is let go; counts how many it holds."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.holding, self.most = 0, 0
        self._hand = threading.Lock()
        slow = self

        class Keep(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                slow._hold()
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Keep)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(LOOKS,), daemon=True).start()

    def _hold(self) -> None:
        with self._hand:
            self.holding += 1
            self.most = max(self.most, self.holding)
        self.let_go.wait(30)
        with self._hand:
            self.holding -= 1


@contextmanager
def slow_receiver() -> Iterator[Slow]:
    slow = Slow()
    try:
        yield slow
    finally:
        slow.let_go.set()
        slow.server.shutdown()
        slow.server.server_close()


def listen(house: AgencyFixture, url: str, port: int, name: str = "ops") -> WebhookEndpoint:
    house.forbid("127.0.0.1", port)
    house.allow("127.0.0.1", port)
    with house.scope():
        return create_endpoint(name=name, url=url)[0]


def backlog(house: AgencyFixture, number: int) -> None:
    """So many messages for each receiver of the house, due for an hour."""
    with house.scope(), clock.at(now() - timedelta(hours=1)):
        for _event in range(number):
            queue_webhooks(event_id=uuid7(), event_name="test.sent", payload={}, client_id=None)


def tell(house: AgencyFixture) -> None:
    with house.scope():
        queue_webhooks(event_id=uuid7(), event_name="test.sent", payload={}, client_id=None)


def of(house: AgencyFixture) -> list[Delivery]:
    with house.scope():
        return list(Delivery.objects.order_by("id"))


def test_a_slow_receiver_with_a_backlog_keeps_no_other_agency_waiting(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other agency's message arrives while all that the slow one was given is still on its way."""
    monkeypatch.setattr("retainer.notifications.delivery.TIMEOUT_MS", 4000)
    with slow_receiver() as slow, webhook_receiver() as quick:
        for number in range(5):
            listen(cast.north, f"http://127.0.0.1:{slow.port}/{number}", slow.port, f"No. {number}")
        listen(cast.south, quick.url, quick.port)
        backlog(cast.north, 60)
        tell(cast.south)
        deliver_webhooks(seconds=1)
        arrived = len(quick.calls)
    assert arrived == 1
    (told,) = of(cast.south)
    tried = [row for row in of(cast.north) if row.attempts]
    assert tried, "the slow receiver was tried, and given up"
    assert told.sent_at is not None
    with cast.north.scope():
        assert all(row.next_due_at and row.next_due_at > told.sent_at for row in tried)
    assert slow.most <= 40


def test_the_order_of_claims_is_one_of_each_agency_in_turn(cast: Cast) -> None:
    listen(cast.north, "http://127.0.0.1:9/", 9)
    listen(cast.south, "http://127.0.0.1:9/", 9)
    backlog(cast.north, 40)
    tell(cast.south)
    with cast.south.scope(), clock.at(now() - timedelta(minutes=1)):
        queue_webhooks(event_id=uuid7(), event_name="test.sent", payload={}, client_id=None)
    claimed = [one.delivery.agency_id for one in claim(Channel.WEBHOOK, free=50, leased=LeasedDeliveries())]
    north, south = cast.north.agency.id, cast.south.agency.id
    assert [set(claimed[:2]), set(claimed[2:4])] == [{north, south}] * 2
    assert set(claimed[4:]) == {north}
    assert len(claimed[4:]) < 40


def test_what_was_claimed_is_leased_and_nobody_else_gets_it_until_the_lease_ends(cast: Cast) -> None:
    listen(cast.north, "http://127.0.0.1:9/", 9)
    tell(cast.north)
    (one,) = claim(Channel.WEBHOOK, free=50, leased=LeasedDeliveries())
    assert claim(Channel.WEBHOOK, free=50, leased=LeasedDeliveries()) == []
    with clock.at(now() + LEASE + timedelta(seconds=1)):
        (again,) = claim(Channel.WEBHOOK, free=50, leased=LeasedDeliveries())
    assert (again.delivery.id, again.lease_id == one.lease_id) == (one.delivery.id, False)


def test_messages_of_before_that_know_no_lane_go_out_too(cast: Cast) -> None:
    with webhook_receiver() as hook:
        endpoint = listen(cast.north, hook.url, hook.port)
        with cast.north.scope():
            Delivery.objects.create(
                event_id=uuid7(), event_name="old", channel=Channel.WEBHOOK, receiver=str(endpoint.id)
            )
        deliver_webhooks(seconds=1)
        assert len(hook.calls) == 1


# --- so many in such a time ------------------------------------------------------------------------------------------


def test_what_is_over_the_rate_waits_and_is_not_lost(cast: Cast, settings: Any) -> None:
    """Three a minute: three at once, then one every twenty seconds, until all have gone, each once."""
    settings.AGENCY_WEBHOOKS_PER_MINUTE = 3
    with webhook_receiver() as hook:
        listen(cast.north, hook.url, hook.port)
        backlog(cast.north, 6)
        start, seen = now(), []
        for seconds in (0, 1, 19, 20.1, 39, 40.2, 59, 60.3, 200):
            with clock.at(start + timedelta(seconds=seconds)):
                deliver_webhooks(seconds=1)
            seen.append(len(hook.calls))
        assert seen == [3, 3, 3, 4, 4, 5, 5, 6, 6]
        assert len({call.headers["webhook-id"] for call in hook.calls}) == 6
    assert all(row.sent_at for row in of(cast.north))


def test_another_agency_has_a_rate_of_its_own(cast: Cast, settings: Any) -> None:
    settings.AGENCY_WEBHOOKS_PER_MINUTE = 2
    for house in (cast.north, cast.south):
        listen(house, "http://127.0.0.1:9/", 9)
        backlog(house, 5)
    claimed = [one.delivery.agency_id for one in claim(Channel.WEBHOOK, free=50, leased=LeasedDeliveries())]
    assert sorted(claimed) == sorted([cast.north.agency.id, cast.south.agency.id] * 2)


def test_waiting_for_its_rate_is_not_being_forgotten_and_being_forgotten_is_found(cast: Cast, settings: Any) -> None:
    settings.AGENCY_WEBHOOKS_PER_MINUTE = 2
    listen(cast.north, "http://127.0.0.1:9/", 9)
    backlog(cast.north, 5)
    with sweeper_scope():
        assert overdue() == 5
    claim(Channel.WEBHOOK, free=50, leased=LeasedDeliveries())
    with sweeper_scope():
        assert overdue() == 0
    with clock.at(now() + timedelta(minutes=10)), sweeper_scope():
        assert overdue() == 5, "the two whose lease ran out as well"


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        ("email", "3 mails wait. This agency sends at most 2 mails an hour"),
        ("webhook", "3 webhooks wait. This agency sends at most 2 webhooks a minute"),
    ],
)
def test_the_owner_is_told_what_waits_and_why_and_nobody_else_is(
    cast: Cast, settings: Any, mailbox: Mailbox, channel: str, words: str
) -> None:
    settings.AGENCY_WEBHOOKS_PER_MINUTE = settings.AGENCY_MAILS_PER_HOUR = 2
    listen(cast.north, "http://127.0.0.1:9/", 9)
    for number in range(5):
        if channel == "email":
            mail(cast.north, "incidents.incident.updated", f"{number}@example.com")
        else:
            tell(cast.north)
    assert words not in settings_page(cast.north), "nothing waits for its allowance yet"
    claim(channel, free=50, leased=LeasedDeliveries())
    assert words in settings_page(cast.north)
    assert "wait. This agency" not in settings_page(cast.south)


def settings_page(house: AgencyFixture) -> str:
    browser = Browser()
    browser.force_login(house.owner)
    return " ".join(browser.get(f"/a/{house.agency.slug}/settings/api/").content.decode().split())


# --- mail ------------------------------------------------------------------------------------------------------------


def mail(house: AgencyFixture, event: str, to: str) -> None:
    with house.scope():
        queue_email(event_id=uuid7(), event_name=event, to=to, subject=event, body="", html="")


def test_alarms_go_first_where_an_agency_has_used_its_mails(cast: Cast, mailbox: Mailbox, settings: Any) -> None:
    """Two an hour: the deadline that was missed does not wait behind updates that are older."""
    settings.AGENCY_MAILS_PER_HOUR = 2
    for number in range(3):
        mail(cast.north, "incidents.incident.updated", f"client{number}@example.com")
    mail(cast.north, "slas.clock.breached", "owner@example.com")
    while deliver_mail():
        pass
    assert str(mailbox.messages[0]["To"]) == "owner@example.com"
    assert len(mailbox.messages) == 2
    for hours in (1, 2, 3):
        with clock.at(now() + timedelta(hours=hours)):
            while deliver_mail():
                pass
    assert len(mailbox.messages) == 4, "nothing is lost"


def test_mails_of_another_agency_do_not_wait_behind_a_thousand(cast: Cast, mailbox: Mailbox) -> None:
    with clock.at(now() - timedelta(hours=1)):
        for number in range(60):
            mail(cast.north, "incidents.incident.updated", f"client{number}@example.com")
    mail(cast.south, "incidents.incident.updated", "south@example.com")
    deliver_mail(limit=20)
    assert "south@example.com" in [str(message["To"]) for message in mailbox.messages][:2]


def test_a_mail_whose_lease_ran_out_while_others_were_slow_is_left_to_whoever_has_it(
    cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker has taken the second mail on while the first one took longer than a lease."""
    mail(cast.north, "x", "one@example.com")
    mail(cast.north, "x", "two@example.com")
    sent: list[str] = []

    def slowly(letter: Any) -> None:
        sent.append(letter.delivery.receiver)
        with clock.at(now() + 2 * LEASE):
            claim(Channel.EMAIL, free=20, leased=LeasedDeliveries())

    monkeypatch.setattr("retainer.notifications.delivery._send_email", slowly)
    deliver_mail()
    assert len(sent) == 1


def test_a_mail_server_that_is_slow_ends_the_round_and_the_rest_is_due_at_once(
    cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round that went on would be killed in the middle of a mail."""
    for number in range(3):
        mail(cast.north, "x", f"{number}@example.com")
    deliver_mail(limit=20, seconds=-1)
    assert mailbox.messages == []
    deliver_mail(limit=20)
    assert len(mailbox.messages) == 3
