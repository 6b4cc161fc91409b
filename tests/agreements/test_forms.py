"""Forms keep what was typed, say what is wrong beside its field, and clean to what the services take."""

from __future__ import annotations

import inspect
from datetime import date
from typing import Any

import pytest
from django.http import QueryDict

from agreements import selectors, services
from agreements.forms import CoverForm, EndForm, RetainerForm
from core.errors import DomainError
from core.web.pages import put_on_form
from tests.agreements.scenario import AgreementScenario

PLANS = [("1", "Monitoring")]
FILLED = {
    "name": "Care",
    "tier_id": "1",
    "price_minor": "1,200.50",
    "currency": "eur",
    "hours_minutes": "4h 30m",
    "time_zone": "Europe/Berlin",
    "starts_on": "2026-01-01",
}


def filled(**more: Any) -> RetainerForm:
    return RetainerForm({**FILLED, **more}, tiers=PLANS)


def test_a_form_cleans_to_what_the_service_takes() -> None:
    form = filled()
    assert form.is_valid(), form.errors
    data = form.cleaned_data
    inspect.signature(services.create_retainer).bind(client_id=None, **data)
    assert (data["price_minor"], data["currency"], data["hours_minutes"]) == (120_050, "EUR", 270)
    assert (data["starts_on"], data["ends_on"], data["price_reason"]) == (date(2026, 1, 1), None, "")


def test_no_price_yet_is_none_and_not_nothing() -> None:
    form = filled(price_minor="")
    assert form.is_valid()
    assert form.cleaned_data["price_minor"] is None


def test_a_sum_is_read_in_the_currency_beside_it() -> None:
    form = filled(price_minor="120,000", currency="JPY")
    assert form.is_valid()
    assert form.cleaned_data["price_minor"] == 120_000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("tier_id", "2"),
        ("price_minor", "a lot"),
        ("price_minor", "1.200"),
        ("price_minor", "-1"),
        ("currency", "EURO"),
        ("hours_minutes", "soon"),
        ("time_zone", "Mars/Olympus"),
        ("starts_on", "01.02.2026"),
        ("ends_on", "never"),
        ("price_reason", "a" * 301),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(field: str, value: str) -> None:
    form = filled(**{field: value})
    assert set(form.errors) == {field}
    assert form[field].value() == value


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("price_minor", {"price_minor": -1}),
        ("price_reason", {"price_minor": 1}),
        ("hours_minutes", {"hours_minutes": 10**9}),
        ("ends_on", {"ends_on": date(2025, 1, 1)}),
        ("currency", {"currency": "EUX"}),
    ],
)
def test_what_the_service_refuses_lands_beside_a_field_of_the_form(
    desk: AgreementScenario, field: str, wrong: dict[str, Any]
) -> None:
    form = filled()
    assert form.is_valid()
    with pytest.raises(DomainError) as caught, desk.house.scope():
        desk.draft(**wrong)
    put_on_form(form, caught.value)
    assert set(form.errors) == {field}


def test_an_unchanged_form_changes_nothing(desk: AgreementScenario) -> None:
    """What is shown of a draft is read as the same draft."""
    with desk.house.scope():
        row = desk.draft(price_minor=45_050, hours_minutes=270, ends_on=date(2027, 1, 1))
        plans = [(str(tier.id), tier.name) for tier in selectors.tiers()]
        shown = RetainerForm(initial=RetainerForm.initial_of(row), tiers=plans)
        typed = QueryDict(mutable=True)
        for bound in shown:
            value = bound.field.widget.format_value(bound.value()) or ""
            # A choice is shown as a list of one.
            typed[bound.html_name] = value[0] if isinstance(value, list) else value
        again = RetainerForm(typed, tiers=plans)
        assert again.is_valid(), again.errors
        changed = services.update_retainer(retainer_id=row.id, **again.cleaned_data)
        names = ("name", "tier_id", "price_minor", "currency", "hours_minutes", "time_zone", "starts_on", "ends_on")
        assert [getattr(changed, name) for name in names] == [getattr(row, name) for name in names]


def test_a_cover_form_offers_what_it_is_given_and_nothing_else() -> None:
    offered: dict[str, Any] = {"systems": [("7", "Bot")], "versions": [("9", "Standard 1")]}
    assert CoverForm({"system_id": "7", "policy_version_id": "9"}, **offered).is_valid()
    wrong = CoverForm({"system_id": "8", "policy_version_id": ""}, **offered)
    assert set(wrong.errors) == {"system_id", "policy_version_id"}


def test_an_end_needs_a_day() -> None:
    assert EndForm({"ends_on": "2027-01-01"}).is_valid()
    assert set(EndForm({"ends_on": "2027-02-30"}).errors) == {"ends_on"}
