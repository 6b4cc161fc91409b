"""Two hundred open pages, each asking every second and a half while nothing happens: what they cost of one core."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pycurl
from django.conf import settings
from django.db import connection
from django.test import Client

from bench import stack, web
from bench.harness import Figure
from core.web.live_cache import FRESH_SECONDS
from retainer.local import kernel
from tests.cast import AgencyFixture
from tests.rows import broken

PAGES = 200
EVERY = 1.5
# Longer than a page counts as let in, so that every one of them is let in anew once.
SECONDS = 125.0
# The same requests of a server of the same kind that does nothing with them.
BARE_SECONDS = 30.0
WORKERS = 2
# So many times what those cost it, and so much older than a page could be with it.
MOST_TIMES = 1.6
MOST_OLDER = 1.05


def run(house: AgencyFixture, _place: Path) -> list[Figure]:
    """Processor time of web server and database together, and how late an answer is."""
    with house.scope():
        rows = broken(house, 20)
    addresses = [f"/a/{house.agency.slug}/", f"/a/{house.agency.slug}/clients/{house.client.slug}/"]
    addresses += [f"/a/{house.agency.slug}/incidents/{row.number}/" for row in rows]
    with web.serving("retainer.wsgi", workers=WORKERS) as server, web.serving("bench.nothing", workers=WORKERS) as bare:
        parts = [_open(house, addresses[number % len(addresses)]) for number in range(PAGES)]
        bare_share, bare_slowest = _watch(bare, parts, BARE_SECONDS)
        share, slowest = _watch(server, parts, SECONDS)
    return [_cost(share * 100, bare_share * 100), _age(slowest, bare_slowest)]


def _cost(share: float, bare: float) -> Figure:
    return Figure(
        f"{PAGES} open pages, of one core",
        *(share, "%", "server that only says 204", bare),
        *(f"at most {MOST_TIMES}", share / bare <= MOST_TIMES),
        *("under 12 %", share < 12),
    )


def _age(slowest: float, bare: float) -> Figure:
    """A page is as old as its pace, what a mark may be old, and its answer; only the last depends on the machine."""
    kept = EVERY + FRESH_SECONDS
    ours, plain = kept + slowest, kept + bare
    return Figure(
        "an open page is at most as old as",
        *(ours, "s", "server that only says 204", plain),
        *(f"at most {MOST_OLDER}", ours / plain <= MOST_OLDER),
        *("2 s", ours < 2),
    )


def _open(house: AgencyFixture, address: str) -> tuple[str, str]:
    """A session of its own for each page: its cookie, and what the page's live part asks for."""
    browser = Client(HTTP_HOST="127.0.0.1")
    browser.force_login(house.owner)
    html = browser.get(address).content.decode()
    found = re.search(r'data-live hx-get="([^"]+)"', html)
    if not found:
        raise SystemExit(f"{address} has no live part.")
    return browser.cookies[settings.SESSION_COOKIE_NAME].value, found[1].replace("&amp;", "&")


def _watch(server: web.Server, parts: list[tuple[str, str]], seconds: float) -> tuple[float, float]:
    """The share of a core over the time, and the slowest answer of the 99 in a hundred fastest, in seconds."""
    handles = [_handle(server, *part) for part in parts]
    _rounds(handles, 8 * EVERY)
    before, began = _used(server), time.monotonic()
    took = sorted(_rounds(handles, seconds))
    share = (_used(server) - before) / (time.monotonic() - began)
    return share, took[int(len(took) * 0.99)]


def _used(server: web.Server) -> float:
    return stack.cpu_seconds([server.pid, *kernel.descendants(server.pid), *_database()])


def _database() -> list[int]:
    """The processes of this run's server alone: others on the machine may have servers too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = int(cursor.fetchone()[0])
    server = int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
    return [server, *kernel.descendants(server)]


def _rounds(handles: list[pycurl.Curl], seconds: float) -> list[float]:
    """Every page asks every 1.5 s, evenly spread, as browsers do that were opened at any time."""
    multi, took = pycurl.CurlMulti(), []
    began = time.monotonic()
    due = [(began + EVERY * place / len(handles), handle) for place, handle in enumerate(handles)]
    busy: set[pycurl.Curl] = set()
    while time.monotonic() - began < seconds or busy:
        while due and due[0][0] <= time.monotonic() and time.monotonic() - began < seconds:
            at, handle = due.pop(0)
            due.append((at + EVERY, handle))
            if handle not in busy:
                busy.add(handle)
                multi.add_handle(handle)
        multi.perform()
        _more, good, bad = multi.info_read()
        if bad:
            raise SystemExit(bad[0][2])
        for handle in good:
            if handle.getinfo(pycurl.RESPONSE_CODE) != 204:
                raise SystemExit(f"{handle.getinfo(pycurl.EFFECTIVE_URL)}: {handle.getinfo(pycurl.RESPONSE_CODE)}")
            took.append(handle.getinfo(pycurl.TOTAL_TIME))
            multi.remove_handle(handle)
            busy.discard(handle)
        if not good:
            multi.select(0.004)
    return took


def _handle(server: web.Server, session: str, part: str) -> pycurl.Curl:
    handle = pycurl.Curl()
    handle.setopt(pycurl.URL, f"http://127.0.0.1:{server.port}{part}")
    handle.setopt(pycurl.HTTPHEADER, ["HX-Request: true", f"Cookie: {settings.SESSION_COOKIE_NAME}={session}"])
    handle.setopt(pycurl.WRITEFUNCTION, lambda _data: None)
    return handle
