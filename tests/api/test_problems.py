"""Every refusal is one shape, whatever refused; and the headers that say how many calls are left."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.test import Client

from tests.api.support import World, call, token_of
from tests.cast import Cast, random_id


def problem(answer: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """The problem, once it has been seen to be one."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.content)
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]
    return body


def test_a_missing_token_is_a_problem(db: None) -> None:
    """401."""
    problem(call("GET", "clients/"), 401, "unauthenticated")


def test_a_missing_scope_is_a_problem(cast: Cast) -> None:
    """403."""
    problem(call("POST", "clients/", token_of(cast.north, ["read"])), 403, "forbidden")


def test_a_missing_row_is_a_problem(cast: Cast) -> None:
    """404."""
    problem(call("GET", f"clients/{random_id()}/", token_of(cast.north)), 404, "not_found")


def test_an_address_that_never_was_is_a_problem(db: None) -> None:
    """404, also where no view is reached."""
    for path in ("nothing/", "clients/not-an-id/"):
        problem(call("GET", path), 404, "not_found")


def test_a_method_that_an_address_does_not_have_is_a_problem(cast: Cast) -> None:
    """405, with what is allowed."""
    answer = call("DELETE", f"clients/{cast.north.client.id}/", token_of(cast.north))
    problem(answer, 405, "method_not_allowed")
    assert "GET" in answer["Allow"]


def test_a_body_of_another_type_is_a_problem(cast: Cast) -> None:
    """415: only JSON is read."""
    token = token_of(cast.north)
    answer = Client(headers={"Authorization": f"Bearer {token}"}).post("/api/v1/clients/", {"name": "x"})
    problem(answer, 415, "unsupported_media_type")  # type: ignore[arg-type]


def test_bad_fields_are_all_named_at_once(cast: Cast) -> None:
    """400: one list, one entry a field."""
    body = problem(call("POST", "clients/", token_of(cast.north), {"country": "Germany"}), 400, "invalid")
    assert {error["field"] for error in body["errors"]} == {"name", "time_zone", "country"}
    assert all(error["message"] for error in body["errors"])


def test_what_a_service_refuses_names_its_field_too(cast: Cast) -> None:
    """400 from the domain reads like 400 from the shape."""
    answer = call("POST", "clients/", token_of(cast.north), {"name": "Acme", "time_zone": "Nowhere/Atall"})
    body = problem(answer, 400, "invalid")
    assert [error["field"] for error in body["errors"]] == ["time_zone"]


def test_a_step_that_the_state_does_not_allow_is_a_conflict(north: World) -> None:
    """409."""
    where = f"incidents/{north.ids['incidents']}/reopen/"
    problem(call("POST", where, north.token, {"reason": "again"}), 409, "conflict")


def test_every_answer_says_how_many_calls_are_left(north: World) -> None:
    """On success and on refusal alike."""
    for path, status in [("clients/", 200), (f"clients/{random_id()}/", 404)]:
        answer = call("GET", path, north.token)
        assert answer.status_code == status
        assert int(answer["RateLimit-Limit"]) == django_settings.API_RATE_PER_MINUTE
        assert 0 <= int(answer["RateLimit-Remaining"]) < int(answer["RateLimit-Limit"])
        assert 0 < int(answer["RateLimit-Reset"]) <= 65


@pytest.mark.parametrize("path", ["clients/", "incidents/"])
def test_no_answer_may_be_kept_by_a_cache(path: str, cast: Cast) -> None:
    """X18 for programs."""
    assert "no-store" in call("GET", path, token_of(cast.north))["Cache-Control"]
