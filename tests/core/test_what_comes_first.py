"""What fires alerts and what starts to watch a system does not queue behind mails and webhooks, and lets them go on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from core import clock, events, outbox
from core.audit import announce
from core.clock import now
from core.events import Event
from core.models import OutboxEvent
from monitoring.handlers import HANDLERS
from tests.cast import AgencyFixture, Cast

LATER, FIRST = "test.thing.later", "test.thing.first"


@pytest.fixture
def told() -> Iterator[list[str]]:
    """The names of the test's own events in the order in which they were told."""
    names: list[str] = []
    before = dict(events._handlers), dict(events._known), set(events._first)

    def hear(event: Event) -> None:
        names.append(event.name)

    def hear_first(event: Event) -> None:
        names.append(event.name)

    events.declare([LATER, FIRST])
    events.register(
        {
            LATER: (events.handler("test.hear")(hear),),
            FIRST: (events.handler("test.hear_first", first=True)(hear_first),),
        }
    )
    yield names
    events._handlers.clear()
    events._handlers.update(before[0])
    events._known.clear()
    events._known.update(before[1])
    events._first.clear()
    events._first.update(before[2])


def happen(agency: AgencyFixture, name: str, number: int = 1) -> None:
    with agency.scope():
        for _ in range(number):
            announce(name=name, payload={})


def test_what_comes_first_passes_a_backlog_of_others(cast: Cast, told: list[str]) -> None:
    happen(cast.north, LATER, outbox.BATCH + 10)
    with clock.at(now() + timedelta(seconds=1)):
        happen(cast.south, FIRST)
        outbox.relay_round()
    assert told[0] == FIRST
    assert told.count(LATER) == outbox.BATCH + 10


def test_a_flood_of_what_comes_first_lets_the_others_go_on(cast: Cast, told: list[str]) -> None:
    happen(cast.north, FIRST, outbox.BATCH + 10)
    happen(cast.south, LATER)
    with clock.at(now() + timedelta(seconds=1)):
        outbox.relay_round()
    assert told.index(LATER) <= 2 * outbox.BATCH
    assert (told.count(FIRST), told.count(LATER)) == (outbox.BATCH + 10, 1)


def test_each_is_told_once(cast: Cast, told: list[str]) -> None:
    happen(cast.north, FIRST, 3)
    with clock.at(now() + timedelta(seconds=1)):
        outbox.relay_round()
        outbox.relay_round()
    assert told == [FIRST] * 3
    with cast.north.scope():
        assert not OutboxEvent.objects.filter(name=FIRST, done_at=None).exists()


def test_alerts_and_the_watch_of_a_system_come_first() -> None:
    wanted = {"monitoring.check.transitioned", "clients.system.paused", "clients.system.resumed"}
    assert wanted <= set(HANDLERS)
    assert wanted == set(events.names_that_come_first())
