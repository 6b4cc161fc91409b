"""A backup brought into an empty server is the same database, walls included."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from django.db import connection
from psycopg2.extensions import make_dsn, parse_dsn

from retainer.local.postgres import wheel_binaries
from tests.cast import Cast
from tests.conftest import OWNER_DSN
from tests.local.house import environment
from tests.repository.fingerprint import fingerprint
from tests.rows import rows_of

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
# Runs on a server of its own that has the roles and nothing else.
RESTORE = """
import os, re, subprocess, sys
url = re.sub("//retainer_app@", "//postgres@", os.environ["DATABASE_URL"])
subprocess.run(["deploy/restore.sh", sys.argv[1]], check=True, env={**os.environ, "DATABASE_RESTORE_URL": url})
subprocess.run([sys.executable, "-m", "tests.repository.fingerprint", url], check=True)
"""


@pytest.fixture
def source() -> str:
    """The test's own database, as its server's superuser. A server that was given lends nobody its own."""
    name = str(connection.settings_dict["NAME"])
    dsn = str(make_dsn(**{**parse_dsn(OWNER_DSN), "user": "postgres", "dbname": name, "password": ""}))
    try:
        psycopg2.connect(dsn).close()
    except psycopg2.OperationalError:
        pytest.skip("this server was given, and its superuser is not ours to use")
    return dsn


def backup(dsn: str, file: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PG_BIN": str(wheel_binaries()), "DATABASE_BACKUP_URL": dsn}
    return subprocess.run(
        [str(ROOT / "deploy" / "backup.sh"), str(file)], env=env, capture_output=True, text=True, check=False
    )


def test_what_was_backed_up_comes_back_to_the_last_row_and_policy(
    committed_cast: Cast, source: str, tmp_path: Path
) -> None:
    rows_of(committed_cast.north)
    connection.close()
    file = tmp_path / "retainer.dump"
    done = backup(source, file)
    assert done.returncode == 0, done.stderr
    assert file.stat().st_mode & 0o077 == 0
    env = environment() | {"PG_BIN": str(wheel_binaries())}
    restored = subprocess.run(
        [sys.executable, "-m", "retainer.local", "test", "--", sys.executable, "-c", RESTORE, str(file)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert restored.returncode == 0, restored.stderr
    before, after = json.loads(json.dumps(fingerprint(source))), json.loads(restored.stdout.splitlines()[-1])
    assert before["clients_client"][0] == 4
    different = {name for name in before | after if before.get(name) != after.get(name)}
    assert {name: [row for row in before[name] if row not in after[name]] for name in different} == {}


def test_a_role_that_would_see_a_part_only_gets_no_backup(source: str, committed_cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "retainer.dump"
    done = backup(make_dsn(source, user="retainer_owner"), file)
    assert done.returncode != 0
    assert "row-level security" in done.stderr
    assert not file.exists()
