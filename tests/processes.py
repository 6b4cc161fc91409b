"""The product's own workers as real processes, on the test's own database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import connection
from psycopg2.extensions import make_dsn, parse_dsn

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def workers(directory: Path) -> Iterator[Path]:
    """A worker on every queue and a beat on the test's own database; gives the path of their log."""
    database = make_dsn(**{**parse_dsn(settings.DATABASE_URL), "dbname": str(connection.settings_dict["NAME"])})
    env = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "retainer.settings"}
    celery = [sys.executable, "-m", "celery", "-A", "retainer"]
    commands = [
        [*celery, "worker", "-Q", "sweep,poll,default,deliver,mail", "-c", "2", "-l", "WARNING"],
        [*celery, "beat", "-s", str(directory / "beat"), "--pidfile=", "-l", "WARNING"],
    ]
    running: list[subprocess.Popen[bytes]] = []
    path = directory / "workers.log"
    try:
        with path.open("wb") as log:
            for one in commands:
                running.append(subprocess.Popen(one, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True))
        yield path
    finally:
        # Beat first, so that no new work comes while the worker finishes its own.
        for process in reversed(running):
            end(process, signal.SIGTERM)
        _wait_until_alone()


def end(process: subprocess.Popen[bytes], signal_number: signal.Signals) -> None:
    """Asks a process to end, or makes it, and leaves none of its session behind."""
    if signal_number != signal.SIGKILL:
        process.send_signal(signal_number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)


def _wait_until_alone() -> None:
    """PostgreSQL notices a moment later that a client has gone, and nobody may drop a database that is in use."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() is None:
                return
        time.sleep(0.1)
