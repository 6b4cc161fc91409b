"""A mail server and a webhook receiver that keep every copy they are sent, and can refuse for a while."""

from __future__ import annotations

import json
import threading
from collections import Counter, defaultdict
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from tests.receivers import free_port


class _Door(ThreadingHTTPServer):
    """Lets as many wait at the door as knock at once."""

    request_queue_size = 256


class Receivers:
    """``mails`` counts copies by Message-ID; ``calls`` holds the different bodies of each webhook id."""

    def __init__(self) -> None:
        self.mails: Counter[str] = Counter()
        self.calls: dict[str, set[str]] = defaultdict(set)
        self.copies: Counter[str] = Counter()
        self._refusing = False
        self._smtp = Controller(self._mail_handler(), hostname="127.0.0.1", port=free_port())
        self._http = _Door(("127.0.0.1", 0), self._hook_handler())
        self.smtp_port, self.hook_port = self._smtp.port, self._http.server_port

    def start(self) -> None:
        """Listens until the process ends."""
        self._smtp.start()
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def refuse(self, refusing: bool) -> None:
        """While refusing, both answer with an error and keep nothing."""
        self._refusing = refusing

    def _mail_handler(self) -> Any:
        outer = self

        class Keep:
            async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
                if outer._refusing:
                    return "451 not now"
                outer.mails[str(message_from_bytes(envelope.content)["Message-ID"])] += 1
                return "250 kept"

        return Keep()

    def _hook_handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Keep(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not outer._refusing:
                    name = self.headers["webhook-id"]
                    outer.calls[name].add(json.dumps(json.loads(body), sort_keys=True))
                    outer.copies[name] += 1
                self.send_response(503 if outer._refusing else 204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        return Keep
