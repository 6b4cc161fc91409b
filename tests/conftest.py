"""Every test runs on a real PostgreSQL, logged in as the working role; only making and flushing is the owner's.

Tests that need servers find them in DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL; ``make test`` starts them.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import django
import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client as Browser
from django.test import TransactionTestCase
from psycopg2.extensions import make_dsn

# The workers of a parallel run load this file before pytest-django has set Django up.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer.settings")
django.setup()

from tests.cast import Cast, build_house, person  # noqa: E402

OWNER_DSN = os.environ.get("DATABASE_OWNER_URL", "")
TEMPLATE = "retainer_test"


def pytest_configure(config: pytest.Config) -> None:
    """Names the run once, in the process that starts the workers; they inherit it."""
    os.environ.setdefault("RETAINER_TEST_RUN", uuid.uuid4().hex[:8])


def _owner(dbname: str) -> Any:
    link = psycopg2.connect(make_dsn(OWNER_DSN, dbname=dbname))
    link.autocommit = True
    return link


def _run(dbname: str, *statements: str) -> None:
    link = _owner(dbname)
    try:
        with link.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        link.close()


def _point_at(dbname: str, *, as_owner: bool) -> None:
    """Points Django's only connection at a database, as the owner or as the working role."""
    source = settings.OWNER_DATABASE if as_owner else settings.APP_DATABASE
    connection.close()
    connections.settings["default"].update({**source, "NAME": dbname})
    connection.settings_dict.update({**source, "NAME": dbname})


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """One migrated template a run, copied for each worker in a tenth of a second."""
    template = f"{TEMPLATE}_{os.environ['RETAINER_TEST_RUN']}"
    mine = f"{template}_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
    with django_db_blocker.unblock():
        _make_template_once(template)
        _run("postgres", f'CREATE DATABASE "{mine}" TEMPLATE "{template}"')
        _point_at(mine, as_owner=False)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        _drop(mine)


def _make_template_once(template: str) -> None:
    link = _owner("postgres")
    try:
        with link.cursor() as cursor:
            # An advisory lock of the server, so that two workers do not both migrate.
            cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
            if cursor.fetchone():
                return
            cursor.execute(f'CREATE DATABASE "{template}_making" OWNER retainer_owner')
            _point_at(f"{template}_making", as_owner=True)
            call_command("migrate", verbosity=0, interactive=False)
            connection.close()
            cursor.execute(f'ALTER DATABASE "{template}_making" RENAME TO "{template}"')
    finally:
        link.close()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Drops the template, once, from the process that started the workers."""
    if hasattr(session.config, "workerinput") or not OWNER_DSN:
        return
    _drop(f"{TEMPLATE}_{os.environ['RETAINER_TEST_RUN']}")


def _drop(dbname: str) -> None:
    """Drops a test database. One that somebody is still connected to is left behind: that is no test's failure."""
    with suppress(psycopg2.Error):
        _run("postgres", f'DROP DATABASE IF EXISTS "{dbname}" WITH (FORCE)')


def _flush(self: TransactionTestCase) -> None:
    _empty_every_table()


def _empty_every_table() -> None:
    """The working role may not TRUNCATE, so the owner empties the tables after what was committed."""
    link = _owner(str(connection.settings_dict["NAME"]))
    try:
        with link.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
                " AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
                " AND c.relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')"
            )
            tables = ", ".join(f'"{name}"' for (name,) in cursor.fetchall())
            cursor.execute("SET lock_timeout = '10s'")
            cursor.execute(f"TRUNCATE {tables} CASCADE")
    finally:
        link.close()


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


def _cast() -> Cast:
    return Cast(
        north=build_house("north"), south=build_house("south"), stranger=person("Stranger", "stranger@example.com")
    )


@pytest.fixture
def cast(db: None) -> Cast:
    """Two agencies with everybody in them, and a stranger. In a test that commits, ask for ``committed_cast``."""
    return _cast()


@pytest.fixture(scope="module")
def standing_cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast, committed once for a module of many tests that each take back what they did. Only to be read."""
    with django_db_blocker.unblock():
        cast = _cast()
    yield cast
    with django_db_blocker.unblock():
        connection.close()
        _empty_every_table()


@pytest.fixture
def committed_cast(transactional_db: None) -> Cast:
    """The cast, committed, for tests with threads, workers or a browser."""
    return _cast()
