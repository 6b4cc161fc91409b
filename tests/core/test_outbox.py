"""News reaches each handler at least once and changes things once, whatever dies in between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from core import clock, events
from core.audit import announce
from core.events import Event
from core.models import Counter, OutboxEvent, OutboxHandled
from core.outbox import relay_due, settle
from core.tenancy import require_scope
from tests.cast import Cast

NAME = "test.thing.happened"


@pytest.fixture
def handlers() -> Iterator[list[Any]]:
    """Listens to the test's own event for as long as the test runs."""
    listening: list[Any] = []
    before = dict(events._handlers), dict(events._known)
    events._handlers[NAME] = listening
    events.declare([NAME])
    yield listening
    events._handlers.clear()
    events._handlers.update(before[0])
    events._known.clear()
    events._known.update(before[1])


def say(cast: Cast, dedup_key: str = "") -> None:
    with cast.north.scope():
        announce(name=NAME, payload={"id": "1"}, dedup_key=dedup_key)


def event(cast: Cast) -> OutboxEvent:
    with cast.north.scope():
        return OutboxEvent.objects.get(name=NAME)


def test_a_handler_gets_the_news_in_the_scope_of_its_agency(cast: Cast, handlers: list[Any]) -> None:
    got: list[tuple[Event, Any]] = []
    handlers.append(lambda item: got.append((item, require_scope().agency_id)))
    say(cast)
    relay_due()
    assert [(item.name, item.payload, agency) for item, agency in got] == [(NAME, {"id": "1"}, cast.north.agency.id)]
    assert event(cast).done_at is not None


def test_m20_a_worker_that_dies_after_claiming_leaves_the_event_due_again(cast: Cast, handlers: list[Any]) -> None:
    class Killed(BaseException):
        """Stands for SIGKILL: no handler of exceptions sees it."""

    def die(item: Event) -> None:
        raise Killed

    handlers.append(die)
    say(cast)
    with pytest.raises(Killed):
        relay_due()
    handlers[:] = [lambda item: Counter.objects.create(kind="told", value=1)]
    assert relay_due() == 0, "its lease still runs"
    with clock.at(clock.now() + timedelta(seconds=31)):
        assert relay_due() == 1
    with cast.north.scope():
        assert Counter.objects.filter(kind="told").count() == 1


def test_a_failing_handler_backs_off_alone(cast: Cast, handlers: list[Any]) -> None:
    told: list[str] = []

    def sometimes(item: Event) -> None:
        if item.payload.get("bad"):
            raise ValueError("no")
        told.append(item.payload["id"])

    handlers.append(sometimes)
    with cast.north.scope():
        announce(name=NAME, payload={"id": "1", "bad": True})
        announce(name=NAME, payload={"id": "2"})
    relay_due()
    assert told == ["2"]
    with cast.north.scope():
        bad = OutboxEvent.objects.get(name=NAME, done_at=None)
    assert bad.attempts == 1
    assert bad.last_error == "ValueError: no"
    assert bad.next_due_at is not None
    assert bad.next_due_at > clock.now()


def test_what_a_failing_handler_wrote_is_rolled_back(cast: Cast, handlers: list[Any]) -> None:
    def half(item: Event) -> None:
        Counter.objects.create(kind="half", value=1)
        raise ValueError("no")

    handlers.append(half)
    say(cast)
    relay_due()
    with cast.north.scope():
        assert not Counter.objects.filter(kind="half").exists()
        assert not OutboxHandled.objects.filter(handler__endswith="half").exists()


def test_the_same_dedup_key_is_one_event(cast: Cast, handlers: list[Any]) -> None:
    for _ in range(3):
        say(cast, dedup_key="once")
    assert event(cast).dedup_key == "once"


def test_each_handler_runs_once_even_when_the_event_is_relayed_again(cast: Cast, handlers: list[Any]) -> None:
    told: list[int] = []
    handlers.append(lambda item: told.append(1))
    say(cast)
    relay_due()
    with cast.north.scope():
        OutboxEvent.objects.filter(name=NAME).update(next_due_at=clock.now(), done_at=None)
    relay_due()
    assert told == [1]


def test_settled_history_is_told_to_nobody(cast: Cast, handlers: list[Any]) -> None:
    told: list[int] = []
    handlers.append(lambda item: told.append(1))
    say(cast)
    with cast.north.scope():
        settle()
    relay_due()
    assert told == []


@pytest.mark.django_db(transaction=True)
def test_x29_four_relays_at_once_handle_each_event_once(committed_cast: Cast, handlers: list[Any]) -> None:
    def count(item: Event) -> None:
        Counter.objects.create(kind=item.payload["id"], value=1)

    handlers.append(count)
    with committed_cast.north.scope():
        for place in range(40):
            announce(name=NAME, payload={"id": str(place)})

    def work() -> None:
        try:
            while relay_due(limit=5):
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with committed_cast.north.scope():
        assert Counter.objects.count() == 40
        assert OutboxEvent.objects.filter(name=NAME, done_at=None).count() == 0
