"""Catches every mail of the demo: an SMTP server on loopback that writes ``.eml`` files and sends nothing on."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
from datetime import UTC, datetime
from pathlib import Path

LARGEST_MAIL = 25 * 1024 * 1024
LONGEST_LINE = 64 * 1024


class MailCatcher:
    """Speaks as much SMTP as a client needs to hand over a message."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._numbers = itertools.count(1)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client's conversation, until it quits, hangs up or breaks the limits."""
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ValueError):
            # A client that hangs up in the middle hands over nothing.
            pass
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender, receivers = "", list[str]()
        await _say(writer, "220 localhost catches mail")
        while line := await reader.readline():
            text = line.decode("utf-8", "replace").strip()
            verb = text[:4].upper()
            if verb == "QUIT":
                await _say(writer, "221 goodbye")
                return
            if verb == "MAIL":
                sender, receivers = _address(text), []
                await _say(writer, "250 ok")
            elif verb == "RCPT":
                receivers.append(_address(text))
                await _say(writer, "250 ok")
            elif verb == "DATA" and receivers:
                await _say(writer, "354 go on, end with a dot")
                self._keep(sender, receivers, await _message(reader))
                sender, receivers = "", []
                await _say(writer, "250 caught")
            else:
                await _say(writer, _other_answer(verb))

    def _keep(self, sender: str, receivers: list[str], message: bytes) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        path = self._directory / f"{stamp}-{next(self._numbers):04d}.eml"
        envelope = f"X-Envelope-From: {sender}\r\nX-Envelope-To: {', '.join(receivers)}\r\n".encode()
        # Renamed when complete, so that whoever watches the directory sees whole messages only.
        making = path.with_suffix(".making")
        making.write_bytes(envelope + message)
        os.rename(making, path)


async def serve(directory: Path, port: int) -> asyncio.Server:
    """Starts catching into ``directory``; port 0 takes any."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return await asyncio.start_server(MailCatcher(directory).talk, "127.0.0.1", port, limit=LONGEST_LINE)


async def _message(reader: asyncio.StreamReader) -> bytes:
    lines, size = [], 0
    while (line := await reader.readline()) not in (b".\r\n", b".\n"):
        size += len(line)
        if not line or size > LARGEST_MAIL:
            raise ConnectionError("The message ended early or is too large.")
        # A dot at the start of a line was doubled on the way.
        lines.append(line[1:] if line.startswith(b".") else line)
    return b"".join(lines)


def _address(command: str) -> str:
    return command.partition("<")[2].partition(">")[0]


def _other_answer(verb: str) -> str:
    answers = {"EHLO": "250 localhost", "HELO": "250 localhost", "RSET": "250 ok", "NOOP": "250 ok"}
    return answers.get(verb, "503 name a receiver first" if verb == "DATA" else "502 not spoken here")


async def _say(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(f"{line}\r\n".encode())
    await writer.drain()


async def _run(directory: Path, port: int) -> None:
    async with await serve(directory, port) as server:
        await server.serve_forever()


def main() -> None:
    """Catches until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(_run(options.directory, options.port))


if __name__ == "__main__":
    main()
