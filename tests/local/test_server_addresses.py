"""The addresses and secrets that processes are given."""

from __future__ import annotations

import base64
import json
import shlex
import socket
from pathlib import Path

import pytest
from psycopg2.extensions import parse_dsn

from retainer.local import environment
from retainer.local.postgres import Postgres, Standing
from retainer.local.redis import Redis, free_port


def _postgres(sockets: str) -> Postgres:
    return Postgres(data=Path("/data"), sockets=Path(sockets), standing=Standing(Path("/bin")), durable=True)


def test_a_database_address_names_role_database_and_socket_directory() -> None:
    assert (
        _postgres("/tmp/retainer-0-ab12").url("retainer_app")
        == "postgresql://retainer_app@/retainer?host=/tmp/retainer-0-ab12"
    )


def test_libpq_reads_the_address_back_even_with_odd_characters_in_the_path() -> None:
    read = parse_dsn(_postgres("/tmp/a b&c%d").url("retainer_owner", "other"))
    assert read == {"user": "retainer_owner", "dbname": "other", "host": "/tmp/a b&c%d"}


def test_the_redis_address_carries_a_password_of_its_own() -> None:
    one, two = (Redis(directory=Path("/x"), durable=False, port=1234) for _ in range(2))
    assert one.url == f"redis://:{one.password}@127.0.0.1:1234/0"
    assert one.password != two.password
    assert one.password not in repr(one)


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) > port


def test_secrets_are_made_once_and_stay(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first = environment.lasting_secrets(path)
    assert environment.lasting_secrets(path) == first
    assert path.stat().st_mode & 0o077 == 0


def test_keys_are_thirty_two_random_bytes_under_a_name() -> None:
    made = environment.new_secrets()
    for name in ("ENCRYPTION_KEYS", "TOKEN_PEPPERS"):
        keys = json.loads(made[name])
        assert [len(base64.b64decode(key)) for key in keys.values()] == [32]
    assert made != environment.new_secrets()


def test_one_database_address_without_the_other_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@/x")
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    with pytest.raises(SystemExit, match="together, or neither"):
        environment.given_servers()


def test_given_servers_are_used_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"DATABASE_URL": "postgresql://a@/x", "DATABASE_OWNER_URL": "postgresql://o@/x", "REDIS_URL": "redis://h/0"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert environment.given_servers() == given


def test_only_a_command_of_the_owner_is_told_to_log_in_as_the_owner() -> None:
    env = environment.base_environment("demo", {}, {})
    assert "RETAINER_DB_ROLE" not in env
    assert environment.as_owner(env)["RETAINER_DB_ROLE"] == "owner"


def test_a_shell_reads_the_printed_lines_back() -> None:
    line = environment.shell_lines({"SECRET_KEY": "it's $HOME"})
    assert shlex.split(line) == ["export", "SECRET_KEY=it's $HOME"]
