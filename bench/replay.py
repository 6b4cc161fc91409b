"""A page or a call of ours as a bare Django view: the statements it runs, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import web

# What both connect with.
SAME = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS", "CONN_MAX_AGE")


@contextmanager
def serving(address: str, headers: Mapping[str, str], place: Path) -> Iterator[web.Server]:
    """A server that runs what this address runs, with none of the product's code."""
    said = place / "bare.json"
    said.write_text(json.dumps(what_is_done(address, headers)))
    database = json.dumps({name: settings.DATABASES["default"].get(name) for name in SAME})
    with web.serving("bench.bare", BENCH_BARE=str(said), BENCH_DATABASE=database) as server:
        yield server


def what_is_done(address: str, headers: Mapping[str, str]) -> dict[str, object]:
    """The SQL and the answer of one request: data where it is JSON, which the bare view writes anew, else text."""
    with CaptureQueriesContext(connection) as captured:
        answer = Client(headers=dict(headers)).get(address, HTTP_HOST="127.0.0.1")
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}: {answer.content[:500]!r}")
    kind = answer.headers["Content-Type"]
    body: dict[str, object] = {"data": answer.json()} if "json" in kind else {"text": answer.content.decode()}
    return {"statements": [query["sql"] for query in captured.captured_queries], "kind": kind} | body
