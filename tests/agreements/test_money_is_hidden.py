"""Why a price is what it is stays where the price stays: with those who see money, and with no client."""

from __future__ import annotations

import re

import pytest
from django.test import Client as Browser

from core.access.roles import Capability, Role, may
from core.models import AuditEvent, OutboxEvent
from tests.agreements.scenario import AgreementScenario
from tests.api.support import read, token_of
from tests.cast import AgencyFixture

WHY = "Cheap because their founder is a friend"
PRICE = "777.77"
PAGES = ["retainers/", "retainers/{id}/", "retainers/plans/", "clients/{client}/", "go/?q=friend", "go/?q=Care"]


@pytest.fixture
def retainer_id(desk: AgreementScenario) -> str:
    with desk.house.scope():
        made = desk.active(price_minor=77_777, price_reason=WHY)
    return str(made.id)


def shown(house: AgencyFixture, role: str, retainer_id: str) -> str:
    browser = Browser()
    browser.force_login({Role.ACCOUNT_MANAGER.value: house.manager}.get(role) or getattr(house, role))
    text = ""
    for page in PAGES:
        answer = browser.get(f"/a/north/{page.format(id=retainer_id, client=house.client.slug)}", follow=True)
        assert answer.status_code == 200, page
        text += answer.content.decode()
    return text


@pytest.mark.parametrize("role", Role.values)
def test_a_role_reads_the_reason_where_it_reads_the_price(role: str, desk: AgreementScenario, retainer_id: str) -> None:
    text = shown(desk.house, role, retainer_id)
    money = may(role, Capability.MONEY)
    assert (WHY in text, PRICE in text) == (money, money)


@pytest.mark.parametrize("role", [Role.ENGINEER.value, Role.VIEWER.value])
def test_who_sees_no_money_sees_none_of_the_plans_prices_either(
    role: str, desk: AgreementScenario, retainer_id: str
) -> None:
    assert not re.search(r"€\s?\d|\d\s?€|EUR\s?\d", shown(desk.house, role, retainer_id))


def test_no_page_of_the_portal_says_it(desk: AgreementScenario, retainer_id: str) -> None:
    browser = Browser()
    browser.force_login(desk.house.contact)
    pages = ["", "systems/", "incidents/", "agreement/"]
    text = "".join(browser.get(f"/p/north/{desk.house.client.slug}/{page}").content.decode() for page in pages)
    assert "Care" in text
    assert WHY not in text


def test_a_token_of_the_agency_reads_it_and_one_bound_to_the_client_does_not(
    desk: AgreementScenario, retainer_id: str
) -> None:
    whole, bound = token_of(desk.house), token_of(desk.house, client_id=desk.house.client.id)
    assert read(f"retainers/{retainer_id}/", whole)["price_reason"] == WHY
    assert read(f"retainers/{retainer_id}/", bound)["price_reason"] is None
    assert [row["price_reason"] for row in read("retainers/", bound)["results"]] == [None]


def test_neither_the_record_nor_news_nor_an_export_holds_it(desk: AgreementScenario, retainer_id: str) -> None:
    browser = Browser()
    browser.force_login(desk.house.owner)
    pages = ["settings/audit/", "settings/audit.csv", "clients/export.csv", "incidents/export.csv"]
    text = "".join(browser.get(f"/a/north/{page}").content.decode() for page in pages)
    with desk.house.scope():
        said = [*AuditEvent.objects.values_list("changes"), *OutboxEvent.objects.values_list("payload")]
    assert WHY not in text + str(said)
