"""The ways around a scope that are not queries: streams, caches, files of ours that import past the walls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, StreamingHttpResponse
from django.test import Client as Browser

from clients.models import Client
from core.access.roles import Capability
from core.access.views import staff
from core.tenancy.context import ScopeError
from retainer.access import AccessMiddleware
from tests.cast import Cast

ROOT = Path(__file__).resolve().parents[2]
OURS = ("core", "clients", "slas", "agreements", "incidents", "backlog", "monitoring", "retainer")
EXPORTS = ["clients/export.csv", "incidents/export.csv", "settings/audit.csv"]


def sources() -> Iterator[tuple[str, str]]:
    for app in OURS:
        for path in (ROOT / app).rglob("*.py"):
            yield str(path.relative_to(ROOT)), path.read_text()


@pytest.mark.parametrize("address", EXPORTS)
def test_x10_an_export_is_complete_before_its_scope_ends_and_holds_one_agency(address: str, cast: Cast) -> None:
    browser = Browser()
    browser.force_login(cast.north.owner)
    answer = browser.get(f"/a/north/{address}")
    assert not answer.streaming
    assert "South" not in answer.content.decode()
    assert "south" not in answer.content.decode()


def test_x10_a_stream_that_reads_after_the_scope_gets_nothing(cast: Cast, rf: Any, monkeypatch: Any) -> None:
    """A view that streams lazily breaks loudly and sends no row, its own or anybody's."""

    @staff(Capability.VIEW)
    def lazy(request: HttpRequest, agency: str) -> Any:
        def names() -> Iterator[str]:
            for row in Client.objects.all():
                yield row.name

        return StreamingHttpResponse(names())

    request = rf.get("/a/north/clients/")
    request.user, request.session, request.htmx = cast.north.owner, {}, False
    match = type("Match", (), {"func": lazy, "route": "a/x", "kwargs": {"agency": "north"}})
    monkeypatch.setattr("retainer.access.resolve", lambda _path: match)
    answer = AccessMiddleware(lambda asked: lazy(asked, agency="north"))(request)
    assert answer.streaming
    with pytest.raises(ScopeError):
        list(answer)


def test_x15_nothing_of_an_agency_is_in_a_cache() -> None:
    """No key can collide where none is made: the cache is django-allauth's alone."""
    users = {path for path, text in sources() if re.search(r"django\.core\.cache|cache_page|\{% cache", text)}
    assert users <= {"retainer/settings.py"}
    assert not [path for path in (ROOT / "templates").rglob("*.html") if "{% cache" in path.read_text()]


def test_x45_no_more_files_than_these_step_past_the_guarded_managers() -> None:
    """A ratchet: whoever adds one says here why it must be."""
    found = {path for path, text in sources() if re.search(r"\._base_manager|\.unscoped\b|_raw_delete|\.raw\(", text)}
    assert found <= {"core/tenancy/managers.py", "core/tenancy/models.py"}


def test_x45_raw_sql_is_in_its_few_places() -> None:
    """One file of raw SQL an app at most, and the walls themselves."""
    found = {path for path, text in sources() if "cursor()" in text and "/migrations/" not in path}
    assert found == RAW_SQL


RAW_SQL = {
    "core/tenancy/boot.py",
    "core/tenancy/bulk.py",
    "core/tenancy/roles.py",
    "core/tenancy/rows.py",
    "core/tenancy/scope.py",
    "monitoring/polling/check_rows.py",
    "monitoring/samples/partitions.py",
    "monitoring/samples/store.py",
    "retainer/local/postgres.py",
    "retainer/notifications/lanes.py",
    "slas/policies/share_locks.py",
}
