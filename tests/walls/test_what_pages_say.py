"""What somebody may not read stands on no page and in no answer, and what somebody wrote is shown as they wrote it:
asked of every address there is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from django.test import Client as Browser

from agreements.models import Retainer, TierInclusion, TierTemplate
from backlog.models import BacklogItem
from clients.models import AISystem, Client, Contact
from core.access.roles import Capability, Role, may
from core.models import Agency, ApiToken, User
from incidents import services as incidents
from incidents.models import Incident, PauseDispute
from monitoring.maintenance.models import MaintenanceWindow
from monitoring.models import Alert, Check, Threshold
from retainer.notifications.models import WebhookEndpoint
from slas.models import Calendar, Policy, Rota
from tests.api.support import call, token_of
from tests.cast import AgencyFixture, Cast
from tests.walls.test_routes import API, PORTAL, STAFF, Route, path

WHY, NOTE = "Cheap because their founder is a friend", "They will never notice"
# As they are stored, and as a page writes them.
PRICES = ("7777777", "77,777", "77.777", "77 777", "3333333", "33,333", "5555555", "55,555")
MARK = "<i id=x>\"'&"


@pytest.fixture
def rows(cast: Cast, north_rows: dict[str, Any]) -> dict[str, Any]:
    """North with a price, a reason for it, what its plans cost, and a note about the client."""
    with cast.north.scope():
        Retainer.objects.update(price_minor=7_777_777, price_reason=WHY)
        TierTemplate.objects.update(price_min_minor=3_333_333, price_max_minor=5_555_555)
        incidents.post_note(incident_id=Incident.objects.get(number=north_rows["number"]).id, body=NOTE)
    return north_rows


def said(house: AgencyFixture, person: User, routes: Iterable[Route], rows: dict[str, Any]) -> dict[str, str]:
    """What each address says to this person, by the name of its route."""
    browser = Browser(raise_request_exception=True)
    browser.force_login(person)
    return {route.name: browser.get(path(route, house, rows)).content.decode() for route in routes}


def where(pages: dict[str, str], words: Iterable[str]) -> set[str]:
    """The pages on which one of the words stands."""
    return {name for name, text in pages.items() if any(word in text for word in words)}


@pytest.mark.parametrize("role", Role.values)
def test_prices_stand_where_the_role_sees_money_and_nowhere_else(role: str, cast: Cast, rows: dict[str, Any]) -> None:
    person = {Role.ACCOUNT_MANAGER.value: cast.north.manager}.get(role) or getattr(cast.north, role)
    pages = said(cast.north, person, STAFF, rows)
    assert bool(where(pages, [*PRICES, WHY])) == may(role, Capability.MONEY)


def test_the_portal_says_neither_a_reason_nor_what_others_pay_nor_what_we_note(
    cast: Cast, rows: dict[str, Any]
) -> None:
    pages = said(cast.north, cast.north.contact, PORTAL, rows)
    assert where(pages, ["Example"])
    assert where(pages, [WHY, NOTE, *PRICES]) == set()


def test_a_token_of_one_client_is_told_its_own_price_and_nothing_that_we_say_among_ourselves(
    cast: Cast, rows: dict[str, Any]
) -> None:
    bound = token_of(cast.north, client_id=cast.north.client.id)
    whole = token_of(cast.north)
    answers = {
        token: {route.name: call("GET", path(route, cast.north, rows), token).content.decode() for route in API}
        for token in (bound, whole)
    }
    assert where(answers[bound], ["7777777"])
    assert where(answers[bound], [WHY, NOTE, "3333333", "5555555"]) == set()
    assert where(answers[whole], [WHY])
    assert where(answers[whole], [NOTE])


def write_markup(house: AgencyFixture) -> None:
    """Into everything that people name."""
    named: dict[Any, tuple[str, ...]] = {
        Agency: ("name",),
        ApiToken: ("name",),
        Client: ("name",),
        Contact: ("name",),
        AISystem: ("name", "purpose"),
        Retainer: ("name", "price_reason"),
        TierTemplate: ("name", "summary", "best_for"),
        TierInclusion: ("text",),
        Incident: ("title",),
        PauseDispute: ("reason", "answer"),
        BacklogItem: ("title", "detail"),
        MaintenanceWindow: ("title",),
        Check: ("name",),
        Threshold: ("unit", "impact"),
        Alert: ("title",),
        WebhookEndpoint: ("name",),
        Calendar: ("name",),
        Policy: ("name", "description"),
        Rota: ("name",),
    }
    with house.scope():
        for model, fields in named.items():
            for number, row_id in enumerate(model.objects.values_list("pk", flat=True)):
                text = {name: f"{MARK}{number}"[: model._meta.get_field(name).max_length] for name in fields}
                model.objects.filter(pk=row_id).update(**text)
    User.objects.update(name=MARK)


@pytest.mark.parametrize("face", ["staff", "portal"])
def test_no_name_is_taken_for_markup(face: str, cast: Cast, rows: dict[str, Any]) -> None:
    write_markup(cast.north)
    routes, person = (STAFF, cast.north.owner) if face == "staff" else (PORTAL, cast.north.contact)
    browser = Browser(raise_request_exception=True)
    browser.force_login(person)
    seen = 0
    for route in routes:
        answer = browser.get(path(route, cast.north, rows))
        if "html" in answer.get("Content-Type", ""):
            text = answer.content.decode()
            assert "<i id=x>" not in text, route.name
            seen += "&lt;i id=x&gt;" in text
        else:
            assert answer.get("X-Content-Type-Options") == "nosniff", route.name
    assert seen > 5
