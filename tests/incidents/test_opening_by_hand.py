"""Opening an incident by hand guesses nothing, and says beforehand which clocks start and who is told."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from clients import services as client_services
from clients.archiving import archive_system
from clients.models import AISystem
from core.clock import now
from core.errors import Conflict
from incidents import services
from incidents.models import Incident
from incidents.timeline import text_of
from tests.cast import Cast
from tests.incidents.scenario import IncidentScenario


def address(ward: IncidentScenario, name: str) -> str:
    return reverse(f"incidents:{name}", args=[ward.house.agency.slug])


def browser(ward: IncidentScenario) -> Browser:
    signed_in = Browser()
    signed_in.force_login(ward.house.engineer)
    return signed_in


def typed(ward: IncidentScenario, **more: Any) -> dict[str, Any]:
    values = {"system_id": str(ward.house.system.id), "title": "Answers are wrong", "severity": "high"}
    return values | {"channel": "phone"} | more


def effect(ward: IncidentScenario, **more: Any) -> str:
    return browser(ward).get(address(ward, "opening_effect"), typed(ward, **more)).content.decode()


@pytest.mark.parametrize("field", ["system_id", "severity", "channel"])
def test_what_was_not_chosen_is_not_guessed(ward: IncidentScenario, field: str) -> None:
    page = browser(ward).get(address(ward, "new")).content.decode()
    assert "checked" not in page.split("<form", 2)[-1]
    answer = browser(ward).post(address(ward, "new"), typed(ward) | {field: ""})
    assert answer.status_code == 422
    with ward.house.scope():
        assert not Incident.objects.exists()


def test_what_the_client_said_by_phone_is_of_the_client(ward: IncidentScenario) -> None:
    assert browser(ward).post(address(ward, "new"), typed(ward, detail="Since noon")).status_code == 302
    with ward.house.scope():
        row = Incident.objects.get()
    assert row.source == "client"
    assert text_of(ward.entry(row.id, "opened"), {}) == "Reported by phone.\nSince noon"


def test_the_page_of_a_system_proposes_that_system(ward: IncidentScenario) -> None:
    where = f"{address(ward, 'new')}?system={ward.house.system.id}"
    assert f'value="{ward.house.system.id}" selected' in browser(ward).get(where).content.decode()


def test_the_effect_names_the_promises_and_who_gets_mail(ward: IncidentScenario) -> None:
    with ward.house.scope():
        client_services.go_live(client_id=ward.house.client.id)
    said = effect(ward)
    assert f"by {ward.policy}" in said
    assert "First response" in said
    assert f"Mail goes to {ward.house.contact_row.name}" in said
    with ward.house.scope():
        assert not Incident.objects.exists()


def test_before_it_is_live_nobody_gets_mail(ward: IncidentScenario) -> None:
    assert "nobody there gets mail" in effect(ward)


def test_without_a_retainer_no_clock_starts(ward: IncidentScenario) -> None:
    assert "so no clock starts" in effect(ward, system_id=str(ward.house.other_system.id))


@pytest.mark.parametrize("nothing", [{"system_id": ""}, {"system_id": "x"}, {"severity": ""}, {"opened_at": "soon"}])
def test_what_is_typed_by_halves_fails_nothing(ward: IncidentScenario, nothing: dict[str, str]) -> None:
    assert "missed at once" not in effect(ward, **nothing)


def test_the_deadlines_that_are_shown_are_those_that_come(ward: IncidentScenario) -> None:
    at = now()
    with ward.house.scope():
        shown = services.preview_opening(system_id=ward.house.system.id, severity="high", at=at)
        made = services.open_incident(
            system_id=ward.house.system.id, title="Slow", severity="high", source="staff", opened_at=at
        )
    assert {row.metric: row.after for row in shown} == {
        metric: row.due_at for metric, row in ward.clocks(made.id).items()
    }


def test_an_archived_system_has_no_new_incidents(ward: IncidentScenario) -> None:
    with ward.house.scope():
        AISystem.objects.filter(id=ward.house.other_system.id).update(archived_at=now())
    with ward.house.scope(), pytest.raises(Conflict, match="archived") as refused:
        services.open_incident(system_id=ward.house.other_system.id, title="Slow", severity="high", source="api")
    assert refused.value.field == "system_id"


@pytest.mark.django_db(transaction=True)
def test_nor_has_one_that_is_archived_while_somebody_opens_it(committed_cast: Cast) -> None:
    ward = IncidentScenario(committed_cast.north)
    system = ward.house.other_system

    def open_one() -> None:
        try:
            with ward.house.scope():
                services.open_incident(system_id=system.id, title="Slow", severity="high", source="api")
        finally:
            connection.close()

    with ThreadPoolExecutor() as other:
        with ward.house.scope():
            archive_system(system_id=system.id)
            opening = other.submit(open_one)
            until_somebody_waits()
        with pytest.raises(Conflict, match="archived"):
            opening.result(timeout=20)
    with ward.house.scope():
        assert not Incident.objects.filter(system_id=system.id).exists()


def until_somebody_waits() -> None:
    """For a lock that we hold."""
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
            if cursor.fetchone():
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits")
