"""The API against a bare Django view that runs the same SQL and writes the same data, each behind its own gunicorn."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import web
from bench.harness import Figure, side_by_side
from core.tokens import create_token
from tests.cast import House
from tests.rows import broken

CALLS = 200
# What both connect with.
SAME = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS", "CONN_MAX_AGE")


def run(house: House, place: Path) -> list[Figure]:
    """A list of fifty incidents, and one of them."""
    with house.scope():
        rows = broken(house, 60)
        _row, token = create_token(name="bench", scopes=["read"])
    headers = {"Authorization": f"Bearer {token}"}
    with web.serving("retainer.wsgi") as server:
        return [
            _compare(server, headers, "list of 50", "/api/v1/incidents/", 0.25, place),
            _compare(server, headers, "detail", f"/api/v1/incidents/{rows[0].id}/", 0.4, place),
        ]


def _compare(server: web.Server, headers: dict[str, str], name: str, address: str, least: float, place: Path) -> Figure:
    said = place / "bare.json"
    said.write_text(json.dumps(_what_is_done(headers, address)))
    with web.serving("bench.bare", BENCH_BARE=str(said), BENCH_DATABASE=_database()) as bare:
        ours, theirs = side_by_side(lambda: _rate(server, address, headers), lambda: _rate(bare, "/", headers), 7)
    share = ours / theirs
    return Figure(f"API {name}", ours, "a second", "bare view, same SQL", theirs, f"at least {least}", share >= least)


def _what_is_done(headers: dict[str, str], address: str) -> dict[str, object]:
    """The SQL and the data of one call."""
    with CaptureQueriesContext(connection) as captured:
        answer = Client(headers=headers).get(address, HTTP_HOST="localhost")
    if answer.status_code != 200:
        raise SystemExit(answer.content)
    return {"statements": [query["sql"] for query in captured.captured_queries], "data": answer.json()}


def _database() -> str:
    return json.dumps({name: settings.DATABASES["default"].get(name) for name in SAME})


def _rate(server: web.Server, address: str, headers: dict[str, str]) -> float:
    return CALLS / sum(web.times(server, address, headers, CALLS))
