"""Real servers: for mail, for HTTP and for DNS, each on a free port of this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from dnslib import QTYPE, RCODE, RR, TXT
from dnslib.server import BaseResolver, DNSLogger, DNSServer

# Seconds after which a server looks again whether it is to stop. Its own half a second would be paid by every test.
LOOKS = 0.02


@dataclass
class Mailbox:
    """What the SMTP server has taken."""

    port: int
    messages: list[Message] = field(default_factory=list)
    # Of each message the sender of its envelope.
    envelopes: list[str] = field(default_factory=list)

    def to(self, address: str) -> list[Message]:
        """The messages to one address."""
        return [message for message in self.messages if message["To"] == address]


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def smtp_server() -> Iterator[Mailbox]:
    """A real SMTP server that keeps what it is sent."""
    box = Mailbox(port=0)

    class Keep:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            box.envelopes.append(envelope.mail_from)
            box.messages.append(message_from_bytes(envelope.content))
            return "250 kept"

    controller = Controller(Keep(), hostname="127.0.0.1", port=free_port())
    box.port = controller.port
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass
class Call:
    """One request that the HTTP server got."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Hook:
    """A webhook receiver: its calls, and the status it answers with (the next one first)."""

    port: int
    calls: list[Call] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def webhook_receiver() -> Iterator[Hook]:
    """A real HTTP server that keeps what it is posted."""
    hook = Hook(port=0)

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            hook.calls.append(Call(self.path, headers, body))
            self.send_response(hook.answers.pop(0) if hook.answers else 204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keep)
    hook.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(LOOKS,), daemon=True).start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Zone:
    """What the DNS server says: TXT records by name, and whether it can answer at all."""

    address: str = ""
    records: dict[str, list[list[str]]] = field(default_factory=dict)
    broken: bool = False
    asked: list[str] = field(default_factory=list)

    def put(self, name: str, *parts: str) -> None:
        """A TXT record of one or more parts, beside those that the name has."""
        self.records.setdefault(name, []).append(list(parts))


@contextmanager
def dns_server() -> Iterator[Zone]:
    """A real DNS server over UDP. A name without records does not exist."""
    zone = Zone()

    class Answers(BaseResolver):  # type: ignore[misc]
        def resolve(self, request: Any, handler: Any) -> Any:
            reply, name = request.reply(), str(request.q.qname).rstrip(".").lower()
            zone.asked.append(name)
            for parts in zone.records.get(name, []):
                reply.add_answer(RR(name, QTYPE.TXT, ttl=1, rdata=TXT([part.encode() for part in parts])))
            if zone.broken:
                reply.header.rcode = RCODE.SERVFAIL
            elif name not in zone.records:
                reply.header.rcode = RCODE.NXDOMAIN
            return reply

    server = DNSServer(Answers(), address="127.0.0.1", port=0, logger=DNSLogger(logf=lambda _line: None))
    zone.address = f"127.0.0.1:{server.server.server_address[1]}"
    threading.Thread(target=server.server.serve_forever, args=(LOOKS,), daemon=True).start()
    try:
        yield zone
    finally:
        server.stop()
        server.server.server_close()
