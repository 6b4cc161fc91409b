"""How large a web process is after ten thousand hostile requests, beside what it was after the first five hundred."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.test import Client

from bench import web
from bench.harness import Figure
from core.access.roles import TokenScope
from core.tokens import create_token
from monitoring.checks.services import create_check
from retainer.local import kernel
from tests.cast import AgencyFixture
from tests.hostile import Enemy, send

FIRST, ALL = 500, 10_000


def run(house: AgencyFixture, _place: Path) -> list[Figure]:
    """One process, every kind of request in its turn, by somebody with a token and a session."""
    with house.scope():
        check = create_check(
            system_id=house.system.id, name="Sent", kind="push", metrics=[{"name": "queue"}], interval_seconds=3600
        )
        _row, token = create_token(name="bench", scopes=list(TokenScope.values))
    browser = Client(HTTP_HOST="127.0.0.1")
    browser.force_login(house.owner)
    enemy = Enemy(token, str(check.id), browser.cookies[settings.SESSION_COOKIE_NAME].value)
    with web.serving("retainer.wsgi") as server:
        (serves,) = kernel.descendants(server.pid)
        _attack(enemy, server, FIRST)
        before = _resident(serves)
        _attack(enemy, server, ALL)
        after = _resident(serves)
    return [
        Figure(
            f"memory of a web process after {ALL:,} hostile requests",
            after,
            "MiB",
            f"after {FIRST}",
            before,
            "within a fifth",
            after < before * 1.2,
        )
    ]


def _attack(enemy: Enemy, server: web.Server, number: int) -> None:
    for request in enemy.requests(number):
        if send(server.port, request) >= 500:
            raise SystemExit(f"An error of ours: {request[:300]!r}")


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
