"""A program with a token and a person with a browser. Where the answer does not come they do what such people do."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.test import Client

from core.models import User
from tests.chaos.books import NO, PERHAPS, YES

# Whoever waits longer than this does not know, and asks no second time.
PATIENCE = 60.0


class NoAnswer(Exception):
    """The connection was refused or broke off, or the answer says that something is broken."""


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer."""

    def redirect_request(self, *_args: Any) -> None:
        return None


_open = urllib.request.build_opener(_Stay).open


def ask(url: str, headers: dict[str, str], body: bytes | None = None) -> tuple[int, str]:
    """The status and the text of the answer. NoAnswer where there is none; TimeoutError where none came in time."""
    try:
        with _open(urllib.request.Request(url, body, headers), timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            if error.code >= 500:
                raise NoAnswer(f"{error.code}") from error
            # Where a redirect leads says what became of what was sent.
            return error.code, error.headers.get("Location", "") + error.read().decode()
    except TimeoutError:
        raise
    except (OSError, urllib.error.URLError) as error:
        if isinstance(getattr(error, "reason", None), TimeoutError):
            raise TimeoutError from error
        raise NoAnswer(str(error)) from error


class Program:
    """Calls the API. It repeats with the same key until it is told, so that each wish comes true once."""

    def __init__(self, port: int, token: str) -> None:
        self.root = f"http://127.0.0.1:{port}/api/v1/"
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def post(self, path: str, body: dict[str, Any], key: str = "") -> tuple[int, str]:
        """One call."""
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return ask(self.root + path, headers, json.dumps(body).encode())

    def open_incident(self, system: str, title: str, severity: str, *, day: Callable[[], str]) -> str:
        """Whether it was opened. A key holds for a day; who finds that the day is over does not repeat."""
        body, began = {"system": system, "title": title, "severity": severity}, day()
        for _ in range(120):
            try:
                status, said = self.post("incidents/", body, key=title)
            except TimeoutError:
                return PERHAPS
            except NoAnswer:
                time.sleep(0.5)
                if day() != began:
                    return PERHAPS
                continue
            if status == 429:
                time.sleep(1)
                continue
            return YES if status == 201 else _unexpected(status, said)
        return PERHAPS


class Person:
    """Fills in the form. Where the answer breaks off they look whether it is there, and only then fill it in again."""

    def __init__(self, port: int, agency: str, user: User) -> None:
        self.user, self.secret = user, "x" * 32
        self.root = f"http://127.0.0.1:{port}/a/{agency}/incidents/"
        self.headers: dict[str, str] = {}
        self._sign_in()

    def _sign_in(self) -> None:
        """Anew whenever the session has ended, as it does where the clocks jump by forty days."""
        client = Client()
        client.force_login(self.user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={self.secret}"
        self.headers = {"Cookie": cookies}

    def open_incident(self, system: str, title: str, severity: str) -> str:
        """Whether it was opened."""
        fields = {"system_id": system, "title": title, "severity": severity, "channel": "noticed"}
        fields["csrfmiddlewaretoken"] = self.secret
        for _ in range(120):
            try:
                status, said = ask(f"{self.root}new/", self.headers, urllib.parse.urlencode(fields).encode())
            except TimeoutError:
                return PERHAPS
            except NoAnswer:
                if self._sees(title):
                    return YES
                continue
            if status == 302 and "/login" in said:
                self._sign_in()
                continue
            return YES if status == 302 else _unexpected(status, said)
        return PERHAPS

    def _sees(self, title: str) -> bool:
        """Whether the list has it, as soon as the list can be seen."""
        deadline = time.monotonic() + PATIENCE * 2
        while time.monotonic() < deadline:
            try:
                status, said = ask(f"{self.root}?{urllib.parse.urlencode({'q': title, 'state': 'all'})}", self.headers)
            except (NoAnswer, TimeoutError):
                time.sleep(0.5)
                continue
            if status == 302 and "/login" in said:
                self._sign_in()
                continue
            # The words that were looked for stand in the field as well.
            return status == 200 and said.count(title) > 1
        return False


def _unexpected(status: int, said: str) -> str:
    print(f"  a visitor was answered {status}: {said[:200]}", flush=True)
    return NO
