"""News of one subject reaches its ordered handler in the order in which it happened, whoever tells it and when; what
fails holds up those behind it, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core import clock, events, outbox
from core.audit import announce
from core.events import Event
from core.ids import uuid7
from core.models import AuditEvent, OutboxEvent, OutboxHandled
from core.tenancy.scope import sweeper_scope
from tests.cast import AgencyFixture, Cast

NAME = "test.thing.happened"


class Desk:
    """Two listeners to the test's own news: one in order, one not. What each got, and what each refuses."""

    def __init__(self) -> None:
        self.in_order: list[Any] = []
        self.beside: list[Any] = []
        self.refused: set[Any] = set()
        self.refused_beside: set[Any] = set()

    def take(self, item: Event) -> None:
        """The ordered one."""
        if item.payload["place"] in self.refused:
            raise ValueError("not yet")
        self.in_order.append(item.payload["place"])

    def hear(self, item: Event) -> None:
        """The other one."""
        if item.payload["place"] in self.refused_beside:
            raise ValueError("nobody answers")
        self.beside.append(item.payload["place"])


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Listens for as long as the test runs."""
    desk, before = Desk(), (dict(events._handlers), dict(events._known), set(events._in_order))
    events._handlers[NAME] = [desk.hear, news_in_order(desk)]
    events.declare([NAME])
    yield desk
    events._handlers.clear()
    events._handlers.update(before[0])
    events._known.clear()
    events._known.update(before[1])
    events._in_order.clear()
    events._in_order.update(before[2])


def news_in_order(desk: Desk) -> events.Handler:
    take = desk.take
    events.handler("test.take", ordered=True)(take)
    return take


def say(house: AgencyFixture, place: int, key: str = "thing:1", **more: Any) -> OutboxEvent:
    """The place-th news of its subject."""
    with house.scope():
        event = OutboxEvent(
            id=uuid7(), name=NAME, payload={"place": place}, order_key=key, order_seq=place, dedup_key=f"{key}:{place}"
        )
        for name, value in more.items():
            setattr(event, name, value)
        OutboxEvent.objects.bulk_create([event])
    return event


def row(house: AgencyFixture, event: OutboxEvent) -> OutboxEvent:
    with house.scope():
        return OutboxEvent.objects.get(id=event.id)


def test_whoever_is_told_to_deal_with_the_last_deals_with_those_before_it_first(cast: Cast, desk: Desk) -> None:
    events = [say(cast.north, place) for place in (1, 2, 3)]
    outbox.deal_with([events[2].id])
    assert desk.in_order == [1, 2, 3]


def test_the_relay_goes_by_the_sequence_and_not_by_the_time_at_which_they_are_due(cast: Cast, desk: Desk) -> None:
    for place in (1, 2, 3):
        say(cast.north, place, next_due_at=clock.now() - timedelta(seconds=place))
    outbox.relay_round()
    assert desk.in_order == [1, 2, 3]


def test_nobody_takes_the_second_while_another_process_has_the_first(cast: Cast, desk: Desk) -> None:
    first, second = say(cast.north, 1), say(cast.north, 2)
    (held,) = outbox._claim(10)
    assert held.id == first.id
    outbox.deal_with([second.id])
    assert outbox.relay_due() == 0
    assert desk.in_order == []
    outbox._relay(held)
    outbox.relay_round()
    assert desk.in_order == [1, 2]


def test_a_head_that_fails_holds_up_those_behind_it_and_no_other_subject(cast: Cast, desk: Desk) -> None:
    desk.refused = {1}
    for place in (1, 2):
        say(cast.north, place)
    say(cast.north, 5, key="thing:2")
    say(cast.south, 6)
    outbox.relay_round()
    assert sorted(desk.in_order) == [5, 6]


def test_putting_back_the_head_moves_all_of_its_key(cast: Cast, desk: Desk) -> None:
    desk.refused = {1}
    events = [say(cast.north, place) for place in (1, 2, 3)]
    outbox.relay_round()
    due = {row(cast.north, event).next_due_at or clock.now() for event in events}
    assert len(due) == 1
    assert min(due) > clock.now()
    desk.refused = set()
    with clock.at(clock.now() + timedelta(seconds=2)):
        outbox.relay_round()
    assert desk.in_order == [1, 2, 3]


def test_a_listener_beside_that_fails_at_the_head_holds_up_nobody(cast: Cast, desk: Desk) -> None:
    desk.refused_beside = {1}
    head = say(cast.north, 1)
    say(cast.north, 2)
    outbox.relay_round()
    assert (desk.in_order, desk.beside) == ([1, 2], [2])
    assert row(cast.north, head).done_at is None, "the listener beside still has to hear of it"
    desk.refused_beside = set()
    with clock.at(clock.now() + timedelta(seconds=2)):
        outbox.relay_round()
    assert (desk.in_order, desk.beside) == ([1, 2], [2, 1])
    assert row(cast.north, head).done_at is not None


def test_an_ordered_handler_that_fails_keeps_nothing_from_those_beside_it(cast: Cast, desk: Desk) -> None:
    desk.refused = {1}
    say(cast.north, 1)
    outbox.relay_round()
    assert (desk.in_order, desk.beside) == ([], [1])


def test_a_failed_head_is_found_at_once_and_a_failed_listener_beside_is_not(cast: Cast, desk: Desk) -> None:
    desk.refused_beside = {1}
    say(cast.north, 1)
    outbox.relay_round()
    with sweeper_scope():
        assert outbox.poisoned() == 0
    desk.refused = {2}
    say(cast.north, 2)
    outbox.relay_round()
    with sweeper_scope():
        assert outbox.poisoned() == 1


def test_an_operator_passes_a_head_with_a_reason_and_those_behind_it_go_on(cast: Cast, desk: Desk) -> None:
    desk.refused = {1}
    head = say(cast.north, 1)
    say(cast.north, 2)
    outbox.relay_round()
    call_command("pass_event", str(head.id), reason="its check is gone", verbosity=0)
    outbox.relay_round()
    assert desk.in_order == [2]
    with cast.north.scope():
        noted = AuditEvent.objects.get(action="core.event.passed")
    assert (noted.object_id, noted.changes) == (head.id, {"name": NAME, "reason": "its check is gone"})


@pytest.mark.parametrize("case", ["done", "no reason", "no such event"])
def test_what_cannot_be_passed_is_refused(cast: Cast, desk: Desk, case: str) -> None:
    event = say(cast.north, 1)
    if case == "done":
        outbox.relay_round()
    event_id = uuid7() if case == "no such event" else event.id
    with pytest.raises(CommandError):
        call_command("pass_event", str(event_id), reason=" " if case == "no reason" else "why not")
    assert (row(cast.north, event).done_at is not None) == (case == "done")


def test_of_one_name_at_most_one_handler_is_ordered(desk: Desk) -> None:
    def another(item: Event) -> None:
        """Would wait for the first, and it for this one."""

    events.handler("test.another", ordered=True)(another)
    with pytest.raises(ValueError, match="Two ordered handlers"):
        events.register({NAME: (another,)})


def test_a_name_that_this_code_does_not_know_is_left_for_newer_code(cast: Cast, desk: Desk) -> None:
    event = say(cast.north, 1, name="test.thing.invented")
    outbox.relay_round()
    left = row(cast.north, event)
    assert (left.done_at, left.attempts, left.last_error) == (None, 0, outbox.LEFT)
    events.declare(["test.thing.invented"])
    with clock.at(clock.now() + outbox.LEFT_FOR):
        outbox.relay_round()
    assert row(cast.north, event).done_at is not None


def test_a_newer_version_of_a_payload_is_left_and_so_is_what_comes_after_it(cast: Cast, desk: Desk) -> None:
    say(cast.north, 1, version=2)
    say(cast.north, 2)
    outbox.relay_round()
    assert (desk.in_order, desk.beside) == ([], [])
    events.declare([NAME], {NAME: 2})
    with clock.at(clock.now() + outbox.LEFT_FOR):
        outbox.relay_round()
    assert desk.in_order == [1, 2]


def test_what_nobody_knows_for_long_is_found(cast: Cast, desk: Desk) -> None:
    say(cast.north, 1, name="test.thing.invented")
    for minutes in (0, 11):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            outbox.relay_round()
            with sweeper_scope():
                assert outbox.overdue() == (1 if minutes else 0)


def test_a_name_that_no_app_declares_cannot_be_announced(cast: Cast) -> None:
    with cast.north.scope(), pytest.raises(ValueError, match="events module"):
        announce(name=NAME, payload={})


def test_a_round_ends_when_its_time_is_up_and_hands_back_the_rest(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is due again at once, and not when its lease ends."""
    elapsed = iter(range(1000))
    monkeypatch.setattr("core.outbox.time.monotonic", lambda: float(next(elapsed)))
    for place in range(1, 9):
        say(cast.north, place, key=f"thing:{place}")
    outbox.relay_round(seconds=6)
    told = len(desk.in_order)
    assert 0 < told < 8
    monkeypatch.undo()
    outbox.relay_round()
    assert len(desk.in_order) == 8


