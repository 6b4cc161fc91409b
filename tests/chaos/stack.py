"""The real stack as processes: web, two workers, beat; and where to find PostgreSQL and Redis to hurt them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import redis
from django.conf import settings

from retainer.api.throttling import _plain_url
from retainer.local import kernel

ROOT = Path(__file__).resolve().parents[2]
CELERY = [sys.executable, "-m", "celery", "-A", "retainer"]
QUEUES = "sweep,poll,default,deliver,mail"


class Stack:
    """Starts, hurts and mends. ``names`` are "web", "worker-1", "worker-2", "beat" and "beat-2".

    What ends by itself is started again, as docker-compose.yml does it: Celery's own process ends where Redis goes away
    in a bad moment.
    """

    def __init__(self, place: Path, env: dict[str, str], web_port: int) -> None:
        self.place, self.env = place, env
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._hand = threading.RLock()
        self.started_again: Counter[str] = Counter()
        threading.Thread(target=self._mend, daemon=True).start()
        worker = [*CELERY, "worker", "-Q", QUEUES, "-c", "4", "-l", "WARNING", "--without-gossip", "--without-mingle"]
        beat = [*CELERY, "beat", "-l", "WARNING", "--pidfile="]
        web = [sys.executable, "-m", "gunicorn", "retainer.wsgi", "--bind", f"127.0.0.1:{web_port}", "-k", "gthread"]
        self._argv = {
            "web": [*web, "--workers", "1", "--threads", "4"],
            "worker-1": [*worker, "-n", "one@%h"],
            "worker-2": [*worker, "-n", "two@%h"],
            "beat": [*beat, "-s", str(place / "beat-1.db")],
            "beat-2": [*beat, "-s", str(place / "beat-2.db")],
        }

    def start(self, name: str) -> None:
        """Starts it in a session of its own, so that it can be killed with all its children."""
        with self._hand, (self.place / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                self._argv[name], cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
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

    def stop(self) -> None:
        """Ends everything."""
        with self._hand:
            for name in list(self._running):
                self.signal(name, signal.SIGCONT)
                self.kill(name)

    def postmaster(self) -> int:
        """PostgreSQL's first process."""
        sockets = re.search(r"host=([^&\s]+)", settings.DATABASE_URL)
        assert sockets is not None
        data = Path(unquote(sockets[1])).parent / "postgres"
        return int((data / "postmaster.pid").read_text().split()[0])

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
