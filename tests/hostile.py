"""Requests that nobody honest makes, as bytes on the wire: too large, too deep, too many, and odd in every way."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from django.conf import global_settings

LANGUAGES = [code for code, _name in global_settings.LANGUAGES]
MEGABYTE = 1 << 20


@dataclass
class Enemy:
    """Makes hostile requests in a mixture that is the same for the same seed."""

    token: str
    check: str
    session: str = ""
    seed: int = 1
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def requests(self, number: int) -> Iterator[bytes]:
        """So many of them, every kind in its turn."""
        kinds = self.kinds
        for place in range(number):
            yield kinds[place % len(kinds)]()

    @property
    def kinds(self) -> list[Callable[[], bytes]]:
        """One function a kind."""
        return [getattr(self, name) for name in sorted(vars(type(self))) if name.startswith("with_")]

    def _word(self, length: int = 40) -> str:
        return "".join(self.chance.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=length))

    def _api(self, path: str, body: bytes, *headers: str, method: str = "POST") -> bytes:
        own = [f"Authorization: Bearer {self.token}", "Content-Type: application/json", *headers]
        return wire(method, f"/api/v1/{path}", body, *own)

    def with_a_body_that_is_too_large(self) -> bytes:
        return self._api("clients/", json.dumps({"name": self._word(20) * (4 * MEGABYTE // 20)}).encode())

    def with_many_values(self) -> bytes:
        samples = [{"metric": self._word(5), "value": 1} for _one in range(20_000)]
        return self._api(f"checks/{self.check}/samples/", json.dumps({"samples": samples}).encode())

    def with_deep_json(self) -> bytes:
        depth = self.chance.choice([100, 990, 50_000])
        return self._api("clients/", b'{"name":' + b"[" * depth + b"]" * depth + b"}")

    def with_a_wide_body(self) -> bytes:
        return self._api("clients/", json.dumps({self._word(8): 1 for _one in range(20_000)}).encode())

    def with_a_long_number(self) -> bytes:
        return self._api("clients/", b'{"name": ' + b"9" * 100_000 + b"}")

    def with_bytes_that_are_no_text(self) -> bytes:
        return self._api("clients/", bytes(self.chance.choices(range(256), k=5000)))

    def with_a_key_of_its_own(self) -> bytes:
        body = json.dumps({"samples": [{"metric": "queue", "value": self.chance.random()}]}).encode()
        return self._api(f"checks/{self.check}/samples/", body, f"Idempotency-Key: {self._word()}")

    def with_a_key_and_a_bad_body(self) -> bytes:
        return self._api("clients/", b"{}", f"Idempotency-Key: {self._word()}")

    def with_a_token_that_is_none(self) -> bytes:
        headers = f"Authorization: Bearer rtn_{self._word(16)}_{self._word()}"
        return wire("GET", "/api/v1/clients/", b"", headers)

    def with_large_headers(self) -> bytes:
        return wire(
            "GET", "/accounts/login/", b"", *(f"X-{self._word(8)}: {self._word(10) * 700}" for _one in range(90))
        )

    def with_many_headers(self) -> bytes:
        return wire("GET", "/accounts/login/", b"", *(f"X-{self._word(8)}: x" for _one in range(2000)))

    def with_many_parameters(self) -> bytes:
        return wire("GET", "/accounts/login/?" + "&".join(f"{self._word(3)}=" for _one in range(700)), b"")

    def with_filters_of_its_own(self) -> bytes:
        query = "&".join(f"{self._word(6)}={self._word(6)}" for _one in range(100))
        return self._api(f"incidents/?{query}", b"", method="GET")

    def with_a_long_path(self) -> bytes:
        return wire("GET", "/a/" + self._word(3900), b"")

    def with_a_path_of_its_own(self) -> bytes:
        first = self.chance.choice(["a", "invite", "notice", "review", "p/x", "brand", "api/v1", "static"])
        return wire("GET", f"/{first}/{self._word(30)}/", b"")

    def with_a_colour_of_its_own(self) -> bytes:
        return wire("GET", f"/brand/{self.chance.randrange(1 << 24):06x}.css", b"")

    def with_odd_bytes_in_its_path(self) -> bytes:
        odd = "".join(f"%{self.chance.randrange(256):02x}" for _one in range(200))
        return wire("GET", f"/{odd}?{odd}={odd}", b"")

    def with_cookies_of_its_own(self) -> bytes:
        jar = "; ".join(f"{self._word(6)}={self._word(30)}" for _one in range(80))
        return wire("GET", "/a/north/", b"", f"Cookie: sessionid={self._word(32)}; csrftoken={self._word(32)}; {jar}")

    def with_a_language_of_its_own(self) -> bytes:
        return wire("GET", "/accounts/login/", b"", f"Accept-Language: {self.chance.choice(LANGUAGES)}")

    def with_languages_that_are_none(self) -> bytes:
        return wire("GET", "/accounts/login/", b"", f"Accept-Language: {','.join(self._word(5) for _one in range(80))}")

    def with_a_host_of_its_own(self) -> bytes:
        return wire("GET", "/accounts/login/", b"", f"Host: {self._word()}.example").replace(
            b"Host: 127.0.0.1\r\n", b""
        )

    def with_a_form_that_is_not_ours(self) -> bytes:
        body = f"login={self._word()}@example.com&password={self._word()}&csrfmiddlewaretoken={self._word(64)}".encode()
        return wire("POST", "/accounts/login/", body, "Content-Type: application/x-www-form-urlencoded")

    def with_a_form_of_many_fields(self) -> bytes:
        body = "&".join(f"{self._word(5)}=x" for _one in range(5000)).encode()
        return wire("POST", "/accounts/login/", body, "Content-Type: application/x-www-form-urlencoded")

    def with_a_form_that_is_too_large(self) -> bytes:
        body = b"login=" + b"x" * (4 * MEGABYTE)
        return wire("POST", "/accounts/login/", body, "Content-Type: application/x-www-form-urlencoded")

    def with_a_file_nobody_asked_for(self) -> bytes:
        return self._parts([("file", f'; filename="{self._word(8)}"', b"x" * (4 * MEGABYTE))])

    def with_many_parts(self) -> bytes:
        return self._parts([(self._word(5), "", b"x") for _one in range(3000)])

    def with_many_files(self) -> bytes:
        return self._parts([(self._word(5), f'; filename="{self._word(5)}"', b"x") for _one in range(300)])

    def _parts(self, parts: list[tuple[str, str, bytes]]) -> bytes:
        head = b'--b\r\nContent-Disposition: form-data; name="'
        body = b"".join(
            head + name.encode() + b'"' + more.encode() + b"\r\n\r\n" + text + b"\r\n" for name, more, text in parts
        )
        return wire("POST", "/accounts/login/", body + b"--b--\r\n", "Content-Type: multipart/form-data; boundary=b")

    def with_a_method_of_its_own(self) -> bytes:
        return wire(self.chance.choice(["TRACE", "PROPFIND", "PATCH", "OPTIONS", self._word(15).upper()]), "/", b"")

    def with_an_open_page_of_its_own(self) -> bytes:
        """A live part whose address nobody has asked for before, by somebody who is signed in."""
        address = f"/a/north/?v={self._word(10)}&x={self._word(3000)}"
        return wire("GET", address, b"", f"Cookie: sessionid={self.session}", "HX-Request: true")

    def with_a_search_of_its_own(self) -> bytes:
        return wire("GET", f"/a/north/go/?q={self._word(500)}", b"", f"Cookie: sessionid={self.session}")


def wire(method: str, target: str, body: bytes, *headers: str) -> bytes:
    """The request as it goes over the wire, on a connection of its own."""
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def send(port: int, request: bytes) -> int:
    """The status of the answer; 0 where the server hung up without one."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        # Whoever is refused early may find the door shut while still talking.
        with suppress(ConnectionError):
            line.sendall(request)
        answer = b""
        with suppress(ConnectionError):
            while chunk := line.recv(65536):
                answer = answer or chunk
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.") else 0
