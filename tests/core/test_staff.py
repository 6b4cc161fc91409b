"""Roles of the staff: changed by those who may, never to the loss of the last owner."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable

import pytest

from core.access.roles import STAFF, Capability, Role, may
from core.errors import Conflict, DomainError, NotFound
from core.models import User
from core.selectors import member_of_user
from core.services import change_role, end_membership
from tests.cast import AgencyFixture, Cast


def member_id(house: AgencyFixture, user: User) -> uuid.UUID:
    with house.scope():
        found = member_of_user(user.id)
    assert found is not None
    return found.id


def test_the_last_owner_keeps_their_role(cast: Cast) -> None:
    owner = member_id(cast.north, cast.north.owner)
    acts: list[Callable[[], object]] = [
        lambda: change_role(member_id=owner, role="viewer"),
        lambda: end_membership(member_id=owner),
    ]
    for act in acts:
        with pytest.raises(Conflict), cast.north.scope():
            act()


def test_with_a_second_owner_the_first_may_go(cast: Cast) -> None:
    owner, engineer = (member_id(cast.north, user) for user in (cast.north.owner, cast.north.engineer))
    with cast.north.scope():
        change_role(member_id=engineer, role="owner")
        end_membership(member_id=owner)
        assert member_of_user(cast.north.owner.id) is None


def test_a_member_of_another_agency_does_not_exist_here(cast: Cast) -> None:
    theirs = member_id(cast.south, cast.south.engineer)
    acts: list[Callable[[], object]] = [
        lambda: change_role(member_id=theirs, role="viewer"),
        lambda: end_membership(member_id=theirs),
    ]
    for act in acts:
        with pytest.raises(NotFound), cast.north.scope():
            act()


def test_an_unknown_role_is_refused(cast: Cast) -> None:
    with pytest.raises(DomainError), cast.north.scope():
        change_role(member_id=member_id_inside(cast), role="root")


def member_id_inside(cast: Cast) -> uuid.UUID:
    found = member_of_user(cast.north.viewer.id)
    assert found is not None
    return found.id


def test_each_role_may_do_all_that_the_one_below_may() -> None:
    order = [Role.VIEWER, Role.ENGINEER, Role.ACCOUNT_MANAGER, Role.OWNER]
    for lower, higher in itertools.pairwise(order):
        assert STAFF[lower] < STAFF[higher]


def test_cost_and_margin_are_for_owners_and_account_managers_alone() -> None:
    assert {role for role in Role if may(role, Capability.MONEY)} == {Role.OWNER, Role.ACCOUNT_MANAGER}


def test_an_unknown_role_may_do_nothing() -> None:
    assert not any(may("ghost", capability) for capability in Capability.values)
