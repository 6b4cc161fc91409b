"""A sum is the same one wherever it stands: typed, stored, shown, sent to a program and back, in every currency."""

from __future__ import annotations

import json
import uuid
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from agreements import selectors, services
from agreements.forms import RetainerForm
from agreements.models import Retainer, TierTemplate
from agreements.typed import parse_minor, typed_minor
from agreements.values import MOST_MINOR
from core.currencies import DECIMALS, decimals
from core.format import money
from core.models import AuditEvent
from core.tenancy import Actor, tenant_scope
from tests.agreements.scenario import AgreementScenario
from tests.api.support import call, token_of

# By ISO 4217. Where the table of the library ever says something else, what is stored has to be recounted by a
# migration before this list is changed.
WITHOUT_DECIMALS = {
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
}
THREE_DECIMALS = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}

currencies = st.sampled_from(sorted(DECIMALS))
sums = st.integers(0, MOST_MINOR)


def test_the_decimals_are_those_that_stored_sums_were_counted_by() -> None:
    assert {code for code, places in DECIMALS.items() if places == 0} == WITHOUT_DECIMALS
    assert {code for code, places in DECIMALS.items() if places == 3} == THREE_DECIMALS
    assert set(DECIMALS.values()) == {0, 2, 3}
    assert len(DECIMALS) == 155


@pytest.mark.parametrize("code", ["XAU", "XTS", "CHE", "UYW", "XAD", "", "eur"])
def test_gold_funds_and_codes_for_tests_are_no_currency(code: str) -> None:
    assert code not in DECIMALS


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (1200, "XOF", "F\u202fCFA\u00a01,200"),
        (1200, "UGX", "UGX\u00a01,200"),
        (1_200_500, "JOD", "JOD\u00a01,200.500"),
        (1_200_500, "IQD", "IQD\u00a01,200.500"),
        (-1200, "PYG", "−PYG\u00a01,200"),
        (120_000, "BGN", "BGN\u00a01,200.00"),
    ],
)
def test_a_sum_is_shown_with_the_decimals_of_its_currency(minor: int, currency: str, words: str) -> None:
    assert money(minor, currency) == words


@given(sums, currencies)
def test_what_is_shown_of_a_sum_is_typed_as_the_same_sum(minor: int, currency: str) -> None:
    shown = money(minor, currency)
    figure = shown[next(place for place, letter in enumerate(shown) if letter.isdigit()) :]
    assert parse_minor(figure, currency) == minor
    assert parse_minor(typed_minor(minor, currency), currency) == minor


@given(sums, currencies)
def test_what_is_typed_is_cleaned_to_the_sum_that_is_shown(minor: int, currency: str) -> None:
    form = RetainerForm(
        {
            "name": "Care",
            "tier_id": "t",
            "price_minor": typed_minor(minor, currency),
            "currency": currency,
            "hours_minutes": "1h",
            "time_zone": "UTC",
        },
        tiers=[("t", "Monitoring")],
    )
    assert form.is_valid(), form.errors
    assert form.cleaned_data["price_minor"] == minor


def test_a_sum_of_any_currency_comes_back_from_the_pages_and_from_the_api(desk: AgreementScenario) -> None:
    """1,234 typed on the page is the sum that a program reads, sends again, and finds unchanged on the page."""
    token = token_of(desk.house)
    with desk.house.scope():
        made = desk.draft()
    for currency, places in DECIMALS.items():
        with desk.house.scope():
            typed = parse_minor("1234", currency)
            terms = desk.terms(currency=currency, price_minor=typed, price_reason="Agreed")
            services.update_retainer(retainer_id=made.id, **terms)
        where = f"retainers/{made.id}/"
        seen = json.loads(call("GET", where, token).content)
        assert (seen["price_minor"], seen["currency"]) == (1234 * 10**places, currency)
        sent = call("PATCH", where, token, {"price_minor": seen["price_minor"], "currency": currency})
        assert sent.status_code == 200, sent.content
        with desk.house.scope():
            assert money(selectors.retainer(made.id).price_minor, currency) == money(typed, currency)


# What was stored before the decimals were right.


def recount(house: Any, way: str = "forwards") -> None:
    migration = import_module("agreements.migrations.0002_decimals_of_currencies")
    with house.scope():
        getattr(migration, way)(apps, None)


def stored(desk: AgreementScenario, currency: str, minor: int, *, actor: Actor | None = None) -> uuid.UUID:
    with tenant_scope(desk.house.agency.id, actor=actor or desk.house.actor()):
        return desk.draft(currency=currency, price_minor=minor, price_reason="Agreed").id


def price(desk: AgreementScenario, retainer_id: uuid.UUID) -> str:
    with desk.house.scope():
        row = Retainer.objects.get(id=retainer_id)
        return typed_minor(row.price_minor, row.currency)


@pytest.mark.parametrize(
    ("currency", "before", "after"),
    [("XOF", 120_000, "1200"), ("UGX", 120_050, "1201"), ("JOD", 120_050, "1200.500"), ("EUR", 120_050, "1200.50")],
)
def test_a_stored_sum_keeps_what_the_pages_showed_of_it(
    desk: AgreementScenario, currency: str, before: int, after: str
) -> None:
    made = stored(desk, currency, before)
    recount(desk.house)
    assert price(desk, made) == after


def test_a_sum_that_only_a_program_sent_was_counted_right_and_stays(desk: AgreementScenario) -> None:
    program = Actor(kind="token", id=uuid.uuid4())
    made = stored(desk, "XOF", 450_000, actor=program)
    recount(desk.house)
    assert price(desk, made) == "450000"


def test_a_sum_that_a_person_saved_since_a_program_sent_it_is_the_one_on_the_page(desk: AgreementScenario) -> None:
    made = stored(desk, "XOF", 100, actor=Actor(kind="token", id=uuid.uuid4()))
    with desk.house.scope():
        terms = desk.terms(currency="XOF", price_minor=45_000_000, price_reason="Agreed")
        services.update_retainer(retainer_id=made, **terms)
    recount(desk.house)
    assert price(desk, made) == "450000"


def test_the_range_of_a_plan_keeps_what_the_pages_showed_of_it(desk: AgreementScenario) -> None:
    with desk.house.scope():
        desk.house.agency.currency = "KMF"
        desk.house.agency.save()
    recount(desk.house)
    with desk.house.scope():
        tier = TierTemplate.objects.get(slug="monitoring")
        assert (tier.price_min_minor, tier.price_max_minor) == (300, 500)


def test_a_recounted_retainer_says_so_in_the_audit_trail(desk: AgreementScenario) -> None:
    made, other = stored(desk, "XOF", 120_000), stored(desk, "EUR", 120_000)
    recount(desk.house)
    with desk.house.scope():
        rows = AuditEvent.objects.filter(action="agreements.retainer.recounted")
        assert [(row.object_id, row.actor_kind, row.changes) for row in rows] == [(made, "system", {"currency": "XOF"})]
        assert not rows.filter(object_id=other).exists()


def test_taking_it_back_restores_the_hundredths(desk: AgreementScenario) -> None:
    made = [stored(desk, "XOF", 120_000), stored(desk, "JOD", 120_050)]
    recount(desk.house)
    recount(desk.house, "backwards")
    with desk.house.scope():
        assert [Retainer.objects.get(id=row).price_minor for row in made] == [120_000, 120_050]


def test_a_currency_that_left_circulation_is_still_shown() -> None:
    assert decimals("HRK") == 2
