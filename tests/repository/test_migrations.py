"""A migration runs while the processes of the version before still work: it locks nothing for long and takes nothing
away that they use. Squawk reads the SQL of each that is newer than those below."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

SQUAWK = Path(sys.executable).with_name("squawk")
OURS = ("core", "clients", "slas", "agreements", "incidents", "backlog", "monitoring", "notifications")
# What nobody runs yet has nobody to wait for it. From the first release on, this list stays as it is.
BEFORE_THE_FIRST_RELEASE = {
    ("core", "0001_initial"),
    ("core", "0002_global_grants"),
    ("core", "0003_cache"),
    ("core", "0004_audit_seal"),
    ("clients", "0001_initial"),
    ("slas", "0001_initial"),
    ("slas", "0002_fewer_indexes"),
    ("slas", "0003_terms_move"),
    ("agreements", "0001_initial"),
    ("incidents", "0001_initial"),
    ("incidents", "0002_merged"),
    ("backlog", "0001_initial"),
    ("monitoring", "0001_initial"),
    ("monitoring", "0002_fewer_indexes"),
    ("monitoring", "0003_last_value_of_a_threshold"),
    ("monitoring", "0004_push"),
    ("monitoring", "0005_no_index_of_the_latest"),
    ("monitoring", "0006_no_slot_of_a_lease"),
    ("notifications", "0001_initial"),
}
# Matters of taste, and what is said once for the connection instead of in each file.
NOT_ASKED = (
    "prefer-robust-stmts,prefer-text-field,prefer-bigint-over-int,prefer-bigint-over-smallint,"
    "require-timeout-settings,require-enum-value-ordering"
)


# A rule that one migration breaks, and why that harms nobody.
WITH_REASON = {
    # The constraint comes back wider at once: whatever the version before writes is allowed.
    ("monitoring", "0010_long_intervals"): "ban-drop-constraint",
}


def complaints(sql: str, excused: str = "") -> str:
    """What squawk says of a migration in one transaction; empty where it is content."""
    ran = subprocess.run(
        [str(SQUAWK), f"--exclude={NOT_ASKED},{excused}".rstrip(","), "--pg-version=16.0", "--reporter=Gcc"],
        input=sql,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ran.stdout + ran.stderr if ran.returncode else ""


def newer() -> list[tuple[str, str]]:
    known = MigrationLoader(None).disk_migrations
    return sorted(key for key in known if key[0] in OURS and key not in BEFORE_THE_FIRST_RELEASE)


def test_the_list_of_old_ones_names_nothing_that_is_gone() -> None:
    assert set(MigrationLoader(None).disk_migrations) >= BEFORE_THE_FIRST_RELEASE


# Not in a transaction of the test's own: an index that is made concurrently refuses to be described inside one.
@pytest.mark.django_db(transaction=True)
def test_every_newer_migration_can_run_beside_the_version_before() -> None:
    for app, name in newer():
        out = StringIO()
        call_command("sqlmigrate", app, name, stdout=out)
        assert complaints(out.getvalue(), WITH_REASON.get((app, name), "")) == "", f"{app} {name}"


BAD = {
    "adding-required-field": "ALTER TABLE monitoring_check ADD COLUMN colour text NOT NULL;",
    "ban-drop-column": "ALTER TABLE monitoring_check DROP COLUMN name;",
    "ban-drop-table": "DROP TABLE monitoring_check;",
    "renaming-column": "ALTER TABLE monitoring_check RENAME COLUMN name TO title;",
    "renaming-table": "ALTER TABLE monitoring_check RENAME TO checks;",
    "changing-column-type": "ALTER TABLE monitoring_check ALTER COLUMN name TYPE varchar(40);",
    "require-concurrent-index-creation": "CREATE INDEX slow ON monitoring_check (name);",
    "constraint-missing-not-valid": "ALTER TABLE monitoring_check ADD CONSTRAINT x CHECK (name <> '');",
    "adding-foreign-key-constraint": "ALTER TABLE monitoring_check ADD CONSTRAINT x FOREIGN KEY (a) REFERENCES y;",
}


@pytest.mark.parametrize("rule", BAD, ids=str)
def test_what_locks_or_breaks_is_found(rule: str) -> None:
    assert rule in complaints(f"BEGIN; {BAD[rule]} COMMIT;")


def test_a_column_that_may_be_empty_is_fine() -> None:
    assert complaints("BEGIN; ALTER TABLE monitoring_check ADD COLUMN colour text; COMMIT;") == ""


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_would_wait_gives_up_and_nobody_queues_behind_it() -> None:
    """Somebody reads for long; the migration's lock cannot be had; it ends, and others go on reading."""
    env = {**os.environ, "RETAINER_DB_ROLE": "owner", "MIGRATION_LOCK_TIMEOUT": "300ms", "PYTHONPATH": "."}
    database: dict[str, Any] = settings.DATABASES["default"]
    code = (
        "import django; django.setup();from django.db import connection;"
        f"connection.settings_dict['NAME'] = {database['NAME']!r};"
        "connection.cursor().execute('ALTER TABLE clients_client ADD COLUMN never text')"
    )
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    reader = psycopg2.connect(**{ours: database[django] for django, ours in names.items() if database[django]})
    try:
        with reader.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM clients_client")
            started = time.monotonic()
            ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
            assert "lock timeout" in ran.stderr
            assert time.monotonic() - started < 30
            cursor.execute("SELECT count(*) FROM clients_client")
    finally:
        reader.close()
