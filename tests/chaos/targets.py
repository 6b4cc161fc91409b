"""Scripted AI systems: one server, many addresses, each well or ill as it is told, each question written down."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from core.clock import now

BODY = b'{"rate": 0.9}'
ANSWER = b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"


@dataclass
class Phase:
    """How long a target was ill: real seconds for what we count, domain time for what the product says."""

    since: float
    since_domain: datetime
    until: float | None = None
    until_domain: datetime | None = None


@dataclass
class Targets:
    """``asked`` holds the real times at which each target was asked."""

    port: int = 0
    ill: set[int] = field(default_factory=set)
    asked: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    phases: dict[int, list[Phase]] = field(default_factory=lambda: defaultdict(list))

    def start(self) -> None:
        """Serves on a port of its own until the process ends."""
        loop, ready = asyncio.new_event_loop(), threading.Event()

        def serve() -> None:
            asyncio.set_event_loop(loop)
            server = loop.run_until_complete(asyncio.start_server(self._answer, "127.0.0.1", 0, backlog=1024))
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            loop.run_forever()

        threading.Thread(target=serve, daemon=True).start()
        ready.wait(10)

    def make_ill(self, number: int) -> None:
        """Answers with 500 from now on."""
        if number not in self.ill:
            self.ill.add(number)
            self.phases[number].append(Phase(time.monotonic(), now()))

    def make_well(self, number: int) -> None:
        """Answers with 200 from now on."""
        if number in self.ill:
            self.ill.discard(number)
            phase = self.phases[number][-1]
            phase.until, phase.until_domain = time.monotonic(), now()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            number = int(head.split(b" ", 2)[1].rpartition(b"/")[2])
            self.asked[number].append(time.monotonic())
            status = b"500 Ill" if number in self.ill else b"200 OK"
            body = b'{"rate": 0.9}'
            writer.write(
                b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, len(body), body)
            )
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            # Whoever asked was killed in the middle.
            pass
        finally:
            writer.close()
