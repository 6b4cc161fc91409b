"""X42: the second call with the same Idempotency-Key gets the first one's answer."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

from django.db import connection
from django.http import HttpResponse

from clients.models import Client
from core.clock import at, now
from tests.api.support import call, read, token_of
from tests.cast import Cast

BODY = {"name": "Acme", "time_zone": "Europe/Berlin"}


def test_a_repeated_call_gets_the_first_answer_and_does_nothing(cast: Cast) -> None:
    """X42: replay."""
    token = token_of(cast.north)
    first = call("POST", "clients/", token, BODY, key="one")
    again = call("POST", "clients/", token, BODY, key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert json.loads(first.content) == json.loads(again.content)
    assert not first.has_header("Idempotency-Replayed")
    assert again["Idempotency-Replayed"] == "true"
    assert _named_acme(token) == 1


def test_a_key_that_was_used_for_another_body_is_refused(cast: Cast) -> None:
    """X42: mismatch."""
    token = token_of(cast.north)
    call("POST", "clients/", token, BODY, key="one")
    answer = call("POST", "clients/", token, {**BODY, "name": "Other"}, key="one")
    assert answer.status_code == 422
    assert json.loads(answer.content)["code"] == "idempotency_mismatch"


def test_a_key_that_was_used_at_another_address_is_refused(cast: Cast) -> None:
    """X42: mismatch of the address with the same body."""
    token = token_of(cast.north)
    systems = [str(cast.north.system.id), str(cast.north.other_system.id)]
    assert call("POST", f"systems/{systems[0]}/pause/", token, {}, key="one").status_code == 200
    assert call("POST", f"systems/{systems[1]}/pause/", token, {}, key="one").status_code == 422


def test_a_failed_call_leaves_no_record_so_that_it_can_be_repeated(cast: Cast) -> None:
    """X42: the record lives and dies with the call's own transaction."""
    token = token_of(cast.north)
    refused = call("POST", "clients/", token, {**BODY, "time_zone": "Nowhere/Atall"}, key="one")
    assert refused.status_code == 400
    assert call("POST", "clients/", token, BODY, key="one").status_code == 201


def test_another_agency_may_use_the_same_key(cast: Cast) -> None:
    """X42: other tenant's key: neither its answer nor its existence shows."""
    north = call("POST", "clients/", token_of(cast.north), BODY, key="one")
    south = call("POST", "clients/", token_of(cast.south), BODY, key="one")
    assert (north.status_code, south.status_code) == (201, 201)
    assert not south.has_header("Idempotency-Replayed")
    assert json.loads(north.content)["id"] != json.loads(south.content)["id"]


def test_another_token_of_the_same_agency_has_keys_of_its_own(cast: Cast) -> None:
    """A program never gets an answer that was made for another."""
    first = call("POST", "clients/", token_of(cast.north), BODY, key="one")
    second = call("POST", "clients/", token_of(cast.north), BODY, key="one")
    assert json.loads(first.content)["id"] != json.loads(second.content)["id"]


def test_a_key_is_free_again_after_a_day(cast: Cast) -> None:
    """The record is kept for 24 hours and no longer."""
    token = token_of(cast.north)
    call("POST", "clients/", token, BODY, key="one")
    with at(now() + timedelta(hours=24, seconds=1)):
        again = call("POST", "clients/", token, BODY, key="one")
    assert again.status_code == 201
    assert _named_acme(token) == 2


def test_a_key_that_is_empty_or_too_long_is_refused(cast: Cast) -> None:
    """An empty key would look like one and protect nothing."""
    token = token_of(cast.north)
    for key in ("", "k" * 129):
        assert call("POST", "clients/", token, BODY, key=key).status_code == 400
    assert _named_acme(token) == 0


def test_ten_calls_at_once_do_it_once(committed_cast: Cast) -> None:
    """X42: concurrent: the others wait for the first one's commit and get its answer."""
    token = token_of(committed_cast.north)
    start = Barrier(10)

    def one(_number: int) -> HttpResponse:
        start.wait()
        try:
            return call("POST", "clients/", token, BODY, key="one")
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(one, range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({json.loads(answer.content)["id"] for answer in answers}) == 1
    assert sum(not answer.has_header("Idempotency-Replayed") for answer in answers) == 1
    with committed_cast.north.scope():
        assert Client.objects.filter(name="Acme").count() == 1


def _named_acme(token: str) -> int:
    rows: list[dict[str, Any]] = read("clients/", token)["results"]
    return sum(row["name"] == "Acme" for row in rows)
