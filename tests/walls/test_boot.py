"""X05: no process serves or works as a role that could walk around the walls."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import make_dsn

from core.tenancy.roles import privileged_because
from tests.databases import OWNER_DSN

APP_DSN = os.environ.get("DATABASE_URL", "")
CELERY = [sys.executable, "-m", "celery", "-A", "retainer"]
# Each ends by itself: a web server imports its entrance and is done, the others are asked to stop at once.
ENTRANCES = {
    "web": [sys.executable, "-c", "import retainer.wsgi"],
    "async web": [sys.executable, "-c", "import retainer.asgi"],
    "worker": [*CELERY, "worker", "-P", "solo", "-Q", "nobody-sends-here", "--without-gossip", "--without-mingle"],
    "beat": [*CELERY, "beat", "-s", "{here}/schedule", "--pidfile="],
}


Ended = tuple[int | None, str]


def _boot(entrance: str, dsn: str, here: Path, seconds: int) -> Ended:
    """Its exit code, or None where it was still at work after a while, and what it said."""
    env = {**os.environ, "DATABASE_URL": dsn, "DJANGO_SETTINGS_MODULE": "retainer.settings"}
    argv = [part.format(here=here) for part in ENTRANCES[entrance]]
    try:
        ended = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        return None, bytes(error.stderr or b"").decode()
    return ended.returncode, ended.stderr


def _boot_all(dsn: str, here: Path, seconds: int) -> dict[str, Ended]:
    """Every entrance at once: two of them are watched for a while, and need no watching one after the other."""
    with ThreadPoolExecutor() as together:
        booting = {entrance: together.submit(_boot, entrance, dsn, here, seconds) for entrance in ENTRANCES}
        return {entrance: one.result() for entrance, one in booting.items()}


@pytest.fixture(scope="module")
def as_owner(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ended]:
    # Each ends by itself, and would not be believed if it had only been slow.
    return _boot_all(OWNER_DSN, tmp_path_factory.mktemp("owner"), seconds=60)


@pytest.fixture(scope="module")
def as_working_role(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ended]:
    return _boot_all(APP_DSN, tmp_path_factory.mktemp("working"), seconds=8)


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_x05_nothing_starts_as_the_owner(entrance: str, as_owner: dict[str, Ended]) -> None:
    code, said = as_owner[entrance]
    assert code == 1
    assert "owns the tables" in said


@pytest.mark.slow
@pytest.mark.parametrize("entrance", ENTRANCES)
def test_everything_starts_as_the_working_role(entrance: str, as_working_role: dict[str, Ended]) -> None:
    code, said = as_working_role[entrance]
    assert code in (0, None)
    assert "must log in as" not in said


@pytest.fixture
def superuser() -> Iterator[Any]:
    """The superuser of the embedded server. A server that was given lends nobody its own."""
    try:
        link = psycopg2.connect(make_dsn(OWNER_DSN, user="postgres", dbname="postgres", password=""))
    except psycopg2.OperationalError:
        pytest.skip("this server was given, and its superuser is not ours to use")
    yield link
    link.rollback()
    link.close()


def test_x05_a_superuser_is_refused(superuser: Any) -> None:
    with superuser.cursor() as cursor:
        assert privileged_because(cursor) == "postgres is a superuser"


def test_x05_a_role_with_bypassrls_is_refused(superuser: Any) -> None:
    """Inside a transaction that is rolled back: roles belong to the whole server."""
    with superuser.cursor() as cursor:
        cursor.execute("CREATE ROLE retainer_test_bypass BYPASSRLS")
        cursor.execute("SET SESSION AUTHORIZATION retainer_test_bypass")
        assert privileged_because(cursor) == "retainer_test_bypass has BYPASSRLS"
        cursor.execute("RESET SESSION AUTHORIZATION")
