"""What stands before a test begins: built once a worker, in a database of its own, and taken back by nobody.

Most tests want the same two agencies. Built anew they cost thirty milliseconds, and with a row of everything a quarter
of a second; a test that finds them standing pays for opening a transaction and for undoing what it did itself.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.test import Client as Browser

from core import rates
from core.models import User
from tests import databases
from tests.agreements.scenario import AgreementScenario
from tests.api.support import world
from tests.cast import Cast, build_house, person
from tests.incidents.scenario import IncidentScenario
from tests.portal.demo import Said, everything_said, seed_demo
from tests.rows import rows_of

# What may live longer than a test and yet commits nothing.
HARMLESS = {"django_db_setup", "chromium"}
A_DAY = 86_400


def two_agencies() -> Cast:
    """Two agencies with everybody in them, and a stranger."""
    return Cast(
        north=build_house("north"), south=build_house("south"), stranger=person("Stranger", "stranger@example.com")
    )


def north_with_rows() -> Cast:
    """The same, and in the north a row of everything."""
    cast = two_agencies()
    cast.extras["north"] = rows_of(cast.north)
    return _let_in(cast)


def both_with_rows() -> Cast:
    """The same, and a row of everything in the south too."""
    cast = two_agencies()
    cast.extras["south"] = rows_of(cast.south)
    cast.extras["north"] = rows_of(cast.north)
    return _let_in(cast)


def two_worlds() -> Cast:
    """The same with what the API knows in both, and a token for all of it."""
    cast = two_agencies()
    cast.extras["worlds"] = (world(cast.north), world(cast.south))
    return cast


def north_under_contract() -> Cast:
    """The same, and in the north a ward."""
    cast = two_agencies()
    cast.extras["ward"] = IncidentScenario(cast.north)
    return cast


def north_with_its_catalogue() -> Cast:
    """The same, and in the north a desk."""
    cast = two_agencies()
    cast.extras["desk"] = AgreementScenario(cast.north)
    return cast


def the_demo() -> list[Said]:
    """What `make demo` fills, and all that its portals say."""
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        seed_demo(patch, Path(folder))
        return everything_said()


def _let_in(cast: Cast) -> Cast:
    """Signs everybody in, once for all tests; what their browsers hold is among the extras."""
    cast.extras["cookies"] = {}
    for one in (cast.north, cast.south):
        for user in (one.owner, one.manager, one.engineer, one.viewer, one.contact, one.other_contact):
            cast.extras["cookies"][user.pk] = _cookies_of(user)
    cast.extras["cookies"][cast.stranger.pk] = _cookies_of(cast.stranger)
    return cast


def _cookies_of(user: User) -> SimpleCookie:
    browser = Browser()
    browser.force_login(user)
    session = browser.session
    # Who they are they have shown a moment ago, however long the run takes.
    session["account_authentication_methods"][-1]["at"] += A_DAY
    session.save()
    return browser.cookies


# By the name of the fixture that asks for it; of two, the later is meant.
BUILDERS: dict[str, Callable[[], Any]] = {
    "cast": two_agencies,
    "north_rows": north_with_rows,
    "both_rows": both_with_rows,
    "worlds": two_worlds,
    "standing_ward": north_under_contract,
    "standing_desk": north_with_its_catalogue,
    "demo": the_demo,
}
_built: dict[str, Any] = {}


class Place:
    """Where the connection points: the name of what stands there, or nothing for the empty database."""

    here: str | None = None
    # The databases are made with the fixtures of the first test, and what that one wants is noted before.
    made = False
    first = ""
    # How many tests have begun.
    turn = 0

    def go(self, wanted: str) -> None:
        """Moves the connection to where this stands, and builds it the first time."""
        # A module that has pointed the connection elsewhere keeps it there.
        if wanted == self.here:
            return
        self.here = None
        if wanted and wanted not in _built:
            _build(wanted)
        else:
            databases.point_at(databases.of_worker(wanted))
        self.here = wanted


def _build(wanted: str) -> None:
    # One that failed half-way is begun anew, and says again what is wrong.
    databases.drop(databases.of_worker(wanted))
    databases.copy_template(databases.of_worker(wanted))
    databases.point_at(databases.of_worker(wanted))
    _built[wanted] = BUILDERS[wanted]()


place = Place()


def found_standing() -> Any:
    """What stands here; of a cast a copy, whose rows a test may change as if it had read them itself."""
    found = _built[place.here] if place.here else None
    return copy.deepcopy(found) if isinstance(found, Cast) else found


def _ask_of_this_test(keys: list[str], values: list[int]) -> Any:
    """What is counted in Redis outlives a test, and its agency does now as well: each counts under its own name."""
    return _ask([f"{key}:{place.turn}" for key in keys], values)


_ask = rates._ask
rates._ask = _ask_of_this_test


def drop_all() -> None:
    """Drops what was built."""
    for name in _built:
        databases.drop(databases.of_worker(name))
    _built.clear()


def wanted_by(item: pytest.Item) -> str:
    """What this test finds standing: nothing where it commits, or where its module has committed rows of its own."""
    fixtures: dict[str, Any] = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    marker = item.get_closest_marker("django_db")
    if (marker and (marker.args or marker.kwargs)) or {"transactional_db", "live_server"} & set(fixtures):
        return ""
    if any(_outlives_a_test(name, defined[-1]) for name, defined in fixtures.items()):
        return ""
    return next((name for name in reversed(BUILDERS) if name in fixtures), "")


def _outlives_a_test(name: str, defined: Any) -> bool:
    return name not in HARMLESS and defined.scope != "function" and defined.baseid.startswith("tests")
