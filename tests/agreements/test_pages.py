"""A retainer is drafted on its page: what is typed stays, what is wrong is said, and the words are read as meant."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import Retainer
from tests.agreements.scenario import AgreementScenario


@pytest.fixture
def web(desk: AgreementScenario) -> Client:
    """The owner, signed in."""
    web = Client()
    web.force_login(desk.house.owner)
    return web


def typed(desk: AgreementScenario, **more: str) -> dict[str, str]:
    return {
        "name": "Care",
        "tier_id": str(desk.tier().id),
        "price_minor": "400",
        "currency": "EUR",
        "hours_minutes": "90 min",
        "time_zone": "Europe/Berlin",
    } | more


def post(desk: AgreementScenario, web: Client, **more: str) -> Any:
    return web.post(reverse("agreements:new", args=["north", desk.house.client.slug]), typed(desk, **more))


def test_what_was_typed_is_kept_as_it_was_meant(desk: AgreementScenario, web: Client) -> None:
    answer = post(desk, web, price_minor="400,50")
    assert answer.status_code == 302
    shown = web.get(answer.url).content.decode()
    assert "€400.50" in shown
    assert "1 h 30 min" in shown


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("price_minor", "1.200", "Write a sum like 1200 or 1,200.50."),
        ("price_minor", "10", "Say why; the reason is kept."),
        ("hours_minutes", "soon", "Write hours like 20h or 4h 30m."),
        ("hours_minutes", "99999h", "not more than 1,600 a month"),
        ("currency", "EUX", "A currency is three letters"),
    ],
)
def test_a_mistake_is_said_and_what_was_typed_stays(
    desk: AgreementScenario, web: Client, field: str, value: str, said: str
) -> None:
    answer = post(desk, web, **{field: value})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert said in shown
    assert f'value="{value}"' in shown
    with desk.house.scope():
        assert not Retainer.objects.exists()


def test_each_red_item_of_the_checklist_links_to_the_form_that_mends_it(desk: AgreementScenario, web: Client) -> None:
    """From what is missing, one click leads to where it is put right, until nothing is red."""
    with desk.house.scope():
        desk.house.contact_row.delete()
        made = desk.draft(price_minor=None)
        made.starts_on = None
        made.save()
    own, client = f"/a/north/retainers/{made.id}/", f"/a/north/clients/{desk.house.client.slug}/"
    shown = web.get(own).content.decode()
    for form, words in (
        (f"{client}contacts/new/", "A contact at the client"),
        (f"{own}cover/", "At least one covered system"),
        (f"{own}cover/", "Response times signed for each"),
        (f"{own}edit/", "A first day"),
        (f"{own}edit/", "A price"),
    ):
        assert f'<a class="link" href="{form}">{words}</a>' in shown
        assert web.get(form).status_code == 200
    with desk.house.scope():
        desk.cover(made)
    assert f'{client}systems/support-bot/edit/">An owner for Support bot' in web.get(own).content.decode()


def test_what_runs_or_is_only_read_offers_no_form(desk: AgreementScenario, web: Client) -> None:
    with desk.house.scope():
        draft, running = desk.draft(price_minor=None), desk.active()
    assert "A second contact</a>" not in web.get(f"/a/north/retainers/{running.id}/").content.decode()
    web.force_login(desk.house.viewer)
    assert "A price</a>" not in web.get(f"/a/north/retainers/{draft.id}/").content.decode()
