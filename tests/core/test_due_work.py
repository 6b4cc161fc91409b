"""Due work: each row in its own transaction and scope, a failed one put off alone, a held one left to its holder."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import QuerySet

from core import clock, due
from core.clock import now
from core.models import OutboxEvent
from core.tenancy.context import current_scope
from tests.cast import AgencyFixture, Cast
from tests.together import together

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def waiting() -> QuerySet[OutboxEvent]:
    return OutboxEvent.objects.filter(name="test.due", next_due_at__lte=now()).order_by("next_due_at", "id")


def put(agency: AgencyFixture, *, minutes: int = 0) -> uuid.UUID:
    """A row that is due so many minutes before noon."""
    with agency.scope():
        at = NOON - timedelta(minutes=minutes)
        row: OutboxEvent = OutboxEvent.objects.create(name="test.due", dedup_key=str(uuid.uuid4()), next_due_at=at)
    return row.id


def due_at(agency: AgencyFixture, row_id: uuid.UUID) -> datetime | None:
    with agency.scope():
        found: datetime | None = OutboxEvent.objects.values_list("next_due_at", flat=True).get(id=row_id)
    return found


def finish(row: OutboxEvent) -> bool:
    row.next_due_at = None
    row.save(update_fields=["next_due_at"])
    return True


def work(act: Callable[[OutboxEvent], bool] = finish, *, column: str = "next_due_at", limit: int = due.AT_ONCE) -> int:
    with clock.at(NOON):
        return due.work_off(waiting, act, column=column, limit=limit)


def test_each_row_is_done_in_the_scope_of_its_own_agency(cast: Cast) -> None:
    here, there = put(cast.north), put(cast.south)
    seen: dict[uuid.UUID, uuid.UUID | None] = {}

    def look(row: OutboxEvent) -> bool:
        scope = current_scope()
        seen[row.id] = scope.agency_id if scope else None
        return finish(row)

    assert work(look) == 2
    assert seen == {here: cast.north.agency.id, there: cast.south.agency.id}


def test_the_most_urgent_come_first_and_the_rest_in_the_next_round(cast: Cast) -> None:
    later, first = put(cast.north, minutes=1), put(cast.south, minutes=5)
    assert work(limit=1) == 1
    assert (due_at(cast.south, first), due_at(cast.north, later)) == (None, NOON - timedelta(minutes=1))
    assert (work(limit=1), work(limit=1)) == (1, 0)


def test_what_is_not_due_is_left(cast: Cast) -> None:
    put(cast.north, minutes=-1)
    assert work() == 0


@pytest.mark.parametrize("error", [ValueError, ZeroDivisionError])
def test_a_row_that_fails_is_put_off_alone_and_leaves_nothing_of_what_it_wrote(
    cast: Cast, error: type[Exception]
) -> None:
    bad, good = put(cast.north, minutes=1), put(cast.north)

    def fail(row: OutboxEvent) -> bool:
        finish(row)
        if row.id == bad:
            raise error
        return True

    assert work(fail) == 1
    assert (due_at(cast.north, bad), due_at(cast.north, good)) == (NOON + due.REST, None)


def test_a_row_that_the_database_refuses_is_put_off_too(cast: Cast) -> None:
    bad = put(cast.north)

    def refuse(row: OutboxEvent) -> bool:
        OutboxEvent.objects.filter(id=row.id).update(attempts=1_000_000)
        return True

    assert work(refuse) == 0
    assert due_at(cast.north, bad) == NOON + due.REST


def test_without_a_column_a_row_that_fails_is_found_again(cast: Cast) -> None:
    bad = put(cast.north)

    def fail(row: OutboxEvent) -> bool:
        raise ValueError

    assert work(fail, column="") == 0
    assert due_at(cast.north, bad) == NOON


def test_what_was_done_between_the_look_and_the_lock_is_not_done_again(cast: Cast) -> None:
    first, second = put(cast.north, minutes=1), put(cast.north)

    def both(row: OutboxEvent) -> bool:
        return bool(OutboxEvent.objects.filter(id__in=[first, second]).update(next_due_at=None))

    assert work(both) == 1


def test_what_is_mostly_left_as_it_is_is_gone_through_to_its_end(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "AT_ONCE", 2)
    rows = {put(cast.north) for _ in range(3)} | {put(cast.south) for _ in range(2)}
    seen: list[uuid.UUID] = []

    def look(row: OutboxEvent) -> bool:
        seen.append(row.id)
        return False

    with clock.at(NOON):
        assert due.go_through(waiting, look) == 0
    assert (len(seen), set(seen)) == (5, rows)


def test_a_leased_row_is_nobody_elses_until_the_lease_runs_out(cast: Cast) -> None:
    row_id, lasts = put(cast.north), timedelta(minutes=2)

    def lease(moment: datetime) -> list[uuid.UUID]:
        with clock.at(moment):
            return [row.id for row in due.lease(waiting, column="next_due_at", lasts=lasts, limit=5)]

    assert lease(NOON) == [row_id]
    assert lease(NOON + lasts - timedelta(seconds=1)) == []
    assert lease(NOON + lasts) == [row_id]


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_do_each_row_once(committed_cast: Cast) -> None:
    rows = [put(committed_cast.north) for _ in range(9)]
    done: list[uuid.UUID] = []

    def act(row: OutboxEvent) -> bool:
        done.append(row.id)
        return finish(row)

    together(*[lambda: work(act)] * 3)
    work(act)
    assert sorted(done) == sorted(rows)
