"""Checks a second through the whole path: claim, probe, parse, judge, store; beside who only probes.

The peer is ``prometheus-blackbox-exporter``, which probes the same target and stores nothing; the ceiling is a bare
libcurl loop on the same target, which neither parses nor stores.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pycurl

from bench import stack
from bench.harness import Figure, say, side_by_side
from monitoring.tasks import probe_due
from tests.cast import AgencyFixture

WORKERS = 2
CHECKS = 30_000
PROBES = 15_000
BLACKBOX = "prometheus-blackbox-exporter"
MODULE = """modules:
  http_2xx:
    prober: http
    timeout: 5s
    http:
      preferred_ip_protocol: ip4
      body_size_limit: 1MB
"""


def run(house: AgencyFixture, place: Path) -> list[Figure]:
    """Ours, the peer's and the ceiling's."""
    port = stack.free_port()
    with stack.process([sys.executable, "-m", "bench.target", str(port)]):
        stack.wait_until(lambda: stack.listens(port), 10)
        seed(house, port)
        with stack.worker("poll", WORKERS):
            exporter = _exporter(place)
            if exporter is None:
                say(f"  {BLACKBOX} is not installed and could not be had; measured without it.")
                return [Figure("checks through the whole path", _ours(), "a second")]
            with _running(exporter, place) as address:
                ours, theirs = side_by_side(_ours, lambda: _blackbox(address, port))
        _same, bare = side_by_side(lambda: 0.0, lambda: _bare(port))
    return [
        Figure("checks through the whole path", ours, "a second", BLACKBOX, theirs, "at least 2", ours / theirs >= 2),
        Figure("checks, as a share of bare libcurl", ours, "a second", "libcurl loop", bare, "aiming at 0.5"),
    ]


def seed(house: AgencyFixture, port: int) -> None:
    """Checks of one system, each with a threshold that has been kept for long, none of them due."""
    with house.scope():
        house.allow("127.0.0.1", port)
    metrics = '[{"name": "auto_resolution_rate", "path": "auto_resolution_rate", "unit": "ratio"}]'
    common = (house.agency.id, house.client.id)
    with stack.owner() as cursor:
        cursor.execute(
            "INSERT INTO monitoring_check (id, agency_id, client_id, created_at, system_id, environment_id, name, kind,"
            " url, metrics, interval_seconds, timeout_ms, bad_count, good_count, enabled, health, bad_streak,"
            " good_streak, unknown_streak, last_values, last_error, last_detail, skipped_slots)"
            f" SELECT {stack.UUID7}, %s, %s, now(), %s, %s, 'Check ' || n, 'http_json', %s, %s, 300, 5000, 3, 2,"
            " true, 'unknown', 0, 0, 0, '{}', '', '', 0 FROM generate_series(1, %s) n",
            [*map(str, common), str(house.system.id), str(house.environment.id), _url(port), metrics, CHECKS],
        )
        cursor.execute(
            "INSERT INTO monitoring_threshold (id, agency_id, client_id, created_at, source_check_id, metric,"
            ' comparison, "limit", clear_limit, unit, bad_count, good_count, health, bad_streak, good_streak,'
            f" missing_streak) SELECT {stack.UUID7}, agency_id, client_id, now(), id, 'auto_resolution_rate',"
            " 'below', 0.77, 0.8, 'ratio', 3, 2, 'healthy', 0, 2, 0 FROM monitoring_check WHERE name LIKE 'Check %'"
        )
    stack.maintain("monitoring_check", "monitoring_threshold")


def _ours() -> float:
    with stack.owner() as cursor:
        cursor.execute("UPDATE monitoring_check SET next_due_at = now() - interval '1 second', lease_id = NULL")
    stack.maintain("monitoring_check", "monitoring_threshold")
    link = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    link.autocommit = True
    with link.cursor() as cursor:
        started = time.perf_counter()
        # A round ends after a while, and no beat wakes the next one here: on a slow machine one is not enough.
        for _round in range(WORKERS * 6):
            probe_due.delay()
        # What is stored is due again later; until then it stands in the index of what is due.
        while _is_any_due(cursor):
            time.sleep(0.05)
            if time.perf_counter() - started > 120:
                raise SystemExit("The checks were not asked in time.")
        took = time.perf_counter() - started
    link.close()
    return CHECKS / took


def _is_any_due(cursor: Any) -> bool:
    cursor.execute("SELECT EXISTS (SELECT FROM monitoring_check WHERE next_due_at < now() - interval '0.9 seconds')")
    return bool(cursor.fetchone()[0])


def _blackbox(address: str, port: int) -> float:
    """Asked as Prometheus asks it, on kept connections, with many probes in flight."""
    url = f"{address}/probe?target={_url(port)}&module=http_2xx"
    return _drive(url, reuse=True)


def _bare(port: int) -> float:
    return _drive(_url(port), reuse=False)


def _drive(url: str, *, reuse: bool, in_flight: int = 200) -> float:
    multi = pycurl.CurlMulti()
    free = [_handle(url, reuse) for _place in range(in_flight)]
    started, begun, ended = time.perf_counter(), 0, 0
    while ended < PROBES:
        while free and begun < PROBES:
            multi.add_handle(free.pop())
            begun += 1
        multi.perform()
        _more, good, bad = multi.info_read()
        if bad:
            raise SystemExit(f"{url}: {bad[0][2]}")
        for handle in good:
            multi.remove_handle(handle)
            free.append(handle)
        ended += len(good)
        if not good:
            multi.select(0.05)
    return PROBES / (time.perf_counter() - started)


def _handle(url: str, reuse: bool) -> pycurl.Curl:
    handle = pycurl.Curl()
    handle.setopt(pycurl.URL, url)
    handle.setopt(pycurl.NOSIGNAL, 1)
    handle.setopt(pycurl.WRITEFUNCTION, lambda _data: None)
    handle.setopt(pycurl.FRESH_CONNECT, int(not reuse))
    handle.setopt(pycurl.FORBID_REUSE, int(not reuse))
    return handle


def _exporter(place: Path) -> str | None:
    """The peer's binary: the system's, or Debian's package unpacked beside our data."""
    if found := shutil.which(BLACKBOX):
        return found
    unpacked = place / BLACKBOX / "usr" / "bin" / BLACKBOX
    if not unpacked.exists() and shutil.which("apt-get"):
        (place / BLACKBOX).mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "-qq", "download", BLACKBOX], cwd=place, check=False)
        for package in place.glob(f"{BLACKBOX}*.deb"):
            subprocess.run(["dpkg", "-x", str(package), str(place / BLACKBOX)], check=False)
    return str(unpacked) if unpacked.exists() else None


@contextmanager
def _running(exporter: str, place: Path) -> Iterator[str]:
    port = stack.free_port()
    config = place / "blackbox.yml"
    config.write_text(MODULE)
    argv = [exporter, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    with stack.process(argv):
        stack.wait_until(lambda: stack.listens(port), 10)
        yield f"http://127.0.0.1:{port}"


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}/health"
