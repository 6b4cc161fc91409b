"""The real stack as processes: web, two workers, beat; and where to find PostgreSQL and Redis to hurt them.

Each process has a clock of its own, and the second worker reaches its servers through proxies.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import psycopg2
import redis

from retainer.api.throttling import _plain_url
from retainer.local import kernel
from tests.chaos.crash import VARIABLE
from tests.chaos.proxies import Proxies, Proxy

ROOT = Path(__file__).resolve().parents[2]
CELERY = [sys.executable, "-m", "celery", "-A"]
QUEUES = "sweep,poll,default,deliver,mail"
NAMES = ("web", "worker-1", "worker-2", "beat", "beat-2")
SOCKET = ".s.PGSQL.5432"
# Seconds in which PostgreSQL comes back by itself wherever it does.
PATIENCE = 30.0


class Clocks:
    """A file with seconds for each process: how far its clock is from the machine's."""

    def __init__(self, place: Path) -> None:
        self._files = {name: place / f"shift-{name}" for name in (*NAMES, "here")}
        for file in self._files.values():
            file.write_text("0")

    def file(self, name: str) -> Path:
        """Where a process reads its own."""
        return self._files[name]

    def shift(self, name: str = "here") -> float:
        """How far it is ahead."""
        return float(self._files[name].read_text())

    def move(self, seconds: float, *names: str) -> None:
        """Moves the clocks of these processes, or of all of them and ours."""
        for name in names or tuple(self._files):
            making = self._files[name].with_suffix(".making")
            making.write_text(str(self.shift(name) + seconds))
            os.replace(making, self._files[name])


