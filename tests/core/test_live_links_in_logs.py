"""A link that lets somebody in stands in its mail and in no log."""

from __future__ import annotations

import logging
import re
import secrets
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client as Browser

from core import outbox
from core.audit import announce
from core.logs import MaskingFormatter, mask
from core.models import OutboxEvent
from core.services import invite_member
from tests.cast import Cast
from tests.processes import web
from tests.walls.test_routes import ALL

# Free text in an address that lets nobody in.
HARMLESS = {"brand/<str:colour>.css"}
ADDRESSES = [
    "/invite/{}/",
    "/notice/{}/",
    "/review/{}/",
    "/approve/{}/",
    "/accounts/confirm-email/{}/",
    "/accounts/password/reset/key/1a-{}/",
]


def token() -> str:
    return f"{secrets.token_urlsafe(24)}:{secrets.token_urlsafe(4)}:{secrets.token_urlsafe(24)}"


def formatter() -> MaskingFormatter:
    made: Any = settings.LOGGING["formatters"]
    return MaskingFormatter(processor=made["json"]["processor"], foreign_pre_chain=made["json"]["foreign_pre_chain"])


def test_every_address_with_free_text_in_it_is_masked() -> None:
    free = [route.pattern for route in ALL if re.search(r"<(?!slug:|uuid:|int:)", route.pattern)]
    assert len(free) > len(HARMLESS)
    for pattern in set(free) - HARMLESS:
        secret = token()
        path = "/" + re.sub(r"\(\?P<\w+>[^)]*\)|<str:\w+>", secret, pattern).replace("^", "").replace("$", "")
        assert secret.partition(":")[0] not in mask(f"GET {path} 200"), pattern


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "line",
    [
        "Not Found: {}",
        "Forbidden (Referer checking failed - https://x.example{} does not match any trusted origins.)",
        "GET https://x.example{}?v=1 200",
        "/accounts/login/?next={}",
    ],
)
def test_a_link_is_masked_wherever_it_stands_in_a_line(address: str, line: str) -> None:
    secret = token()
    for path in (address.format(secret), quote(address.format(secret), safe="")):
        masked = mask(line.format(path))
        assert not any(part in masked for part in re.split(r"[:-]|%3A", secret) if len(part) > 5)
        assert "***" in masked


def test_a_traceback_is_masked_with_what_its_exception_says() -> None:
    secret = token()
    try:
        raise ValueError(f"Failing row contains (https://x.example/invite/{secret}/)")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "Broken: %s", ("it",), sys.exc_info())
    line = formatter().format(record)
    assert "Failing row" in line
    assert secret not in line


def test_what_a_handler_says_of_its_failure_is_masked_where_it_is_kept(cast: Cast, monkeypatch: Any) -> None:
    secret = token()

    def fail(_news: Any) -> None:
        raise ValueError(f"cannot mail /invite/{secret}/")

    monkeypatch.setattr(outbox, "handlers_of", lambda _name: (fail,))
    with cast.north.scope():
        announce(name="core.agency.updated", payload={})
    outbox.relay_due()
    with cast.north.scope():
        said = OutboxEvent.objects.exclude(last_error="").get().last_error
    assert "cannot mail" in said
    assert secret not in said


def test_the_session_of_somebody_invited_holds_no_link(cast: Cast) -> None:
    with cast.north.scope():
        _row, plain = invite_member(email="new@north.example", role="viewer")
    browser = Browser()
    assert browser.get(f"/invite/{plain}/").status_code == 200
    assert plain not in str(dict(browser.session))


@pytest.mark.slow
def test_the_log_of_the_web_server_shows_no_part_of_a_link(committed_cast: Cast, tmp_path: Path) -> None:
    secret = token()
    with web(tmp_path) as (port, _pid):
        for address in ADDRESSES:
            url = f"http://127.0.0.1:{port}{address.format(secret)}"
            asked = urllib.request.Request(url, headers={"Referer": url})
            for data in (None, b"x=1"):
                try:
                    urllib.request.urlopen(asked, data=data, timeout=10).close()
                except HTTPError as error:
                    error.close()
    log = (tmp_path / "web.log").read_text()
    assert '"path": "/invite/***/"' in log
    assert '"path": "/accounts/password/reset/key/***/"' in log
    assert not any(part in log for part in secret.split(":") if len(part) > 8)
