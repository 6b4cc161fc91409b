"""Two hundred open pages, each asking every second and a half while nothing happens: what they cost of one core."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

import pycurl
from django.conf import settings
from django.test import Client

from bench import stack, web
from bench.harness import Figure
from core.web.standing import FRESH_SECONDS
from retainer.local import kernel
from tests.cast import House
from tests.rows import broken

PAGES = 200
EVERY = 1.5
# Longer than a page counts as let in, so that every one of them is let in anew once.
SECONDS = 125.0


def run(house: House, _place: Path) -> list[Figure]:
    """Processor time of web server and database together, and how late an answer is."""
    with house.scope():
        rows = broken(house, 20)
    addresses = [f"/a/{house.agency.slug}/", f"/a/{house.agency.slug}/clients/{house.client.slug}/"]
    addresses += [f"/a/{house.agency.slug}/incidents/{row.number}/" for row in rows]
    with web.serving("retainer.wsgi", workers=2) as server:
        parts = [_open(house, addresses[number % len(addresses)]) for number in range(PAGES)]
        share, slowest = _watch(server, parts)
    oldest = EVERY + FRESH_SECONDS + slowest
    return [
        Figure(f"{PAGES} open pages, of one core", share * 100, "%", bound="under 15 %", holds=share < 0.15),
        Figure("an open page is at most as old as", oldest, "s", bound="2 s", holds=oldest < 2),
    ]


def _open(house: House, address: str) -> tuple[str, str]:
    """A session of its own for each page: its cookie, and what the page's live part asks for."""
    browser = Client(HTTP_HOST="127.0.0.1")
    browser.force_login(house.owner)
    html = browser.get(address).content.decode()
    found = re.search(r'data-live hx-get="([^"]+)"', html)
    if not found:
        raise SystemExit(f"{address} has no live part.")
    return browser.cookies[settings.SESSION_COOKIE_NAME].value, found[1].replace("&amp;", "&")


def _watch(server: web.Server, parts: list[tuple[str, str]]) -> tuple[float, float]:
    """The share of a core over the time, and the slowest answer of the 99 in a hundred fastest, in seconds."""
    handles = [_handle(server, *part) for part in parts]
    _rounds(handles, 8 * EVERY)
    before, began = _used(server), time.monotonic()
    took = sorted(_rounds(handles, SECONDS))
    share = (_used(server) - before) / (time.monotonic() - began)
    return share, took[int(len(took) * 0.99)]


def _used(server: web.Server) -> float:
    return stack.cpu_seconds([server.pid, *kernel.descendants(server.pid), *_database()])


def _database() -> list[int]:
    found = subprocess.run(["pgrep", "-f", "postgres"], capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split() if int(pid) != os.getpid()]


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
