"""Web servers as processes of their own, and how many requests a second they answer."""

from __future__ import annotations

import http.client
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from bench import stack


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers on a port of this machine."""

    port: int
    pid: int


@contextmanager
def serving(application: str, *, workers: int = 1, threads: int = 4, **env: str) -> Iterator[Server]:
    """gunicorn as it serves the product."""
    port = stack.free_port()
    argv = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "-k", "gthread"]
    sizes = ["--workers", str(workers), "--threads", str(threads)]
    with stack.process([*argv, *sizes], **env) as started:
        stack.wait_until(lambda: stack.listens(port), 20)
        yield Server(port, started.pid)


def times(server: Server, address: str, headers: Mapping[str, str], calls: int) -> list[float]:
    """Seconds of each call, one after the other over one connection, after five that warm up."""
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        for _call in range(5):
            _call_once(link, address, headers)
        return [_call_once(link, address, headers) for _call in range(calls)]
    finally:
        link.close()


def _call_once(link: http.client.HTTPConnection, address: str, headers: Mapping[str, str]) -> float:
    started = time.perf_counter()
    link.request("GET", address, headers=dict(headers))
    answer = link.getresponse()
    said = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{address} answered {answer.status}: {said[:500]!r}")
    return time.perf_counter() - started
