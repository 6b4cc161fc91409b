"""Calls that schemathesis makes up from the description, with the token of every role: no error of ours, and every
answer as it is described."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck
from hypothesis import settings as examples
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from core.access.roles import Role, scopes_within
from core.tokens import create_token
from tests import edges
from tests.api.support import EVERY_SCOPE, World
from tests.matrix import taken_back

pytestmark = pytest.mark.slow
# Before each call schemathesis looks for it on the whole path; that it is not there is known once this is said.
sys.modules.setdefault("flask", None)  # type: ignore[arg-type]
schema = schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application())
AS_DESCRIBED = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
# Of what is written like an instant or a date, a part lies at the edge of time, with offsets.
SOME = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-12)), timezone(timedelta(hours=14))]))
schemathesis.openapi.format("date-time", st.sampled_from(edges.INSTANTS) | SOME.map(datetime.isoformat))
schemathesis.openapi.format("date", st.sampled_from(edges.DAYS) | st.dates().map(date.isoformat))
ROLES = [role for role in Role.values if scopes_within(role, EVERY_SCOPE)]


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """A server lets go of its connection between requests; here that would be the test's own."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def tokens(north: World) -> dict[str, str]:
    """By role, a token with every scope that it has, made by somebody in it. The owner's is the last."""
    return {role: _token(north, role) for role in sorted(ROLES, key=lambda role: role == Role.OWNER)}


def _token(north: World, role: str) -> str:
    house = north.house
    with house.scope(getattr(house, {"account_manager": "manager"}.get(role, role)), role):
        return create_token(name="Any", scopes=scopes_within(role, EVERY_SCOPE))[1]


@schema.parametrize()
@examples(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow],
)
def test_no_call_breaks_us_and_every_answer_is_as_described(
    case: Case[Any], tokens: dict[str, str], north: World
) -> None:
    settle(case, north)
    failed = {role: error for role, token in tokens.items() if (error := called(case, role, token))}
    if failed:
        raise ExceptionGroup(f"called by: {', '.join(failed)}", list(failed.values()))


def called(case: Case[Any], role: str, token: str) -> Exception | None:
    """What is wrong with the answer to somebody in this role."""
    # What the owner did stays for the next call, which may meet it; the others call for nothing.
    with nullcontext() if role == Role.OWNER else taken_back():
        try:
            case.call_and_validate(headers=bearer(token), checks=AS_DESCRIBED)
        except Exception as error:
            return error
    return None


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_an_error_of_ours_would_be_found(tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.selectors.clients", lambda: 1 / 0)
    case = schema["/api/v1/clients/"]["GET"].Case()
    with pytest.raises(FailureGroup, match="Server error"):
        case.call_and_validate(headers=bearer(tokens["owner"]), checks=AS_DESCRIBED)


def test_an_answer_that_is_not_as_described_would_be_found(
    tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clients.api.ClientOut.to_representation", lambda _shape, _row: {"id": 3})
    case = schema["/api/v1/clients/"]["GET"].Case()
    with pytest.raises(FailureGroup, match="schema"):
        case.call_and_validate(headers=bearer(tokens["owner"]), checks=AS_DESCRIBED)


def settle(case: Case[Any], world: World) -> None:
    """Every second made-up id becomes one that exists, so that calls get past the door."""
    noun = case.path.split("/")[3]
    if "id" in (case.path_parameters or {}) and real(case.path_parameters["id"]):
        case.path_parameters["id"] = str(world.ids[noun])
    if isinstance(case.body, dict):
        case.body.update(dict(known(case.body, world)))


def known(body: Mapping[str, Any], world: World) -> Iterator[tuple[str, str]]:
    for name, value in body.items():
        if name + "s" in world.ids and real(value):
            yield name, str(world.ids[name + "s"])


def real(value: Any) -> bool:
    """Half of all well-formed ids."""
    try:
        return uuid.UUID(str(value)).int % 2 == 0
    except ValueError:
        return False
