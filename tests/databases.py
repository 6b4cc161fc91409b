"""The databases of the tests: one migrated template a run, and of it a copy for each worker and each house that stands.

The owner makes, empties and drops them; Django itself is logged in as the working role.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg2
import psycopg2.errors
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg2.extensions import make_dsn

OWNER_DSN = os.environ.get("DATABASE_OWNER_URL", "")


def template() -> str:
    """The name of this run's template."""
    return f"retainer_test_{os.environ['RETAINER_TEST_RUN']}"


def of_worker(house: str = "") -> str:
    """The name of this worker's database with this house in it, or of the empty one."""
    mine = f"{template()}_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
    return f"{mine}_{house}" if house else mine


def owner(dbname: str) -> Any:
    """A link of the owner's, which commits each statement by itself."""
    link = psycopg2.connect(make_dsn(OWNER_DSN, dbname=dbname))
    link.autocommit = True
    return link


def run(dbname: str, *statements: str) -> None:
    """Runs each statement as the owner."""
    link = owner(dbname)
    try:
        with link.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        link.close()


def point_at(dbname: str, *, as_owner: bool = False) -> None:
    """Points Django's only connection at a database, as the owner or as the working role."""
    source = settings.OWNER_DATABASE if as_owner else settings.APP_DATABASE
    connection.close()
    connections.settings["default"].update({**source, "NAME": dbname})
    connection.settings_dict.update({**source, "NAME": dbname})


def copy_template(dbname: str) -> None:
    """Makes a database like the template, in a tenth of a second."""
    _make_template_once(template())
    run("postgres", f'CREATE DATABASE "{dbname}" TEMPLATE "{template()}"')


def _make_template_once(name: str) -> None:
    link = owner("postgres")
    try:
        with link.cursor() as cursor:
            # An advisory lock of the server, so that two workers do not both migrate.
            cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone():
                return
            cursor.execute(f'CREATE DATABASE "{name}_making" OWNER retainer_owner')
            point_at(f"{name}_making", as_owner=True)
            call_command("migrate", verbosity=0, interactive=False)
            connection.close()
            cursor.execute(f'ALTER DATABASE "{name}_making" RENAME TO "{name}"')
    finally:
        link.close()


def drop(dbname: str) -> None:
    """Drops a test database. One that somebody is still connected to is left behind: that is no test's failure."""
    with suppress(psycopg2.Error):
        run("postgres", f'DROP DATABASE IF EXISTS "{dbname}" WITH (FORCE)')


def empty_every_table(*, patience_s: float = 60) -> None:
    """The working role may not TRUNCATE, so the owner empties the worker's own tables after what was committed."""
    link = owner(of_worker())
    try:
        with link.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
                " AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
                " AND c.relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')"
            )
            tables = ", ".join(f'"{name}"' for (name,) in cursor.fetchall())
            # Shorter than the second after which PostgreSQL looks for a deadlock: a request that a browser has sent
            # while its test ended is let through, and is not ended in our place.
            cursor.execute("SET lock_timeout = '500ms'")
            _insist(lambda: cursor.execute(f"TRUNCATE {tables} CASCADE"), patience_s=patience_s)
    finally:
        link.close()


def _insist(statement: Callable[[], None], *, patience_s: float) -> None:
    """Runs the statement again while others hold what it locks, for so long."""
    last = time.monotonic() + patience_s
    while True:
        try:
            return statement()
        except (psycopg2.errors.LockNotAvailable, psycopg2.errors.DeadlockDetected):
            if time.monotonic() > last:
                raise
        # Whoever waited behind the locks that were given back goes first.
        time.sleep(0.1)
