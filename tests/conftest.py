"""Every test runs on a real PostgreSQL, logged in as the working role; only making and flushing is the owner's.

Tests that need servers find them in DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL; ``make test`` starts them.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from typing import Any

import django
import pytest
from django.db import connections
from django.test import Client as Browser
from django.test import TransactionTestCase
from pytest_django.plugin import blocking_manager_key

# The workers of a parallel run load this file before pytest-django has set Django up.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer.settings")
django.setup()

from core.garbage import collect_less_often  # noqa: E402
from tests import databases, fewer_trips, lighter, standing, timing  # noqa: E402
from tests.agreements.scenario import AgreementScenario  # noqa: E402
from tests.api.support import World  # noqa: E402
from tests.cast import Cast  # noqa: E402
from tests.incidents.scenario import IncidentScenario  # noqa: E402


def pytest_configure(config: pytest.Config) -> None:
    """Names the run once, in the process that starts the workers, and notes there what each test took."""
    os.environ.setdefault("RETAINER_TEST_RUN", uuid.uuid4().hex[:8])
    lighter.install()
    fewer_trips.install()
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(timing.Timing())


def pytest_collection_finish() -> None:
    """As a server does once it has loaded everything, of which a run of tests has loaded much more."""
    collect_less_often()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """An empty database for this worker, and beside it those in which somebody stands already."""
    with django_db_blocker.unblock():
        databases.copy_template(databases.of_worker())
        standing.place.made = True
        standing.place.go(standing.place.first)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        standing.drop_all()
        databases.drop(databases.of_worker())


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before a test's fixtures open their transaction: to the database in which stands what the test asks for."""
    standing.place.turn += 1
    if "django_db_setup" not in item.fixturenames and not item.get_closest_marker("django_db"):  # type: ignore[attr-defined]
        return
    wanted = standing.wanted_by(item)
    if not standing.place.made:
        standing.place.first = wanted
        return
    with item.config.stash[blocking_manager_key].unblock():
        standing.place.go(wanted)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Drops the template, once, from the process that started the workers."""
    if hasattr(session.config, "workerinput") or not databases.OWNER_DSN:
        return
    databases.drop(databases.template())


def _flush(self: TransactionTestCase) -> None:
    # What is committed where somebody stands would stay there for all tests to come.
    assert not standing.place.here, "ask for committed_cast in a test that commits"
    databases.empty_every_table()


def _signed_in_just_now(self: Browser, user: Any, backend: str | None = None) -> None:
    """Somebody whom a test signs in has shown a moment ago who they are. How one shows it, tests/core says."""
    _force_login(self, user, backend)
    session = self.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


_force_login = Browser.force_login
Browser.force_login = _signed_in_just_now  # type: ignore[method-assign, assignment]
TransactionTestCase._fixture_teardown = _flush  # type: ignore[attr-defined]


@pytest.fixture
def cast(db: None) -> Cast:
    """Two agencies with everybody in them, and a stranger. In a test that commits, ask for ``committed_cast``."""
    found: Cast | None = standing.found_standing()
    return found or standing.two_agencies()


@pytest.fixture
def north_rows(cast: Cast) -> dict[str, Any]:
    """A row of everything in the north, by the arguments of the addresses."""
    rows: dict[str, Any] = cast.extras["north"]
    return rows


@pytest.fixture
def both_rows(cast: Cast) -> dict[str, Any]:
    """The rows of the north, beside which stand as many in the south."""
    rows: dict[str, Any] = cast.extras["north"]
    return rows


@pytest.fixture
def worlds(cast: Cast) -> tuple[World, World]:
    """A row of every noun of the API in each agency, and a token for all of them."""
    found: tuple[World, World] = cast.extras["worlds"]
    return found


@pytest.fixture
def standing_ward(cast: Cast) -> IncidentScenario:
    """The first agency, its system covered by the Priority policy."""
    ward: IncidentScenario = cast.extras["ward"]
    return ward


@pytest.fixture
def standing_desk(cast: Cast) -> AgreementScenario:
    """The first agency, with the seven plans and the three policies."""
    desk: AgreementScenario = cast.extras["desk"]
    return desk


@pytest.fixture
def committed_cast(transactional_db: None) -> Cast:
    """The cast, committed, for tests with threads, workers or a browser."""
    return standing.two_agencies()
