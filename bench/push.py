"""Values that are pushed, a hundred a call; beside a bare COPY of the same rows in the same batches."""

from __future__ import annotations

import io
import json
import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pycurl

from bench import web
from bench.harness import Figure, side_by_side
from core.access.roles import TokenScope
from core.clock import now
from core.tokens import create_token
from monitoring.checks.services import create_check
from monitoring.models import Check
from tests.cast import AgencyFixture

BATCH = 100
CALLS = 600
# Of what a bare COPY stores, which neither authenticates, parses nor judges.
LEAST = 0.07
# Each sender has a check of its own.
SENDERS = 8
COLUMNS = ("agency_id", "client_id", "check_id", "metric", "slot", "value")


def run(house: AgencyFixture, _place: Path) -> list[Figure]:
    """Ours and the ceiling."""
    with house.scope():
        checks = [_check(house, number) for number in range(SENDERS)]
        _row, token = create_token(name="bench", scopes=list(TokenScope.values))
    stamps = _Stamps()
    with web.serving("retainer.wsgi", workers=2) as server:
        _ours(server, token, checks, stamps)
        ours, bare = side_by_side(lambda: _ours(server, token, checks, stamps), lambda: _copy(checks[0], stamps))
    name = f"pushed samples, {BATCH} a call"
    held = (f"at least {LEAST}", ours / bare >= LEAST)
    return [Figure(name, ours, "a second", "bare COPY", bare, *held, "at least 10,000 a second", ours >= 10_000)]


def _check(house: AgencyFixture, number: int) -> Check:
    metrics = [{"name": "resolution"}]
    return create_check(
        system_id=house.system.id, name=f"Sent {number}", kind="push", metrics=metrics, interval_seconds=3600
    )


class _Stamps:
    """Instants that no sample has had yet, a millisecond apart, of the last days."""

    def __init__(self) -> None:
        self.next = now() - timedelta(days=2)

    def take(self) -> list[datetime]:
        """A batch of them."""
        first = self.next
        self.next = first + timedelta(milliseconds=BATCH)
        return [first + timedelta(milliseconds=place) for place in range(BATCH)]


def _ours(server: web.Server, token: str, checks: list[Check], stamps: _Stamps) -> float:
    bodies = [
        json.dumps({"samples": [{"metric": "resolution", "value": 0.87, "at": at.isoformat()} for at in stamps.take()]})
        for _call in range(CALLS)
    ]
    multi = pycurl.CurlMulti()
    free = [_sender(server, token, check) for check in checks]
    started, ended = time.perf_counter(), 0
    while ended < CALLS:
        while free and bodies:
            handle = free.pop()
            handle.setopt(pycurl.POSTFIELDS, bodies.pop())
            multi.add_handle(handle)
        multi.perform()
        _more, good, bad = multi.info_read()
        if bad or any(handle.getinfo(pycurl.RESPONSE_CODE) != 200 for handle in good):
            raise SystemExit("A batch was not taken.")
        for handle in good:
            multi.remove_handle(handle)
            free.append(handle)
        ended += len(good)
        if not good:
            multi.select(0.05)
    return CALLS * BATCH / (time.perf_counter() - started)


def _sender(server: web.Server, token: str, check: Check) -> Any:
    handle = pycurl.Curl()
    handle.setopt(pycurl.URL, f"http://127.0.0.1:{server.port}/api/v1/checks/{check.id}/samples/")
    handle.setopt(pycurl.HTTPHEADER, [f"Authorization: Bearer {token}", "Content-Type: application/json"])
    handle.setopt(pycurl.WRITEFUNCTION, lambda _data: None)
    return handle


def _copy(check: Check, stamps: _Stamps) -> float:
    link = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    link.autocommit = True
    own = f"{check.agency_id}\t{check.client_id}\t{check.id}\tresolution"
    batches = ["".join(f"{own}\t{at.isoformat()}\t0.87\n" for at in stamps.take()) for _call in range(CALLS)]
    with link.cursor() as cursor:
        # A twin of the table without row-level security, under which COPY refuses to work.
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_copy (LIKE monitoring_sample INCLUDING ALL)")
        started = time.perf_counter()
        for batch in batches:
            cursor.copy_from(io.StringIO(batch), "bench_copy", columns=COLUMNS)
        took = time.perf_counter() - started
    link.close()
    return CALLS * BATCH / took
