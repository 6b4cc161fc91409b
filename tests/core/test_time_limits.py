"""No request goes on for ever: a statement, a lock that is waited for and work of many steps all end, and say so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client as Browser

from bench.simulate import at_the_caps
from clients import selectors
from clients.models import Client
from core import deadline
from core.tenancy import limits
from tests.api.support import call, token_of
from tests.cast import Cast

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def limits_as_they_were() -> Iterator[None]:
    before = dict(limits.in_force())
    yield
    limits.in_force().clear()
    limits.in_force().update(before)


def clients_take(monkeypatch: pytest.MonkeyPatch, work: Callable[[], Any]) -> None:
    """Reading the clients does this first."""
    read = selectors.clients
    monkeypatch.setattr("clients.selectors.clients", lambda **narrowed: (work(), read(**narrowed))[1])


def sleep_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(20)")


def ask_for_ever() -> None:
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")


def calculate_for_ever() -> None:
    while True:
        deadline.check()


ENDLESS: dict[str, Callable[[], None]] = {
    "one statement": sleep_in_the_database,
    "many statements": ask_for_ever,
    "a calculation": calculate_for_ever,
}


@pytest.fixture(params=list(ENDLESS.values()), ids=list(ENDLESS))
def endless(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.REQUEST_SECONDS = 0.5
    limits.use(statement="500ms", idle_in_transaction="20s")
    clients_take(monkeypatch, request.param)


@pytest.mark.usefixtures("endless")
def test_a_program_is_told_that_it_took_too_long(cast: Cast) -> None:
    answer = call("GET", "clients/", token_of(cast.north))
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"]
    assert json.loads(answer.content)["code"] == "too_slow"


@pytest.mark.usefixtures("endless")
def test_a_person_is_told_that_it_took_too_long(cast: Cast) -> None:
    browser = Browser(raise_request_exception=True)
    browser.force_login(cast.north.owner)
    answer = browser.get(f"/a/{cast.north.agency.slug}/clients/")
    assert answer.status_code == 503
    assert "This took too long" in answer.content.decode()


def test_what_was_written_before_the_time_was_over_is_taken_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.REQUEST_SECONDS = 0.5
    token = token_of(cast.north)
    written: list[int] = []

    def announce(**_facts: Any) -> None:
        written.append(Client.objects.filter(name="Acme").count())
        calculate_for_ever()

    monkeypatch.setattr("clients.services.record_and_announce", announce)
    answer = call("POST", "clients/", token, {"name": "Acme", "time_zone": "UTC"})
    assert (answer.status_code, written) == (503, [1])
    with cast.north.scope():
        assert not Client.objects.filter(name="Acme").exists()


def test_who_waits_too_long_for_somebody_elses_lock_is_told(committed_cast: Cast) -> None:
    house, held, done = committed_cast.north, threading.Event(), threading.Event()
    token = token_of(house)
    limits.use(statement="20s", idle_in_transaction="60s", lock="300ms")

    def hold() -> None:
        with house.scope():
            Client.objects.select_for_update(of=("self",)).get(id=house.client.id)
            held.set()
            done.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(10)
        answer = call("PATCH", f"clients/{house.client.id}/", token, {"name": "Another"})
    finally:
        done.set()
        holder.join()
    assert answer.status_code == 503, answer.content
    assert json.loads(answer.content)["code"] == "too_slow"
    assert call("PATCH", f"clients/{house.client.id}/", token, {"name": "Another"}).status_code == 200


def test_a_calculation_at_its_caps_is_left_when_the_time_is_over(cast: Cast, settings: Any) -> None:
    settings.REQUEST_SECONDS = 0.02
    token = token_of(cast.north)
    # The time may be over before the view begins, on a machine that is slow enough.
    browser = Browser(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"})
    answer = browser.post("/api/v1/clocks/simulate/", json.dumps(at_the_caps()), content_type="application/json")
    assert (answer.status_code, json.loads(answer.content)["code"]) == (503, "too_slow")


def test_a_request_that_cannot_even_find_out_who_asks_is_told_too(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Before any view runs."""
    settings.REQUEST_SECONDS = 0.3
    token = token_of(cast.north)
    monkeypatch.setattr("retainer.access.tokens.authenticate", lambda _plain: calculate_for_ever())
    answer = Browser(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"}).get(
        "/api/v1/clients/"
    )
    assert (answer.status_code, json.loads(answer.content)["code"]) == (503, "too_slow")


def test_another_fault_stays_a_fault(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_of(cast.north)
    clients_take(monkeypatch, lambda: 1 / 0)
    browser = Browser(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"})
    assert browser.get("/api/v1/clients/").status_code == 500


def test_without_a_limit_and_outside_a_request_nothing_ends() -> None:
    deadline.check()
    with deadline.limited_to(0):
        deadline.check()
    with deadline.limited_to(0.001):
        time.sleep(0.01)
        with pytest.raises(deadline.TimeIsUp):
            deadline.check()
        deadline.lift()
        deadline.check()
    deadline.check()


@pytest.mark.parametrize("application", ["retainer.wsgi", "retainer.asgi"])
def test_a_web_process_has_the_limits_of_its_settings_in_each_scope(application: str, cast: Cast) -> None:
    script = (
        f"import django, uuid; django.setup(); import {application}\n"
        "from core.tenancy import tenant_scope\nfrom django.db import connection\n"
        "with tenant_scope(uuid.uuid4()), connection.cursor() as cursor:\n"
        "    for name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'):\n"
        "        cursor.execute(f'SHOW {name}'); print(cursor.fetchone()[0])\n"
        "with connection.cursor() as cursor:\n"
        "    cursor.execute('SHOW statement_timeout'); print(cursor.fetchone()[0])\n"
    )
    env = {**os.environ, "WEB_STATEMENT_TIMEOUT": "14s", "WEB_LOCK_TIMEOUT": "4s", "WEB_IDLE_TIMEOUT": "54s"}
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert ran.stdout.split() == ["14s", "4s", "54s", "0"], ran.stderr


def test_every_request_stands_under_the_limit() -> None:
    assert get_wsgi_application()
    assert settings.MIDDLEWARE.index("retainer.limits.TimeLimitMiddleware") == 1
