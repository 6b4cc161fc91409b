"""The OpenAPI description is public, committed, and true."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from tests.api.support import routes

COMMITTED = Path(settings.BASE_DIR) / "retainer" / "api" / "openapi.yaml"


def _described() -> Any:
    return yaml.safe_load(COMMITTED.read_text())


def test_the_committed_description_is_the_generated_one() -> None:
    """``manage.py spectacular --file retainer/api/openapi.yaml`` writes it anew; a warning is a failure."""
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert out.getvalue().strip() == COMMITTED.read_text().strip()


def test_every_route_is_described() -> None:
    """None is missing, none is made up."""
    described = {
        (method.upper(), path)
        for path, item in _described()["paths"].items()
        for method in item
        if method in ("get", "post", "put", "patch", "delete")
    }
    assert described == {(route.method, "/api/v1/" + route.path.replace("<uuid:id>", "{id}")) for route in routes()}


def test_every_post_takes_an_idempotency_key_and_every_call_may_be_refused() -> None:
    """What all of them share stands with each."""
    for path, item in _described()["paths"].items():
        for method, operation in item.items():
            assert "application/problem+json" in operation["responses"]["default"]["content"], path
            headers = {p["name"] for p in operation.get("parameters", []) if p["in"] == "header"}
            assert headers == ({"Idempotency-Key"} if method == "post" else set()), path


def test_the_description_is_public(db: None) -> None:
    """No token is needed to learn how to use one."""
    answer = Client().get("/api/schema/")
    assert answer.status_code == 200
    assert yaml.safe_load(answer.content)["info"]["title"] == "Retainer API"
