"""The product's own workers as real processes, on the test's own database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import connection
from psycopg2.extensions import make_dsn, parse_dsn

from retainer.local import kernel
from tests.receivers import free_port

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def workers(directory: Path) -> Iterator[Path]:
    """A worker on every queue and a beat on the test's own database; gives the path of their log."""
    env = on_this_database()
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


@contextmanager
def web(directory: Path, **more: str) -> Iterator[tuple[int, int]]:
    """gunicorn with one process on the test's own database: its port, and the process that serves."""
    port = free_port()
    argv = [sys.executable, "-m", "gunicorn", "retainer.wsgi", "--bind", f"127.0.0.1:{port}", "-k", "gthread"]
    with (directory / "web.log").open("wb") as log:
        server = subprocess.Popen(
            [*argv, "--workers", "1", "--threads", "4"],
            cwd=ROOT,
            env={**on_this_database(), **more},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 60
        while not _answers(port) and time.monotonic() < deadline:
            time.sleep(0.1)
        (child,) = kernel.descendants(server.pid)
        yield port, child
    finally:
        end(server, signal.SIGTERM)
        _wait_until_alone()


def _answers(port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def on_this_database() -> dict[str, str]:
    """The environment of a process of ours that works on the test's database."""
    database = make_dsn(**{**parse_dsn(settings.DATABASE_URL), "dbname": str(connection.settings_dict["NAME"])})
    return {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "retainer.settings"}


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