def test_a_lease_is_renewed_while_the_batch_goes_on(cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each handler takes as long as half a lease; nobody else gets hold of the rest meanwhile."""
    started, passed = clock.now(), [0.0]
    monkeypatch.setattr("core.outbox.time.monotonic", lambda: passed[0])
    stolen: list[int] = []

    def slowly(item: Event) -> None:
        passed[0] += 16
        with clock.at(started + timedelta(seconds=passed[0])):
            stolen.append(len(outbox_claim_of_another()))

    events._handlers[NAME] = [slowly]
    for place in range(1, 6):
        say(cast.north, place, key=f"thing:{place}", next_due_at=started)
    monkeypatch.setattr("core.outbox.now", lambda: started + timedelta(seconds=passed[0]))
    assert outbox.relay_due() == 5
    assert stolen == [0] * 5


def outbox_claim_of_another() -> list[Any]:
    """What a second process would get now. Looks only, because the first one's transaction is open here."""
    return list(
        OutboxEvent.objects.filter(name=NAME, next_due_at__lte=clock.now(), lease_id__isnull=False, done_at=None)
    )


def test_what_another_process_took_over_meanwhile_is_not_told_twice(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This process claims two, stands still for longer than the lease, and wakes up."""
    say(cast.north, 1, key="a")
    say(cast.north, 2, key="b")
    mine = outbox._claim(10)
    passed = [0.0]
    monkeypatch.setattr("core.outbox.time.monotonic", lambda: passed[0])
    steps = outbox._while_leased(mine)
    outbox._relay(next(steps))
    with clock.at(clock.now() + timedelta(seconds=31)):
        passed[0] = 31.0
        theirs = outbox._claim(10)
        assert [event.id for event in theirs] == [mine[1].id]
        assert list(steps) == []


def test_what_a_clock_that_ran_ahead_has_put_off_is_due_again(cast: Cast, desk: Desk) -> None:
    started = clock.now()
    ahead = say(cast.north, 1, next_due_at=clock.now() + timedelta(hours=6))
    waits = say(cast.north, 2, key="other", next_due_at=clock.now() + timedelta(minutes=50), attempts=6)
    with sweeper_scope():
        assert outbox.bring_back() == 1
    due = {event.id: row(cast.north, event).next_due_at or started for event in (ahead, waits)}
    assert due[ahead.id] <= clock.now() < due[waits.id]


def test_old_news_is_deleted_with_the_marks_of_who_was_told_and_no_other(cast: Cast, desk: Desk) -> None:
    done, open_one = say(cast.north, 1), say(cast.north, 2, key="other", next_due_at=None)
    other = say(cast.south, 1)
    outbox.relay_round()
    with cast.north.scope():
        assert outbox.purge(before=clock.now() - timedelta(days=1)) == 0
        later = clock.now() + timedelta(days=1)
        purged = outbox.purge(before=later)
        assert outbox.purge(before=later) == 0
        left = set(OutboxEvent.objects.filter(name=NAME).values_list("id", flat=True))
        assert not OutboxHandled.objects.filter(event_id=done.id).exists()
    assert purged >= 1
    assert left == {open_one.id}
    assert row(cast.south, other).done_at is not None


def test_many_rows_at_once_carry_their_place_in_the_order(cast: Cast, desk: Desk) -> None:
    """Both ways of writing many rows without objects, for whoever writes news by the thousand."""
    with cast.north.scope():
        columns: dict[str, list[Any]] = {
            "payload": [{"place": place} for place in (2, 1)],
            "dedup_key": ["second", "first"],
            "order_key": ["thing:1", "thing:1"],
            "order_seq": [2, 1],
        }
        OutboxEvent.objects.insert_columns(columns, name=NAME)
    outbox.relay_round()
    assert desk.in_order == [1, 2]
