"""A target that answers at once and always the same. ``python -m bench.target PORT``"""

from __future__ import annotations

import asyncio
import sys

BODY = b'{"status": "ok", "auto_resolution_rate": 0.87, "latency_p95": 1.2, "queue": 4}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: %s\r\n\r\n"


class Answering(asyncio.Protocol):
    """Answers each request; keeps the connection where the other side wants to."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport to answer on."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """A request of these pollers always fits into one packet."""
        close = b"connection: close" in data.lower()
        self.transport.write(ANSWER % (len(BODY), b"close" if close else b"keep-alive") + BODY)  # type: ignore[attr-defined]
        if close:
            self.transport.close()


async def serve(port: int) -> None:
    """Serves until stopped."""
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", port, backlog=4096)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
