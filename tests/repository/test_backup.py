"""A backup brought into an empty server is the same database, walls included, and says nothing to who has no key."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import pytest
from django.db import connection
from psycopg2.extensions import make_dsn, parse_dsn

from retainer.local.postgres import wheel_binaries
from tests.cast import Cast
from tests.databases import OWNER_DSN
from tests.local.house import environment
from tests.repository.fingerprint import fingerprint
from tests.rows import rows_of

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
# Runs on a server of its own that has the roles and nothing else.
RESTORE = """
import os, re, subprocess, sys
url = re.sub("//retainer_app@", "//postgres@", os.environ["DATABASE_URL"])
subprocess.run(["deploy/restore.sh", sys.argv[1]], check=True, env={**os.environ, "DATABASE_RESTORE_URL": url})
subprocess.run([sys.executable, "-m", "tests.repository.fingerprint", url], check=True)
"""


@pytest.fixture
def source() -> str:
    """The test's own database, as its server's superuser. A server that was given lends nobody its own."""
    name = str(connection.settings_dict["NAME"])
    dsn = str(make_dsn(**{**parse_dsn(OWNER_DSN), "user": "postgres", "dbname": name, "password": ""}))
    try:
        psycopg2.connect(dsn).close()
    except psycopg2.OperationalError:
        pytest.skip("this server was given, and its superuser is not ours to use")
    return dsn


@dataclass
class Safe:
    """With what backups are encrypted, what is set for making one, and what for opening it."""

    encryption: str
    making: dict[str, str] = field(default_factory=dict)
    opening: dict[str, str] = field(default_factory=dict)


@pytest.fixture(params=["none", "age", "gpg"])
def safe(request: pytest.FixtureRequest) -> Iterator[Safe]:
    """Each way in turn, with a pair of keys of its own; one whose program this machine has not is left out."""
    way = str(request.param)
    if way != "none" and shutil.which(way) is None:
        pytest.skip(f"this machine has no {way}")
    # The socket of gpg's agent lies beside its keys, and its path may not be long.
    with tempfile.TemporaryDirectory(prefix="keys") as home:
        found = {"none": lambda _home: Safe("none"), "age": _age, "gpg": _gpg}[way](Path(home))
        yield found
        if way == "gpg":
            subprocess.run(["gpgconf", "--kill", "gpg-agent"], env={**os.environ, **found.opening}, check=False)


def _age(home: Path) -> Safe:
    subprocess.run(["age-keygen", "-o", str(home / "key")], capture_output=True, check=True)
    public = (home / "key").read_text().split("public key: ")[1].split()[0]
    return Safe("age", {"BACKUP_RECIPIENT": public}, {"BACKUP_IDENTITY": str(home / "key")})


def _gpg(home: Path) -> Safe:
    mine = {"GNUPGHOME": str(home)}
    make = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", "b@x.example", "default", "default"]
    subprocess.run(make, env={**os.environ, **mine}, capture_output=True, check=True)
    return Safe("gpg", {"BACKUP_RECIPIENT": "b@x.example", **mine}, mine)


def backup(dsn: str, file: Path, safe: Safe) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PG_BIN": str(wheel_binaries()), "DATABASE_BACKUP_URL": dsn}
    return _run("backup.sh", file, env | {"BACKUP_ENCRYPTION": safe.encryption, **safe.making})


def _run(script: str, file: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    argv = [str(ROOT / "deploy" / script), str(file)]
    return subprocess.run(argv, env=env, capture_output=True, text=True, check=False)


def test_what_was_backed_up_comes_back_to_the_last_row_and_policy(
    committed_cast: Cast, source: str, tmp_path: Path, safe: Safe
) -> None:
    rows_of(committed_cast.north)
    connection.close()
    file = tmp_path / "retainer.dump"
    done = backup(source, file, safe)
    assert done.returncode == 0, done.stderr
    assert file.stat().st_mode & 0o077 == 0
    env = environment() | {"PG_BIN": str(wheel_binaries()), **safe.opening}
    restored = subprocess.run(
        [sys.executable, "-m", "retainer.local", "test", "--", sys.executable, "-c", RESTORE, str(file)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert restored.returncode == 0, restored.stderr
    before, after = json.loads(json.dumps(fingerprint(source))), json.loads(restored.stdout.splitlines()[-1])
    assert before["clients_client"][0] == 4
    different = {name for name in before | after if before.get(name) != after.get(name)}
    assert {name: [row for row in before[name] if row not in after[name]] for name in different} == {}


def test_an_encrypted_file_says_nothing_and_nothing_else_is_left(
    committed_cast: Cast, source: str, tmp_path: Path, safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    file = tmp_path / "retainer.dump"
    done = backup(source, file, safe)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == [file]
    assert (b"PGDMP" in file.read_bytes()) == (safe.encryption == "none")
    assert ("not encrypted" in done.stderr) == (safe.encryption == "none")


def test_nothing_lies_in_plain_while_it_is_made(
    committed_cast: Cast, source: str, tmp_path: Path, safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program that encrypts looks around once all of the dump has reached it."""
    if safe.encryption == "none":
        pytest.skip("this one is in plain")
    (tmp_path / "bin").mkdir()
    real, seen, watched = shutil.which(safe.encryption), tmp_path / "seen", tmp_path / "disk"
    watched.mkdir()
    spy = tmp_path / "bin" / safe.encryption
    look = f'(cat; find {watched} -type f -exec head -c 5 {{}} \\; > {seen}) | exec {real} "$@"'
    spy.write_text(f"#!/bin/sh\n{look}\n")
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(watched))
    done = backup(source, watched / "retainer.dump", safe)
    assert done.returncode == 0, done.stderr
    assert seen.exists()
    assert "PGDMP" not in seen.read_text(errors="replace")


