"""One row by plain columns: the same row as a queryset finds, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from clients.models import AISystem, Client
from core.clock import now
from core.ids import uuid7
from core.models import Agency, Membership
from core.tenancy import TenantManager, tenant_scope
from core.tokens import create_token
from tests.cast import Cast
from tests.rows import signed_retainer

MODELS: list[Any] = [
    model
    for model in apps.get_models()
    if isinstance(model._default_manager, TenantManager) and hasattr(model, "agency_id")
]


def columns(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.django_db
def test_it_is_the_row_that_a_queryset_finds(cast: Cast) -> None:
    house = cast.north
    with house.scope():
        signed_retainer(house)
        create_token(name="x", scopes=["read"])
        rows = [row for model in MODELS for row in model.objects.all()[:3]]
        assert len({type(row) for row in rows}) > 12
        for row in rows:
            found = type(row).objects.find(id=row.id)
            assert columns(found) == columns(row)
            assert not found._state.adding


@pytest.mark.django_db
def test_there_is_none_for_a_value_that_no_row_has(cast: Cast) -> None:
    house = cast.north
    with house.scope():
        assert Client.objects.find(id=uuid7()) is None
        assert Client.objects.find(slug="nobody") is None


@pytest.mark.django_db
def test_a_value_of_the_wrong_kind_is_refused_as_a_queryset_refuses_it(cast: Cast) -> None:
    house = cast.north
    with house.scope(), pytest.raises(ValidationError):
        Client.objects.find(id="no id")


@pytest.mark.django_db
def test_another_agencys_row_is_none(cast: Cast) -> None:
    with cast.north.scope():
        assert Client.objects.find(id=cast.south.client.id) is None


@pytest.mark.django_db
def test_a_scope_of_one_client_finds_no_other_clients_row(cast: Cast) -> None:
    house = cast.north
    with tenant_scope(house.agency.id, client_id=house.client.id):
        assert AISystem.objects.find(id=house.system.id) == house.system
        assert AISystem.objects.find(id=house.other_system.id) is None
        assert AISystem.objects.find(id=house.other_system.id, client_id=house.other_client.id) is None


@pytest.mark.django_db
@pytest.mark.parametrize("active", [True, False])
def test_a_column_of_the_row_behind_a_foreign_key_narrows_it(cast: Cast, active: bool) -> None:
    house = cast.north
    house.engineer.is_active = active
    house.engineer.save()
    with house.scope():
        found = Membership.objects.find(user_id=house.engineer.id, user__is_active=True)
        assert bool(found) is active


@pytest.mark.django_db
def test_none_is_found_where_nothing_stands(cast: Cast) -> None:
    house = cast.north
    with house.scope():
        wanted = {"user_id": house.engineer.id, "agency__suspended_at": None}
        assert Membership.objects.find(**wanted, ended_at=None) is not None
        Membership.objects.update(ended_at=now())
        assert Membership.objects.find(**wanted, ended_at=None) is None
        assert Membership.objects.find(**wanted) is not None
        Agency.objects.update(suspended_at=now())
        assert Membership.objects.find(**wanted) is None
