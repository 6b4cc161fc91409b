"""X12: no task inherits another task's tenant, and none can be told to run later by the broker."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection

from clients.models import Client
from core.tasks import system_task, tenant_task
from core.tenancy import ScopeError, ScopeMissing, current_scope, tenant_scope
from core.tenancy.context import Scope, _current
from tests.cast import Cast

seen: list[object] = []


@tenant_task(queue="default")
def count_clients() -> None:
    """Counts in the scope of the agency it was called for."""
    seen.append(Client.objects.count())


@system_task(queue="default")
def forgetful() -> None:
    """Forgets to enter a scope."""
    Client.objects.count()


def test_a_tenant_task_runs_in_its_agencys_scope_and_leaves_it(cast: Cast) -> None:
    seen.clear()
    count_clients(agency_id=str(cast.north.agency.id))
    assert seen == [2]
    assert current_scope() is None


def test_a_tenant_task_without_an_agency_does_not_run() -> None:
    with pytest.raises(TypeError):
        count_clients()


@pytest.mark.django_db
def test_x12_a_forgetful_task_after_another_tenants_raises(cast: Cast) -> None:
    count_clients(agency_id=str(cast.north.agency.id))
    with pytest.raises(ScopeMissing):
        forgetful()


def test_x12_a_scope_left_behind_by_broken_code_is_found_and_cleared(cast: Cast) -> None:
    _current.set(Scope(kind="tenant", agency_id=cast.north.agency.id))
    with pytest.raises(ScopeError):
        forgetful()
    assert current_scope() is None


def test_m22_nothing_is_ever_scheduled_in_the_broker() -> None:
    root = Path(__file__).resolve().parents[2]
    apps = ["core", "clients", "slas", "agreements", "incidents", "backlog", "monitoring", "retainer"]
    guilty = [
        str(path.relative_to(root))
        for app in apps
        for path in (root / app).rglob("*.py")
        if re.search(r"\beta\s*=|apply_async|send_task|\.delay\(|\.retry\(", path.read_text())
    ]
    # The one place that sends a task sends it for now.
    assert guilty == ["core/tasks.py"]
    source = (root / "core/tasks.py").read_text()
    assert source.count("apply_async(") == 1
    assert re.search(r"apply_async\(retry=False, expires=within_seconds\)", source)


def test_settings_of_one_task_are_gone_in_the_next_on_the_same_connection(cast: Cast) -> None:
    with tenant_scope(cast.north.agency.id):
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.agency_id', true), '')")
        assert cursor.fetchone() == ("",)
