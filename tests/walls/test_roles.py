"""X25: no role makes more of itself or of anybody else than it may, whatever is posted wherever.

The matrix is generated: every role on every address of the staff posts a form that is filled in as the page itself
would have it, and asks for more besides. What counts afterwards is what the tables say about who may do what.
"""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser

from core.access.roles import Capability, Role, may
from core.errors import Conflict
from core.models import User
from core.selectors import memberships_of
from tests.cast import AgencyFixture, Cast
from tests.matrix import Matrix, browser_of
from tests.walls.powers import (
    API_WRITES,
    BELOW_OWNER,
    CHANGES,
    DECISIVE,
    GONE,
    address_of,
    changed,
    greed,
    greedy_post,
    powers,
    role_of,
    second_owner,
    set_role,
    signed_in,
    user_in,
)
from tests.walls.test_routes import STAFF, Route, path


@pytest.fixture(autouse=True)
def nothing_is_counted(settings: Any) -> None:
    """Attempts are counted outside the database, where no test's rollback takes them back."""
    settings.ACCOUNT_RATE_LIMITS = False


def test_x25_the_matrix_knows_every_address_that_it_speaks_of() -> None:
    assert len(DECISIVE) == len(CHANGES)
    assert len(API_WRITES) > 20


@pytest.mark.slow
@pytest.mark.parametrize("route", STAFF, ids=str)
def test_x25_an_address_changes_who_may_do_what_only_for_a_role_that_decides_it(
    route: Route, cast: Cast, north_rows: dict[str, Any]
) -> None:
    address = path(route, cast.north, north_rows)
    here, there = powers(cast.north), powers(cast.south)
    table, capability = CHANGES.get(route.name, ("", Capability.VIEW))
    with Matrix() as matrix:
        for role in Role.values:
            with matrix.case(role):
                user = user_in(cast.north, role)
                greedy_post(user, address, cast, browser_of(cast, user))
                # Exactly, and not at most: an owner's post that changed nothing would prove nothing about the others.
                assert changed(here, powers(cast.north)) == ({table} if table and may(role, capability) else set())
                assert changed(there, powers(cast.south)) == set()


@pytest.mark.parametrize("route", DECISIVE, ids=str)
def test_x25_no_other_method_goes_round_the_wall(route: Route, cast: Cast, north_rows: dict[str, Any]) -> None:
    address, before = path(route, cast.north, north_rows), powers(cast.north)
    with Matrix() as matrix:
        for role in BELOW_OWNER:
            with matrix.case(role):
                browser = browser_of(cast, user_in(cast.north, role))
                for method in ("get", "head", "put", "patch", "delete"):
                    disguise = {"X-HTTP-Method-Override": "POST"}
                    getattr(browser, method)(address, {"role": "owner", "_method": "POST"}, headers=disguise)
                assert changed(before, powers(cast.north)) == set()


@pytest.mark.parametrize("role", Role.values)
def test_x25_ones_own_profile_holds_nothing_that_could_be_raised(role: str, cast: Cast) -> None:
    user, before = user_in(cast.north, role), powers(cast.north)
    # It is saved: what was too much has been left out, and not merely refused along with something else.
    assert greedy_post(user, "/me/", cast).status_code == 302
    assert changed(before, powers(cast.north)) == set()


def test_x25_a_person_has_no_power_of_their_own() -> None:
    """Every power comes from a membership, a contact or a token; there is no administrator's flag to set."""
    fields = {field.name for field in User._meta.get_fields()}
    assert not fields & {"is_staff", "is_superuser", "role", "agency", "groups", "user_permissions"}


@pytest.mark.parametrize("role", Role.values)
def test_x25_who_starts_an_agency_owns_that_one_alone(role: str, cast: Cast, settings: Any) -> None:
    settings.SIGN_UP = "open"
    user, here, there = user_in(cast.north, role), powers(cast.north), powers(cast.south)
    greedy_post(user, "/start/", cast)
    assert {(place.slug, place.role) for place in memberships_of(user.id)} == {("north", role), ("example", Role.OWNER)}
    assert changed(here, powers(cast.north)) | changed(there, powers(cast.south)) == set()


def test_x25_signing_up_gives_no_place_anywhere(cast: Cast, settings: Any) -> None:
    settings.SIGN_UP = "open"
    form = {"email": "climber@example.com", "password1": "correct horse battery", "password2": "correct horse battery"}
    Browser().post("/accounts/signup/", greed(cast.stranger, cast) | form)
    assert memberships_of(User.objects.get(email="climber@example.com").id) == []


# --- oneself, and the last owner -------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", Role.values)
@pytest.mark.parametrize("role", Role.values)
def test_x25_nobody_gives_themselves_another_role(role: str, wanted: str, cast: Cast) -> None:
    """Not even the owner, who is the last one here."""
    user = user_in(cast.north, role)
    signed_in(user).post(address_of(cast.north, user, "role"), {"role": wanted})
    assert role_of(cast.north, user) == role


@pytest.mark.parametrize("act", ["role", "remove"])
@pytest.mark.parametrize("role", Role.values)
def test_x25_nobody_demotes_or_removes_the_last_owner(role: str, act: str, cast: Cast) -> None:
    browser = signed_in(user_in(cast.north, role))
    browser.post(address_of(cast.north, cast.north.owner, act), {"role": Role.VIEWER.value})
    assert role_of(cast.north, cast.north.owner) == Role.OWNER


@pytest.mark.parametrize("word", ["root", "superuser", "is_superuser", "", "OWNER", "owner ", "owner\x00"])
def test_x25_a_role_that_does_not_exist_is_given_to_nobody(word: str, cast: Cast) -> None:
    browser = signed_in(cast.north.owner)
    assert browser.post(address_of(cast.north, cast.north.viewer, "role"), {"role": word}).status_code == 422
    assert role_of(cast.north, cast.north.viewer) == Role.VIEWER


@pytest.mark.parametrize("role", [*BELOW_OWNER, GONE])
def test_x25_a_demoted_owner_keeps_nothing_in_a_browser_that_is_still_open(role: str, cast: Cast) -> None:
    former = second_owner(cast.north)
    browser, own_role = signed_in(former), address_of(cast.north, former, "role")
    assert browser.get(own_role).status_code == 200
    set_role(cast.north, former, role)
    assert browser.post(own_role, {"role": Role.OWNER.value}).status_code == (404 if role == GONE else 403)
    assert role_of(cast.north, former) == role


@pytest.mark.parametrize("first", ["viewer", GONE], ids=["demote", "remove"])
@pytest.mark.parametrize("second", ["viewer", GONE], ids=["demote", "remove"])
def test_x25_two_owners_who_act_on_each_other_at_once_leave_one(first: str, second: str, committed_cast: Cast) -> None:
    north = committed_cast.north
    owners = [north.owner, second_owner(north)]
    together = threading.Barrier(2)
    threads = [
        threading.Thread(target=_act_at_once, args=(north, owner, role, together))
        for owner, role in zip(owners, (first, second), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert [role_of(north, owner) for owner in owners].count(Role.OWNER) == 1


def _act_at_once(house: AgencyFixture, user: User, role: str, together: threading.Barrier) -> None:
    try:
        together.wait(timeout=10)
        set_role(house, user, role)
    except Conflict:
        # Whoever comes second would have taken the last owner.
        pass
    finally:
        connection.close()


# --- invitations -----------------------------------------------------------------------------------------------------
