"""The embedded servers hold what the design promises of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from retainer.local import kernel
from retainer.local.paths import PROJECT, scratch_paths
from tests.local.house import environment

pytestmark = pytest.mark.slow

ASK = """
import json, os, psycopg2, redis
from kombu import Connection
link = psycopg2.connect(os.environ["DATABASE_URL"])
cursor = link.cursor()
def ask(sql):
    cursor.execute(sql)
    return cursor.fetchone()
ports = [line.split()[1] for line in open("/proc/net/tcp").readlines()[1:] if line.split()[3] == "0A"]
try:
    redis.Redis.from_url(os.environ["REDIS_URL"].replace("redis://:", "redis://:wrong")).ping()
    stranger = True
except redis.AuthenticationError:
    stranger = False
with Connection(os.environ["REDIS_URL"]) as broker:
    broker.connect()
print(json.dumps({
    "listen": ask("SHOW listen_addresses")[0],
    "encoding": ask("SHOW server_encoding")[0],
    "version": ask("SHOW server_version_num")[0][:2],
    "app": ask("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = 'retainer_app'"),
    "owner": ask("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'retainer'")[0],
    "inherits": ask("SELECT pg_has_role('retainer_app', 'retainer_portal', 'USAGE')")[0],
    "may_step_into": ask("SELECT pg_has_role('retainer_app', 'retainer_sweeper', 'SET')")[0],
    "stranger": stranger,
}))
"""

START_AND_STOP = """
import sys
from pathlib import Path
from retainer.local import postgres
from retainer.local.supervisor import Supervisor, guarded
run = Path(sys.argv[1])
def work():
    with Supervisor(log=run / "log") as supervisor:
        standing = postgres.choose_standing(namespaces=False)
        server = postgres.standing_as(standing, data=run / "postgres", sockets=run / "s", durable=False)
        server.start(supervisor)
        print(server.data, server.url("retainer_app"), server.is_ready())
    return 0
raise SystemExit(guarded(work))
"""


def _run(*argv: str) -> str:
    done = subprocess.run(
        [sys.executable, *argv], cwd=PROJECT, env=environment(), capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_roles_and_settings_are_those_of_the_design() -> None:
    seen = json.loads(_run("-m", "retainer.local", "test", "--", sys.executable, "-c", ASK))
    assert seen == {
        "listen": "",
        "encoding": "UTF8",
        "version": "18",
        "app": [False, False, False],
        "owner": "retainer_owner",
        "inherits": False,
        "may_step_into": True,
        "stranger": False,
    }


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root steps down to another account.")
def test_root_without_user_namespaces_runs_a_copy_as_an_ordinary_account() -> None:
    run = scratch_paths().make().run
    try:
        data, _, ready = _run("-c", START_AND_STOP, str(run)).split()
        assert ready == "True"
        assert Path(data).stat().st_uid == kernel.ordinary_account().pw_uid
    finally:
        shutil.rmtree(run)


def test_a_second_start_keeps_the_data_and_makes_nothing_twice(tmp_path: Path) -> None:
    run = scratch_paths().make().run
    script = START_AND_STOP.replace("namespaces=False", "namespaces=True")
    try:
        _run("-c", script, str(run))
        made = (run / "postgres" / "PG_VERSION").stat().st_mtime_ns
        _run("-c", script, str(run))
        assert (run / "postgres" / "PG_VERSION").stat().st_mtime_ns == made
    finally:
        shutil.rmtree(run)
