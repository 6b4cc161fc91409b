"""A request that never ends costs its process, which another one replaces, and costs nobody else their answer."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress

import pytest

from bench import stack
from core.web.in_flight import InFlight
from tests.processes import ROOT, end

pytestmark = pytest.mark.slow


@pytest.fixture
def address() -> Iterator[str]:
    """gunicorn with one process of eight threads, as the product is served."""
    port = stack.free_port()
    argv = [sys.executable, "-m", "gunicorn", "tests.core.never_ending", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        [*argv, "-k", "gthread", "--threads", "8", "--log-level", "error"], cwd=ROOT, start_new_session=True
    )
    try:
        stack.wait_until(lambda: stack.listens(port), 20)
        yield f"http://127.0.0.1:{port}"
    finally:
        end(process, signal.SIGTERM)


def ask(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        said: bytes = answer.read()
        return said.decode()


def test_a_process_with_a_request_that_never_ends_is_replaced(address: str) -> None:
    first = ask(f"{address}/")
    threading.Thread(target=lambda: _quietly(f"{address}/stuck"), daemon=True).start()
    patience = time.monotonic() + 25
    answers: list[str] = []
    # Somebody else asks all the while, and is answered each time.
    while time.monotonic() < patience and (not answers or answers[-1] == first):
        answers.append(ask(f"{address}/slow"))
    assert answers[-1] != first
    assert ask(f"{address}/") != first


def test_a_request_that_ends_costs_nothing() -> None:
    watched = InFlight(60.0)
    for _time in range(3):
        with watched.answering("/"):
            assert watched._stuck() == {}
    assert watched._since == {}
    assert sum(thread.name == "requests in flight" for thread in threading.enumerate()) >= 1


def _quietly(url: str) -> None:
    with suppress(OSError):
        ask(url)
