"""The stack that is measured: a migrated database with one agency, workers as processes of their own, SQL as owner."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2

from retainer.celery import app

ROOT = Path(__file__).resolve().parents[1]
# A version 7 UUID as the product makes them: rows made together lie together in every index.
UUID7 = (
    "(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'"
    " || substr(md5(random()::text), 1, 3) || 'a' || substr(md5(random()::text), 1, 15))::uuid"
)
CELERY = [sys.executable, "-m", "celery", "-A", "retainer"]
WORKER = [*CELERY, "worker", "-l", "ERROR", "--without-gossip", "--without-mingle"]


def migrate() -> None:
    """The schema, made as its owner."""
    env = {**os.environ, "RETAINER_DB_ROLE": "owner"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=env, check=True)


@contextmanager
def owner() -> Iterator[Any]:
    """A cursor of the owner's, for rows by the million. Commits at the end."""
    link = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        with link, link.cursor() as cursor:
            yield cursor
    finally:
        link.close()


def maintain(*tables: str) -> None:
    """Statistics and visibility, as autovacuum would have left them."""
    link = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            for table in tables:
                cursor.execute(f"VACUUM ANALYZE {table}")
    finally:
        link.close()


@contextmanager
def process(argv: list[str], **env: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own; its output is shown where it ends badly."""
    with tempfile.TemporaryFile() as log:
        started = subprocess.Popen(
            argv, cwd=ROOT, env={**os.environ, **env}, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield started
            if started.poll() not in (None, 0):
                log.seek(0)
                raise SystemExit(f"{argv[:4]} ended: {log.read()[-2000:].decode(errors='replace')}")
        finally:
            stop(started)


def stop(started: subprocess.Popen[bytes]) -> None:
    """Ends a process and everything that it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if started.poll() is None:
            os.killpg(started.pid, number)
            try:
                started.wait(timeout=20)
            except subprocess.TimeoutExpired:
                continue


@contextmanager
def worker(queues: str, concurrency: int, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker that is ready to work."""
    with process([*WORKER, "-Q", queues, "-c", str(concurrency)], **env) as started:
        wait_until(lambda: bool(app.control.ping(timeout=0.5)), 60)
        yield started


@contextmanager
def beat(**env: str) -> Iterator[None]:
    """Celery's clock."""
    with tempfile.TemporaryDirectory() as place:
        argv = [*CELERY, "beat", "-s", f"{place}/beat", "--pidfile="]
        with process([*argv, "-l", "ERROR"], **env):
            yield


def wait_until(holds: Callable[[], bool], seconds: float) -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit("It did not happen in time.")
        time.sleep(0.02)


def cpu_seconds(pids: list[int]) -> float:
    """Processor time that these processes have used so far, and what they waited for the end of."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15])) / ticks
    return total


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody answers there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
    except OSError:
        return False
    return True
