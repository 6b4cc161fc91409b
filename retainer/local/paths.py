"""Where the first run keeps its files."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
# A unix socket's path ends at 107 bytes; this leaves room for PostgreSQL's own file name.
LONGEST_SOCKET_DIRECTORY = 107 - len("/.s.PGSQL.5432")


class UnsafeDirectory(Exception):
    """A directory that others could have prepared for us."""


@dataclass(frozen=True, kw_only=True)
class Paths:
    """``project`` is the source tree, ``run`` holds data and logs, ``sockets`` is short and private."""

    project: Path
    run: Path
    sockets: Path

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data directory."""
        return self.run / "postgres"

    @property
    def redis(self) -> Path:
        """The Redis server's working directory."""
        return self.run / "redis"

    @property
    def log(self) -> Path:
        """One file for each process."""
        return self.run / "log"

    @property
    def mail(self) -> Path:
        """What the mail catcher caught."""
        return self.run / "mail"

    @property
    def demo_file(self) -> Path:
        """Where to look and how to log in, for programs."""
        return self.run / "demo.json"

    def make(self) -> Paths:
        """Makes the directories that are missing, readable by their owner alone."""
        for path in (self.run, self.log, self.redis, self.mail):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.run.chmod(0o700)
        private_directory(self.sockets)
        return self


def project_paths(project: Path = PROJECT) -> Paths:
    """The lasting places of the project at ``project``: data under ``.run``, sockets outside."""
    return Paths(project=project, run=project / ".run", sockets=socket_directory(project))


def scratch_paths(project: Path = PROJECT, *, durable: bool = False) -> Paths:
    """Places for one run, in memory unless it must be durable. Whoever asks removes ``run``."""
    parents = ("/var/tmp", "/tmp") if durable else ("/dev/shm", "/tmp")
    parent = next((p for p in parents if os.access(p, os.W_OK)), None)
    run = Path(tempfile.mkdtemp(prefix=f"retainer-{os.geteuid()}-", dir=parent))
    return Paths(project=project, run=run, sockets=run / "s")


def socket_directory(project: Path) -> Path:
    """A short directory that belongs to this user and this project alone, however deep the project lies."""
    name = hashlib.sha256(os.fsencode(project)).hexdigest()[:8]
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime and os.access(runtime, os.W_OK):
        place = Path(runtime, f"retainer-{name}")
        if len(os.fsencode(place)) <= LONGEST_SOCKET_DIRECTORY:
            return place
    return Path(f"/tmp/retainer-{os.geteuid()}-{name}")


def private_directory(path: Path) -> Path:
    """Makes ``path`` for this user alone, and refuses it where somebody else was there first."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise UnsafeDirectory(f"{path} belongs to somebody else. Remove it and start again.")
    path.chmod(0o700)
    return path
