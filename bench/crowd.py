"""Targets that answer at once and note when they were asked, or that harm. ``python -m bench.crowd PORT LOG``

What is asked for is in the path: ``/innocent/<id>`` or the name of a harm.
"""

from __future__ import annotations

import asyncio
import gzip
import sys
import time
from pathlib import Path

MIB = 1 << 20
OBJECTS = b"[" + b",".join([b"{}"] * (MIB // 3 - 2)) + b"]"
LINE = b'wanted{a="' + b'\\"' * (MIB // 2 - 20) + b'"} 1\n'
SERIES = b"".join(b'wanted{m="%d"} 1\n' % number for number in range(52_000))


def answer(body: bytes, *headers: bytes) -> bytes:
    """A whole one."""
    head = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), b"Connection: close", *headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


INNOCENT = answer(b'{"rate": 0.9}')
HARMS = {
    "objects": answer(OBJECTS),
    "line": answer(LINE),
    "series": answer(SERIES),
    "bomb": answer(gzip.compress(b" " * (64 * MIB)), b"Content-Encoding: gzip"),
    "half": answer(b'{"rate": 0.9'),
    "deep": answer(b"[" * (MIB // 2) + b"]" * (MIB // 2)),
}
DRIPS = {
    "drip": (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 1000 + b"\r\n"),
}
# Fits into every limit of a path, and looks at each element of an answer as often as that allows.
LONG_PATH = "[?" + "||".join(["a"] * 45) + "]"


async def _serve(port: int, log: Path) -> None:
    asked = log.open("a", buffering=1)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
            kind, _slash, name = path[1:].partition("/")
            if kind == "innocent":
                asked.write(f"{name} {time.time()}\n")
                writer.write(INNOCENT)
            elif kind == "silent":
                await asyncio.sleep(60)
            elif kind in DRIPS:
                await _drip(writer, *DRIPS[kind], pause=0.05 if kind == "drip" else 0.0)
            else:
                writer.write(HARMS[kind])
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            # Whoever asked hung up meanwhile.
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


async def _drip(writer: asyncio.StreamWriter, head: bytes, part: bytes, *, pause: float) -> None:
    writer.write(head)
    while True:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(pause)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))
