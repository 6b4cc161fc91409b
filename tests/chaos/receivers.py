"""A mail server and a webhook receiver that keep every copy they are sent, and can refuse for a while."""

from __future__ import annotations

import json
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from tests.receivers import LOOKS, free_port


@dataclass(frozen=True)
class Mail:
    """What a mail said."""

    to: str
    event: str
    subject: str
    text: str


@dataclass(frozen=True)
class Call:
    """What a webhook said: where it came, the event, its data as one text."""

    path: str
    event: str
    data: str


@dataclass
class Post:
    """What has come, by the id under which it came: what each copy said, and how many copies there were."""

    mails: dict[str, set[Mail]] = field(default_factory=lambda: defaultdict(set))
    calls: dict[str, set[Call]] = field(default_factory=lambda: defaultdict(set))
    copies: Counter[str] = field(default_factory=Counter)


class _Door(ThreadingHTTPServer):
    """Lets as many wait at the door as knock at once."""

    request_queue_size = 256


class Receivers:
    """Keeps what comes. It is read as a copy, because more may come meanwhile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept = Post()
        self._refusing = False
        self._smtp = Controller(self._mail_handler(), hostname="127.0.0.1", port=free_port())
        self._http = _Door(("127.0.0.1", 0), self._hook_handler())
        self.smtp_port, self.hook_port = self._smtp.port, self._http.server_port

    def start(self) -> None:
        """Listens until the process ends."""
        self._smtp.start()
        threading.Thread(target=self._http.serve_forever, args=(LOOKS,), daemon=True).start()

    def stop(self) -> None:
        """Listens no more."""
        self._smtp.stop()
        self._http.shutdown()
        self._http.server_close()

    def refuse(self, refusing: bool) -> None:
        """While refusing, both answer with an error and keep nothing."""
        self._refusing = refusing

    def post(self) -> Post:
        """A copy of everything that came."""
        with self._lock:
            mails = {name: set(said) for name, said in self._kept.mails.items()}
            calls = {name: set(said) for name, said in self._kept.calls.items()}
            return Post(mails, calls, Counter(self._kept.copies))

    def _keep_mail(self, content: bytes) -> None:
        message = message_from_bytes(content)
        part = next((part for part in message.walk() if part.get_content_type() == "text/plain"), message)
        text = part.get_payload(decode=True)
        subject = str(make_header(decode_header(message["Subject"] or "")))
        said = text.decode() if isinstance(text, bytes) else ""
        mail = Mail(str(message["To"]), str(message["X-Retainer-Event"]), " ".join(subject.split()), said)
        with self._lock:
            self._kept.mails[str(message["Message-ID"])].add(mail)
            self._kept.copies[str(message["Message-ID"])] += 1

    def _keep_call(self, path: str, name: str, body: bytes) -> None:
        said = json.loads(body)
        call = Call(path, said["type"], canonical(said["data"]))
        with self._lock:
            self._kept.calls[name].add(call)
            self._kept.copies[name] += 1

    def _mail_handler(self) -> Any:
        outer = self

        class Keep:
            async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
                if outer._refusing:
                    return "451 not now"
                outer._keep_mail(envelope.content)
                return "250 kept"

        return Keep()

    def _hook_handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Keep(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not outer._refusing:
                    outer._keep_call(self.path, self.headers["webhook-id"], body)
                self.send_response(503 if outer._refusing else 204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        return Keep


def canonical(data: Any) -> str:
    """The same text for the same data."""
    return json.dumps(data, sort_keys=True)
