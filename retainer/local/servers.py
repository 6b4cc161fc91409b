"""PostgreSQL and Redis, embedded or given, for a demo that lasts and for a test run that does not."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from retainer.local import environment, postgres, redis
from retainer.local.paths import Paths
from retainer.local.supervisor import Program, Supervisor


def start_servers(supervisor: Supervisor, paths: Paths, *, durable: bool) -> dict[str, str]:
    """Starts what the environment does not name already and returns the three addresses by variable."""
    servers = environment.given_servers()
    if "DATABASE_URL" not in servers:
        database = postgres.embedded(data=paths.postgres, sockets=paths.sockets, durable=durable)
        database.start(supervisor)
        servers |= {"DATABASE_URL": database.url("retainer_app"), "DATABASE_OWNER_URL": database.url("retainer_owner")}
    if "REDIS_URL" not in servers:
        broker = redis.embedded(directory=paths.redis, durable=durable)
        broker.start(supervisor)
        servers["REDIS_URL"] = broker.url
    return servers


def prepare_given(supervisor: Supervisor, paths: Paths, env: Mapping[str, str]) -> None:
    """Makes our roles on a database server that was given; an embedded one has them from its start."""
    if "DATABASE_URL" in environment.given_servers():
        supervisor.must(manage(paths, environment.as_owner(env), "prepare_database"))


def manage(paths: Paths, env: Mapping[str, str], command: str, *arguments: str) -> Program:
    """One of Django's commands."""
    argv = [sys.executable, "manage.py", command, *arguments]
    return Program(name=command, argv=argv, env=env, cwd=paths.project)


def serve(paths: Paths) -> int:
    """Runs the two servers on the demo's data until stopped, and prints how to reach them."""
    with Supervisor(log=paths.log) as supervisor:
        servers = start_servers(supervisor, paths, durable=True)
        keys = environment.lasting_secrets(paths.run / "secrets.json")
        lines = environment.shell_lines(environment.base_environment("demo", keys, servers))
        write_private(paths.run / "servers.env", lines)
        print(lines + "# Ctrl-C stops the servers.", flush=True)
        supervisor.watch()
    return 0


def run_on_servers(paths: Paths, command: Sequence[str], *, durable: bool = False) -> int:
    """Runs ``command`` on servers of its own that are gone afterwards, and returns its exit code."""
    with Supervisor(log=paths.log) as supervisor:
        servers = start_servers(supervisor, paths, durable=durable)
        env = environment.base_environment("test", environment.new_secrets(), servers)
        prepare_given(supervisor, paths, env)
        return supervisor.run(
            Program(name="command", argv=command, env=env, cwd=Path.cwd(), grace_seconds=20.0, foreground=True)
        )


def write_private(path: Path, text: str) -> None:
    """Writes a file that holds secrets, so that its owner alone can read it."""
    path.touch(mode=0o600)
    os.chmod(path, 0o600)
    path.write_text(text)
