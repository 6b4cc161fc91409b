"""Scripted AI systems: one server, many addresses, each of which answers as it is told; each answer is written down."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from tests.chaos.books import DEGRADED, ERROR, GOOD, MISSING, REFUSED, Book

T = TypeVar("T")

# Ways to be ill. The first four are one failure to the product: no usable answer.
STATUS, BAD_JSON, HANGS, RESETS = "status", "bad json", "hangs", "resets"
FAILURES = (STATUS, BAD_JSON, HANGS, RESETS)
WORDS = {**dict.fromkeys(FAILURES, ERROR), DEGRADED: DEGRADED, MISSING: MISSING, GOOD: GOOD, REFUSED: REFUSED}
BODIES = {GOOD: b'{"rate": 0.9}', DEGRADED: b'{"rate": 0.5}', MISSING: b'{"other": 1}', BAD_JSON: b'{"rate": '}
# Longer than any check waits.
LONGEST_WAIT = 4.0


class Targets:
    """Every name has the same address but for its last part. One that may refuse has a port of its own."""

    def __init__(self, book: Book) -> None:
        self.book, self.port = book, 0
        self._ways: dict[str, str] = {}
        self._doors: dict[str, tuple[int, asyncio.Server | None]] = {}
        self._loop = asyncio.new_event_loop()

    def start(self) -> None:
        """Serves on a port of its own until the process ends."""
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.port = _port(self._do(self._listen(0)))

    def open_door(self, name: str) -> int:
        """A port for this name alone, which is closed while it refuses."""
        server = self._do(self._listen(0))
        self._doors[name] = (_port(server), server)
        return self._doors[name][0]

    def set(self, name: str, way: str) -> None:
        """Answers so from now on."""
        if self._ways.get(name, GOOD) == way:
            return
        self._ways[name] = way
        if name in self._doors:
            self._do(self._turn_door(name, refuses=way == REFUSED))
        self.book.becomes(name, WORDS[way])

    def names_with_door(self) -> frozenset[str]:
        """Those that can refuse."""
        return frozenset(self._doors)

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _listen(self, port: int) -> asyncio.Server:
        return await asyncio.start_server(self._answer, "127.0.0.1", port, backlog=1024)

    async def _turn_door(self, name: str, *, refuses: bool) -> None:
        port, server = self._doors[name]
        if refuses and server is not None:
            server.close()
            self._doors[name] = (port, None)
        elif not refuses and server is None:
            self._doors[name] = (port, await self._listen(port))

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Whoever asked may be killed in the middle.
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            name = head.split(b" ", 2)[1].partition(b"?")[0].rpartition(b"/")[2].decode()
            way = self._ways.get(name, GOOD)
            self.book.answered(name, WORDS[way])
            await self._write(writer, way)
        writer.close()

    async def _write(self, writer: asyncio.StreamWriter, way: str) -> None:
        if way == HANGS:
            await asyncio.sleep(LONGEST_WAIT)
        if way in (HANGS, RESETS):
            writer.transport.abort()
            return
        status, body = ("500 Ill" if way == STATUS else "200 OK"), BODIES.get(way, b"{}")
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()


def _port(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])