class Stack:
    """Starts, hurts and mends the processes of ``NAMES``.

    What ends by itself is started again, as docker-compose.yml does it: Celery's own process ends where Redis goes away
    in a bad moment.
    """

    def __init__(self, place: Path, clocks: Clocks, env: dict[str, str], web_port: int) -> None:
        self.place, self.clocks, self.env = place, clocks, env
        self.crash_file = place / "crash"
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._hand = threading.RLock()
        self.started_again: Counter[str] = Counter()
        threading.Thread(target=self._mend, daemon=True).start()
        module = "tests.chaos.crash"
        worker = [*CELERY, module, "worker", "-Q", QUEUES, "-c", "4", "-l", "WARNING"]
        worker += ["--without-gossip", "--without-mingle"]
        beat = [*CELERY, "retainer", "beat", "-l", "WARNING", "--pidfile="]
        web = [sys.executable, "-m", "gunicorn", "tests.chaos.web:application", "--bind", f"127.0.0.1:{web_port}"]
        self._argv = {
            "web": [*web, "-k", "gthread", "--workers", "1", "--threads", "4"],
            "worker-1": [*worker, "-n", "one@%h"],
            "worker-2": [*worker, "-n", "two@%h"],
            "beat": [*beat, "-s", str(place / "beat-1.db")],
            "beat-2": [*beat, "-s", str(place / "beat-2.db")],
        }
        self.to_postgres, self.to_redis, self._behind = self._proxies()
        _recover_within_seconds()

    def _proxies(self) -> tuple[Proxy, Proxy, dict[str, str]]:
        """Both proxies of the second worker, and the addresses that lead through them."""
        proxies, sockets = Proxies(), self.place / "sockets"
        sockets.mkdir(mode=0o700)
        to_postgres = proxies.to_path(sockets / SOCKET, _sockets() / SOCKET)
        redis_url = self.env["REDIS_URL"]
        to_redis, port = proxies.to_port(urlsplit(redis_url).port or 6379)
        here = quote(str(sockets), safe="/")
        behind = {
            "DATABASE_URL": re.sub(r"host=[^&\s]+", f"host={here}", self.env["DATABASE_URL"]),
            "REDIS_URL": redis_url.replace(f":{urlsplit(redis_url).port}", f":{port}"),
        }
        return to_postgres, to_redis, behind

    def start(self, name: str) -> None:
        """Starts it in a session of its own, so that it can be killed with all its children."""
        env = self.env | {"CLOCK_SHIFT_FILE": str(self.clocks.file(name)), VARIABLE: str(self.crash_file)}
        if name == "worker-2":
            env |= self._behind
        with self._hand, (self.place / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                self._argv[name], cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
            )

    def _mend(self) -> None:
        while True:
            time.sleep(0.5)
            with self._hand:
                for name in [name for name, process in self._running.items() if process.poll() is not None]:
                    self.started_again[name] += 1
                    self.start(name)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Signals it and everything that it started."""
        process = self._running[name]
        for pid in [process.pid, *kernel.descendants(process.pid)]:
            kernel.send(pid, number)

    def kill(self, name: str) -> None:
        """``kill -9``, and waits until it is gone."""
        with self._hand:
            self.signal(name, signal.SIGKILL)
            self._running.pop(name).wait(timeout=20)

    def kill_one_child(self, name: str) -> None:
        """``kill -9`` of one of a worker's processes, in the middle of whatever it does."""
        children = kernel.descendants(self._running[name].pid)
        if children:
            kernel.send(children[-1], signal.SIGKILL)

    def die_at(self, point: str, seconds: float) -> bool:
        """Lets whoever comes to this point first die there; whether somebody did in time."""
        self.crash_file.with_suffix(".making").write_text(point)
        os.replace(self.crash_file.with_suffix(".making"), self.crash_file)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.crash_file.exists():
                return True
            time.sleep(0.05)
        self.crash_file.unlink(missing_ok=True)
        return False

    def stop(self) -> None:
        """Ends everything."""
        with self._hand:
            for name in list(self._running):
                self.signal(name, signal.SIGCONT)
                self.kill(name)

    def postgres(self) -> list[int]:
        """PostgreSQL's processes, the first one first."""
        postmaster = int((_sockets().parent / "postgres" / "postmaster.pid").read_text().split()[0])
        return [postmaster, *kernel.descendants(postmaster)]

    def wait_for_postgres(self, seconds: float = 400, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Waits until PostgreSQL lets somebody in; does ``meanwhile`` before each try, and once more at the end."""
        deadline, helped = time.monotonic() + seconds, time.monotonic()
        while time.monotonic() < deadline:
            meanwhile()
            try:
                psycopg2.connect(os.environ["DATABASE_OWNER_URL"]).close()
            except psycopg2.OperationalError:
                time.sleep(0.1)
                if time.monotonic() - helped > PATIENCE:
                    self._restart_where_nobody_recovers()
                    helped = time.monotonic()
            else:
                meanwhile()
                return
        raise SystemExit(f"PostgreSQL did not come back. It said last:\n{_last_lines()}")

    def _restart_where_nobody_recovers(self) -> None:
        """What its operator has to do: PostgreSQL 18 whose recovery fails for want of room, right after it died of the
        same, sometimes neither ends nor tries again, and refuses everybody from then on."""
        with contextlib.suppress(OSError, IndexError):
            postmaster, *children = self.postgres()
            if not any(b"startup" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children):
                print("    PostgreSQL gave its recovery up and waits for ever; it is started again", flush=True)
                kernel.send(postmaster, signal.SIGQUIT)

    def redis(self) -> redis.Redis:
        """A connection of our own."""
        return redis.Redis.from_url(_plain_url(os.environ["REDIS_URL"]), socket_timeout=2)

    def redis_pid(self) -> int:
        """Redis's process."""
        info = self.redis().info("server")
        assert isinstance(info, dict)
        return int(info["process_id"])

    def wait_for_redis(self, seconds: float = 60) -> None:
        """Waits until Redis answers again."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                self.redis().ping()
            except redis.RedisError:
                time.sleep(0.1)
            else:
                return
        raise SystemExit("Redis did not come back.")


def _recover_within_seconds() -> None:
    """PostgreSQL that dies repeats what was written since its last checkpoint, which takes it minutes after a busy
    quarter of an hour; what the run wants to know is not how long that takes."""
    link = psycopg2.connect(host=str(_sockets()), user="postgres", dbname="postgres")
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            cursor.execute("ALTER SYSTEM SET checkpoint_timeout = '30s'")
            cursor.execute("SELECT pg_reload_conf()")
    finally:
        link.close()


def _last_lines(count: int = 40) -> str:
    """The end of PostgreSQL's log, which goes with its directory when a run ends."""
    log = _sockets().parent / "log" / "postgres.log"
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:]) if log.is_file() else "nothing"


def _sockets() -> Path:
    """The directory of PostgreSQL's socket."""
    found = re.search(r"host=([^&\s]+)", os.environ["DATABASE_URL"])
    assert found is not None
    return Path(unquote(found[1]))
