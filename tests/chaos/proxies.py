"""Stands between one process and its servers, and can hold back or cut off what goes through."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

PIECE = 65_536


class Proxy:
    """Passes bytes on in both ways. ``stall`` keeps connections and passes nothing; ``cut`` ends and refuses them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._flows = asyncio.Event()
        self._flows.set()
        self._cut = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    def stall(self) -> None:
        """Nothing arrives, and nobody is told."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def cut(self) -> None:
        """Every connection breaks, and no new one is made."""
        self._cut = True
        self._loop.call_soon_threadsafe(self._break_all)

    def mend(self) -> None:
        """As if nothing had been."""
        self._cut = False
        self._loop.call_soon_threadsafe(self._flows.set)

    def _break_all(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def listen_at_port(self, target: int) -> int:
        """Passes on to that port of this machine; the port at which it listens itself."""

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._join(reader, writer, asyncio.open_connection("127.0.0.1", target))

        self._server = await asyncio.start_server(answer, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def listen_at_path(self, path: Path, target: Path) -> None:
        """The same for sockets with a path."""

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._join(reader, writer, asyncio.open_unix_connection(str(target)))

        self._server = await asyncio.start_unix_server(answer, str(path))

    async def _join(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, there: Coroutine[Any, Any, Any]
    ) -> None:
        if self._cut:
            there.close()
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await there
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        try:
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        finally:
            for one in (writer, far_writer):
                one.transport.abort()
            self._writers -= {writer, far_writer}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while piece := await reader.read(PIECE):
                await self._flows.wait()
                writer.write(piece)
                await writer.drain()
        # The end of one direction is the end of both: none of our protocols speaks on alone.
        writer.transport.abort()


class Proxies:
    """The loop in which they run, in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def to_port(self, target: int) -> tuple[Proxy, int]:
        """A proxy before a port of this machine, and its own."""
        proxy = Proxy(self.loop)
        return proxy, self._do(proxy.listen_at_port(target))

    def to_path(self, path: Path, target: Path) -> Proxy:
        """A proxy at ``path`` before the socket at ``target``."""
        proxy = Proxy(self.loop)
        self._do(proxy.listen_at_path(path, target))
        return proxy

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)
