"""The second wall: nothing of a tenant can be touched outside its scope, and scopes never mix."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg2
import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Max

from clients.models import AISystem, Client
from core.ids import uuid7
from core.models import Agency
from core.tenancy import (
    Actor,
    ScopeError,
    ScopeMissing,
    TenantManager,
    current_scope,
    identity_scope,
    portal_scope,
    sweeper_scope,
    tenant_scope,
)
from core.tenancy.models import TenantModel
from tests.cast import Cast

ENTRANCES: dict[str, Callable[[Any], Any]] = {
    "all": lambda m: list(m.objects.all()),
    "filter": lambda m: m.objects.filter(name="x"),
    "get": lambda m: m.objects.get(),
    "first": lambda m: m.objects.first(),
    "find": lambda m: m.objects.find(name="x"),
    "exists": lambda m: m.objects.exists(),
    "count": lambda m: m.objects.count(),
    "aggregate": lambda m: m.objects.aggregate(),
    "iterator": lambda m: list(m.objects.iterator()),
    "in_bulk": lambda m: m.objects.in_bulk(),
    "explain": lambda m: m.objects.explain(),
    "values": lambda m: list(m.objects.values()),
    "raw": lambda m: list(m.objects.raw("SELECT 1")),
    "create": lambda m: m.objects.create(name="x"),
    "get_or_create": lambda m: m.objects.get_or_create(name="x"),
    "update": lambda m: m.objects.update(name="x"),
    "delete": lambda m: m.objects.all().delete(),
    "bulk_create": lambda m: m.objects.bulk_create([m(name="x")]),
    "insert_columns": lambda m: m.objects.insert_columns({"name": ["x"]}),
    "bulk_update": lambda m: m.objects.bulk_update([], ["name"]),
    "base manager": lambda m: m._base_manager.all(),
    "save": lambda m: m(name="x").save(),
    "async get": lambda m: async_to_sync(lambda: m.objects.aget())(),
}


@pytest.mark.django_db
@pytest.mark.parametrize("way_in", ENTRANCES, ids=str)
def test_x06_every_way_in_raises_outside_a_scope(way_in: str) -> None:
    with pytest.raises(ScopeMissing):
        ENTRANCES[way_in](Client)


LATE: dict[str, Callable[[Any], Any]] = {
    "iterate": lambda q: list(q),
    "count": lambda q: q.count(),
    "exists": lambda q: q.exists(),
    "explain": lambda q: q.explain(),
    "update": lambda q: q.update(name="x"),
    "delete": lambda q: q.delete(),
    "raw delete": lambda q: q._raw_delete("default"),
    "iterator": lambda q: list(q.iterator()),
    "bulk_create": lambda q: q.bulk_create([]),
    "aggregate": lambda q: q.aggregate(Max("id")),
    "values": lambda q: list(q.values_list("id")),
}


@pytest.mark.parametrize("use", LATE, ids=str)
def test_x06_a_queryset_taken_out_of_its_scope_is_useless(cast: Cast, use: str) -> None:
    with cast.north.scope():
        queryset = Client.objects.all()
    with pytest.raises(ScopeMissing):
        LATE[use](queryset)


def test_x06_an_object_taken_out_of_its_scope_cannot_be_reread_or_changed(cast: Cast) -> None:
    client = cast.north.client
    for act in (client.refresh_from_db, client.save, client.delete):
        with pytest.raises(ScopeMissing):
            act()


def test_every_model_with_an_agency_has_the_guarded_manager() -> None:
    loose = [
        model.__name__
        for model in apps.get_models()
        if (issubclass(model, TenantModel) or model is Agency)
        and not (isinstance(model._default_manager, TenantManager) and isinstance(model._base_manager, TenantManager))
    ]
    assert loose == []


def test_x08_another_tenant_cannot_be_entered_from_inside(cast: Cast) -> None:
    with cast.north.scope(), pytest.raises(ScopeError), cast.south.scope():
        pass


def test_x08_entering_the_same_tenant_again_is_harmless(cast: Cast) -> None:
    with cast.north.scope():
        with cast.north.scope():
            assert Client.objects.count() == 2
        assert Client.objects.count() == 2


@pytest.mark.parametrize("other", ["portal", "identity", "sweeper"])
def test_x08_no_other_kind_of_scope_can_be_entered_from_inside(cast: Cast, other: str) -> None:
    north = cast.north
    ways: dict[str, Callable[[], Any]] = {
        "portal": lambda: portal_scope(north.agency.id, north.client.id, actor=Actor("contact")),
        "identity": lambda: identity_scope(north.owner.id),
        "sweeper": sweeper_scope,
    }
    with north.scope(), pytest.raises(ScopeError), ways[other]():
        pass


def test_a_scope_inside_an_outer_transaction_takes_everything_back(cast: Cast) -> None:
    with transaction.atomic():
        with cast.north.scope():
            pass
        assert current_scope() is None
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.agency_id', true), current_user, session_user")
            agency, role, login = cursor.fetchone()
    assert agency == ""
    assert role == login


def test_an_exception_takes_the_scope_back_too(cast: Cast) -> None:
    with pytest.raises(ValueError, match="boom"), cast.north.portal():
        raise ValueError("boom")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user = session_user, coalesce(current_setting('app.agency_id', true), '')")
        assert cursor.fetchone() == (True, "")


@pytest.mark.django_db(transaction=True)
def test_x07_two_tenants_on_one_connection_see_their_own_rows_in_turn(committed_cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        before = cursor.fetchone()
    for _ in range(3):
        for house in (committed_cast.north, committed_cast.south):
            with house.scope():
                assert {c.agency_id for c in Client.objects.all()} == {house.agency.id}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() == before
        cursor.execute("SELECT count(*) FROM clients_client")
        assert cursor.fetchone() == (0,)


def test_a_new_row_is_stamped_with_the_scopes_agency(cast: Cast) -> None:
    with cast.north.scope():
        client = Client.objects.create(name="New", slug="new")
        bulk = Client.objects.bulk_create([Client(name="Bulk", slug="bulk")])
    assert {client.agency_id, bulk[0].agency_id} == {cast.north.agency.id}


def test_a_row_for_another_agency_is_refused_by_postgres(cast: Cast) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"), cast.north.scope():
        Client(agency_id=cast.south.agency.id, name="Smuggled", slug="smuggled").save()


def test_raw_sql_in_a_scope_sees_no_other_agency_in_any_table(cast: Cast) -> None:
    with cast.north.scope(), connection.cursor() as cursor:
        for model in apps.get_models():
            if "agency_id" in {f.attname for f in model._meta.local_fields}:
                cursor.execute(
                    f'SELECT count(*) FROM "{model._meta.db_table}" WHERE agency_id <> %s', [cast.north.agency.id]
                )
                assert cursor.fetchone() == (0,), model


def test_x13_a_foreign_key_to_another_agency_is_refused_by_postgres(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="foreign key"), cast.north.scope(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO clients_aisystem (id, agency_id, client_id, name, slug, purpose, criticality, customer_facing,"
            " created_at) VALUES (%s, %s, %s, 'x', 'x', '', 'low', false, now())",
            [uuid7(), cast.north.agency.id, cast.south.client.id],
        )


def test_x13_a_foreign_key_to_another_client_of_the_same_agency_is_refused_too(cast: Cast) -> None:
    north = cast.north
    with pytest.raises(IntegrityError, match="foreign key"), north.scope(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE clients_environment SET client_id = %s WHERE id = %s",
            [north.other_client.id, north.environment.id],
        )


def test_the_portal_sees_its_own_client_and_no_other_of_the_same_agency(cast: Cast) -> None:
    with cast.north.portal():
        assert [c.id for c in Client.objects.all()] == [cast.north.client.id]
        assert {s.client_id for s in AISystem.objects.all()} == {cast.north.client.id}


@pytest.mark.parametrize("verb", ["insert", "update", "delete"])
def test_x14_the_portal_is_refused_a_write_by_postgres_itself(cast: Cast, verb: str) -> None:
    acts: dict[str, Callable[[], Any]] = {
        "insert": lambda: Client.objects.create(name="x", slug="x"),
        "update": lambda: Client.objects.update(name="x"),
        "delete": lambda: AISystem.objects.all()._raw_delete("default"),
    }
    with pytest.raises(ProgrammingError, match="permission denied"), cast.north.portal():
        acts[verb]()


def test_a_person_finds_only_their_own_agencies(cast: Cast) -> None:
    with identity_scope(cast.north.engineer.id):
        assert [a.slug for a in Agency.objects.all()] == ["north"]
    with identity_scope(cast.stranger.id):
        assert list(Agency.objects.all()) == []


def test_a_token_bound_to_one_client_sees_no_other(cast: Cast) -> None:
    north = cast.north
    with tenant_scope(north.agency.id, client_id=north.client.id):
        assert [c.id for c in Client.objects.all()] == [north.client.id]
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT client_id FROM clients_aisystem")
            assert cursor.fetchall() == [(north.client.id,)]


def test_an_audit_row_can_be_neither_changed_nor_deleted(cast: Cast) -> None:
    sql = ["UPDATE core_auditevent SET action = 'x'", "DELETE FROM core_auditevent"]
    for statement in sql:
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            cast.north.scope(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_ids_are_ordered_by_time_and_are_version_7() -> None:
    ids = [uuid7() for _ in range(50)]
    assert all(isinstance(i, uuid.UUID) and i.version == 7 for i in ids)
    assert [i.int >> 80 for i in ids] == sorted(i.int >> 80 for i in ids)


@pytest.mark.django_db
def test_psycopg2_is_the_driver() -> None:
    with connection.cursor() as cursor:
        assert isinstance(cursor.connection, psycopg2.extensions.connection)
