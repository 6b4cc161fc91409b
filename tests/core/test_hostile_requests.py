"""A web process stays as large as it is, and stores nothing, whatever it is sent by whom."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client as Browser

from core.access.roles import TokenScope
from core.garbage import collect_by_weight
from core.tokens import create_token
from core.web.limits import MOST_BYTES, MOST_ERRORS
from monitoring.checks.services import create_check
from tests.api.support import call, token_of
from tests.cast import Cast
from tests.hostile import Enemy, send
from tests.processes import web

# More than any client makes in a minute: the limits of the API are not what is tested here.
PLENTY = {f"{name}_PER_MINUTE": "100000000" for name in ("API_RATE", "AGENCY_CALLS", "AGENCY_SAMPLES")}


def enemy_in(cast: Cast) -> Enemy:
    """Somebody with a token, a check and a session of the north."""
    with cast.north.scope():
        check = create_check(
            system_id=cast.north.system.id,
            name="Sent",
            kind="push",
            metrics=[{"name": "queue"}],
            interval_seconds=3600,
        )
        _row, token = create_token(name="Enemy", scopes=TokenScope.values)
    browser = Browser()
    browser.force_login(cast.north.owner)
    return Enemy(token, str(check.id), browser.cookies["sessionid"].value)


def resident(pid: int) -> int:
    """What a process has in memory, in kB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def rows() -> Counter[str]:
    """How many rows each table has that is no part of the cast's own work, as the north sees them."""
    watched = ("django_session", "core_cache", "core_user", "core_outboxevent", "core_auditevent", "core_invitation")
    with connection.cursor() as cursor:
        found: Counter[str] = Counter()
        for name in (*watched, "clients_client", "notifications_delivery", "account_emailaddress"):
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            found[name] = cursor.fetchone()[0]
    return found


@pytest.mark.slow
def test_a_web_process_is_as_large_after_hundreds_of_hostile_requests(committed_cast: Cast, tmp_path: Path) -> None:
    """Within a fifth, every kind of them in its turn; each is answered, none by an error of ours, and no row stays."""
    enemy = enemy_in(committed_cast)
    with web(tmp_path, LOG_LEVEL="ERROR", **PLENTY) as (port, pid):
        for request in enemy.requests(180):
            send(port, request)
        with committed_cast.north.scope():
            stored = rows()
        before = resident(pid)
        statuses = Counter(send(port, request) for request in enemy.requests(360))
        after = resident(pid)
        with committed_cast.north.scope():
            assert rows() == stored
    assert after < before * 1.2, f"{before} kB before, {after} kB after"
    assert not [status for status in statuses if status >= 500], statuses
    assert statuses[0] == 0, "the server hung up"


# --- what keeps it so ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/clients/", "/accounts/login/"])
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=b"])
def test_a_body_that_is_too_large_is_refused_before_it_is_read(path: str, kind: str, cast: Cast) -> None:
    headers = {"Authorization": f"Bearer {token_of(cast.north)}"}
    answer = Browser(headers=headers).generic("POST", path, b"x" * (MOST_BYTES + 1), content_type=kind)
    if path.startswith("/api/"):
        assert (answer.status_code, json.loads(answer.content)["code"]) == (413, "too_large")
        assert answer["Content-Type"] == "application/problem+json"
    else:
        assert answer.status_code == 400


@pytest.mark.django_db
def test_a_body_of_just_the_most_is_read(cast: Cast) -> None:
    body = b'{"name": "x"' + b" " * (MOST_BYTES - 13) + b"}"
    answer = Browser(headers={"Authorization": f"Bearer {token_of(cast.north)}"}).generic(
        "POST", "/api/v1/clients/", body, content_type="application/json"
    )
    assert len(body) == MOST_BYTES
    assert answer.status_code == 400
    assert json.loads(answer.content)["errors"][0]["field"] == "time_zone"


@pytest.mark.django_db
def test_a_refusal_is_not_larger_than_what_was_refused(cast: Cast) -> None:
    body = {f"no such field {number}": 1 for number in range(5000)}
    answer = call("POST", "clients/", token_of(cast.north), body)
    assert answer.status_code == 400
    assert len(json.loads(answer.content)["errors"]) <= MOST_ERRORS
    assert len(answer.content) < 10_000


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["de", "ar", "zh-hans", "xx"])
def test_no_language_is_loaded_that_does_not_ship(language: str) -> None:
    answer = Browser(headers={"Accept-Language": language}).get("/accounts/login/")
    assert '<html lang="en"' in answer.content.decode()


def test_garbage_is_looked_for_by_what_came_in(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr("core.garbage._bytes", 0)
    monkeypatch.setattr("core.garbage.gc.collect", lambda: looked.append(1))
    for _request in range(100):
        collect_by_weight(MOST_BYTES)
    assert 10 < len(looked) < 50
