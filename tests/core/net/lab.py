"""Servers on loopback that do what a test says, byte by byte."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.net.client import Outcome, Request, fetch
from core.net.guard import Allowance

Script = Callable[["Wire", socket.socket], None]


class Wire:
    """A server whose every connection is handed to a script, after its request was read and remembered."""

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None, reads_first: bool = True) -> None:
        self.script, self.tls, self.reads_first = script, tls, reads_first
        self.requests: list[bytes] = []
        self.connections = self.sent = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._listener.getsockname()[1])
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/"
        self.allowances = (Allowance("127.0.0.1", self.port),)
        threading.Thread(target=self._accept, daemon=True).start()

    def ask(self, **more: object) -> Outcome:
        """One request to it, which it may get."""
        return fetch(self.request(**more))

    def request(self, **more: object) -> Request:
        """A request to it, with the allowance that loopback needs."""
        values: dict[str, object] = {"url": self.url, "allowances": self.allowances, "timeout_ms": 2000} | more
        return Request(**values)  # type: ignore[arg-type]

    def send(self, line: socket.socket, data: bytes) -> None:
        """Sends and counts."""
        line.sendall(data)
        self.sent += len(data)

    def close(self) -> None:
        """Stops listening."""
        # Shutting down is what wakes the thread that waits in accept.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _address = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        # The client hangs up whenever it has had enough; that is what most of these tests are about.
        with contextlib.suppress(OSError), line:
            talk = self.tls.wrap_socket(line, server_side=True) if self.tls else line
            with talk:
                if self.reads_first:
                    self.requests.append(_read(talk))
                self.script(self, talk)


def _read(line: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = line.recv(65536)
        if not chunk:
            return data
        data += chunk
    head, _blank, body = data.partition(b"\r\n\r\n")
    length = next((int(row[15:]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += line.recv(65536)
    return head + b"\r\n\r\n" + body


def says(body: bytes = b"fine", *headers: str, status: str = "200 OK") -> Script:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    data = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    return lambda wire, line: wire.send(line, data)


def raw(data: bytes) -> Script:
    """These bytes and no more."""
    return lambda wire, line: wire.send(line, data)


def hangs(wire: Wire, line: socket.socket) -> None:
    """Says nothing until the client has gone."""
    line.recv(1)


def endless(head: bytes, part: bytes, *, pause: float = 0.0) -> Script:
    """A head, and then the same part again and again until the client has gone."""

    def script(wire: Wire, line: socket.socket) -> None:
        wire.send(line, head)
        while True:
            wire.send(line, part)
            time.sleep(pause)

    return script


@contextlib.contextmanager
def serving(script: Script, *, tls: ssl.SSLContext | None = None, reads_first: bool = True) -> Iterator[Wire]:
    """A server for the time of a block."""
    wire = Wire(script, tls=tls, reads_first=reads_first)
    try:
        yield wire
    finally:
        wire.close()


def self_signed(folder: Path) -> ssl.SSLContext:
    """What a server needs to speak TLS with a certificate that nobody has vouched for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
