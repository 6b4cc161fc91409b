"""Many rows in one statement: each gets its own values back, whatever they are, and nobody else's row is touched."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DataError, IntegrityError, ProgrammingError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.models import Client
from core.models import AuditEvent, OutboxEvent
from core.tenancy.bulk import array
from core.tenancy.context import ScopeError
from monitoring.models import Check
from tests.cast import Cast
from tests.rows import rows_of

# What a JSON column holds: no null characters, which PostgreSQL has none of.
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
JSON = st.dictionaries(TEXT, st.floats(-1e15, 1e15) | TEXT | st.none(), max_size=4)
# Hypothesis wants its bounds without a zone.
MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
FIELDS = ["last_detail", "last_values", "last_slot", "last_latency_us", "enabled", "lease_id", "bad_streak"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    detail=TEXT,
    values=JSON,
    slot=st.none() | MOMENTS,
    latency=st.none() | st.integers(-(2**63), 2**63 - 1),
    enabled=st.booleans(),
    lease=st.none() | st.uuids(),
    streak=st.integers(0, 2**31 - 1),
)
def test_every_kind_of_value_comes_back_as_it_went_in(row: Check, house: Any, **given_values: Any) -> None:
    names = {"detail": "last_detail", "values": "last_values", "slot": "last_slot", "latency": "last_latency_us"}
    names |= {"lease": "lease_id", "streak": "bad_streak", "enabled": "enabled"}
    with house.scope():
        for given_name, name in names.items():
            setattr(row, name, given_values[given_name])
        assert Check.objects.bulk_update([row], FIELDS) == 1
        again = Check.objects.get(id=row.id)
    assert {name: getattr(again, name) for name in FIELDS} == {name: getattr(row, name) for name in FIELDS}


@pytest.fixture
def house(cast: Cast) -> Any:
    return cast.north


@pytest.fixture
def row(house: Any) -> Check:
    check = rows_of(house)["check_id"]
    with house.scope():
        return Check.objects.get(id=check)


def test_each_row_gets_its_own_values(cast: Cast) -> None:
    with cast.north.scope():
        rows = list(Client.objects.order_by("id"))
        for number, client in enumerate(rows):
            client.name = f"Number {number}"
        assert Client.objects.bulk_update(rows, ["name"]) == 2
        assert list(Client.objects.order_by("id").values_list("name", flat=True)) == ["Number 0", "Number 1"]


def test_another_agencys_row_stays_as_it_is(cast: Cast) -> None:
    with cast.south.scope():
        theirs = Client.objects.get(id=cast.south.client.id)
    theirs.name = "Taken"
    with cast.north.scope():
        assert Client.objects.bulk_update([theirs], ["name"]) == 0
    with cast.south.scope():
        assert Client.objects.get(id=theirs.id).name == "South Client"


def test_what_is_too_long_is_refused_and_not_cut(cast: Cast) -> None:
    with cast.north.scope():
        cast.north.client.name = "x" * 500
        with pytest.raises(DataError), transaction.atomic():
            Client.objects.bulk_update([cast.north.client], ["name"])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(TEXT, min_size=1, max_size=5, unique=True), changes=JSON, at=MOMENTS)
def test_rows_that_are_made_come_back_as_they_went_in(house: Any, words: list[str], changes: Any, at: datetime) -> None:
    def row(word: str) -> AuditEvent:
        return AuditEvent(action="made", object_type="x", request_id=word, changes=changes, at=at, actor_kind="system")

    with house.scope(), transaction.atomic():
        before = set(AuditEvent.objects.values_list("id", flat=True))
        rows = AuditEvent.objects.bulk_create([row(word[:64]) for word in words])
        AuditEvent.objects.insert_columns(
            {"request_id": [word[:64] for word in words], "changes": [changes] * len(words)},
            action="made",
            object_type="x",
            at=at,
            actor_kind="system",
        )
        found = list(AuditEvent.objects.exclude(id__in=before))
    assert all(not one._state.adding for one in rows)
    assert len(found) == 2 * len(words)
    for one in found:
        assert (one.agency_id, one.changes, one.at) == (house.agency.id, changes, at)
    assert sorted(one.request_id for one in found) == sorted([word[:64] for word in words] * 2)


def test_of_rows_that_exist_only_the_new_ones_are_made(house: Any) -> None:
    with house.scope():
        keys = {"name": ["a", "b"], "dedup_key": ["one", "two"]}
        assert OutboxEvent.objects.insert_columns(keys, payload={}) == 2
        more = {"name": ["a", "c"], "dedup_key": ["one", "three"]}
        assert OutboxEvent.objects.insert_columns(more, ignore_conflicts=True, payload={}) == 1
        with pytest.raises(IntegrityError), transaction.atomic():
            OutboxEvent.objects.insert_columns(more, payload={})


def test_no_row_is_made_in_another_agency(cast: Cast) -> None:
    with cast.north.scope(), pytest.raises(ProgrammingError), transaction.atomic():
        OutboxEvent.objects.insert_columns({"dedup_key": ["x"]}, name="x", payload={}, agency_id=cast.south.agency.id)


def test_no_rows_to_make_are_no_statement(house: Any, django_assert_num_queries: Any) -> None:
    with house.scope(), django_assert_num_queries(0):
        assert OutboxEvent.objects.insert_columns({"dedup_key": []}, name="x") == 0
        assert OutboxEvent.objects.bulk_create([]) == []


def test_nothing_is_written_outside_a_scope(cast: Cast) -> None:
    with cast.north.scope():
        manager = Client.objects.all()
    with pytest.raises(ScopeError):
        manager.bulk_update([cast.north.client], ["name"])


def test_no_rows_are_no_statement(cast: Cast, django_assert_num_queries: Any) -> None:
    with cast.north.scope(), django_assert_num_queries(0):
        assert Client.objects.bulk_update([], ["name"]) == 0


def test_the_literal_says_what_postgres_reads() -> None:
    assert array([None, True, 1, 0.1, "a,b", 'say "x"', "back\\slash", {"k": 1}]) == (
        '{NULL,True,1,0.1,"a,b","say \\"x\\"","back\\\\slash","{\\"k\\": 1}"}'
    )
    assert array([math.inf, -math.inf]) == "{inf,-inf}"