def test_a_changed_file_brings_in_nothing(committed_cast: Cast, source: str, tmp_path: Path, safe: Safe) -> None:
    if safe.encryption == "none":
        pytest.skip("nothing tells of a change in plain text")
    file = tmp_path / "retainer.dump"
    backup(source, file, safe)
    content = bytearray(file.read_bytes())
    # More than one, because one alone may lie in the length of gpg's last chunk, which changes nothing that it holds.
    for place in (-20, -70, len(content) // 2):
        content[place] ^= 1
    file.write_bytes(content)
    # Whoever would restore now leaves a trace.
    (tmp_path / "pg_restore").write_text(f"#!/bin/sh\ntouch {tmp_path / 'restored'}\n")
    (tmp_path / "pg_restore").chmod(0o755)
    env = {**os.environ, **safe.opening, "PG_BIN": str(tmp_path), "DATABASE_RESTORE_URL": "postgresql:///nowhere"}
    assert _run("restore.sh", file, env).returncode != 0
    assert not (tmp_path / "restored").exists()


@pytest.mark.parametrize("settings", [{}, {"BACKUP_ENCRYPTION": "age"}, {"BACKUP_ENCRYPTION": "zip"}])
def test_nobody_gets_a_backup_in_plain_without_saying_so(
    settings: dict[str, str], source: str, committed_cast: Cast, tmp_path: Path
) -> None:
    file = tmp_path / "retainer.dump"
    env = {**os.environ, "PG_BIN": str(wheel_binaries()), "DATABASE_BACKUP_URL": source, **settings}
    done = _run("backup.sh", file, env)
    assert done.returncode == 2
    assert "BACKUP_" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_role_that_would_see_a_part_only_gets_no_backup(
    source: str, committed_cast: Cast, tmp_path: Path, safe: Safe
) -> None:
    file = tmp_path / "retainer.dump"
    done = backup(make_dsn(source, user="retainer_owner"), file, safe)
    assert done.returncode != 0
    assert "row-level security" in done.stderr
    assert list(tmp_path.iterdir()) == []
