"""F1, F5, F15, F16: a retainer is drafted, priced, changed and ended; what is signed is not edited."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from agreements import selectors, services
from agreements.models import Retainer
from core.errors import Conflict, NotFound
from tests.agreements.scenario import AgreementScenario
from tests.cast import random_id
from tests.clients.support import audited, refused, told


def test_a_draft_keeps_its_terms_as_they_were_agreed(desk: AgreementScenario) -> None:
    with desk.house.scope():
        made = desk.draft(price_minor=45_050, hours_minutes=270, ends_on=date(2027, 1, 1))
        row = selectors.retainer(made.id)
        assert (row.state, row.price_minor, row.currency, row.hours_minutes) == ("draft", 45_050, "EUR", 270)
        assert (row.starts_on, row.ends_on, row.time_zone) == (date(2026, 1, 1), date(2027, 1, 1), "Europe/Berlin")
        assert [one.id for one in selectors.retainers(desk.house.client.id)] == [made.id]
        assert audited(made.id) == told(made.id) == ["agreements.retainer.created"]


BAD: list[tuple[str, Any]] = [
    ("name", " "),
    ("name", "a" * 81),
    ("price_minor", -1),
    ("price_minor", 10**15),
    ("currency", ""),
    ("currency", "eur"),
    ("currency", "EURO"),
    ("currency", "EUX"),
    ("hours_minutes", -1),
    ("hours_minutes", 10**9),
    ("time_zone", "Mars/Olympus"),
    ("time_zone", ""),
    ("starts_on", date(202, 6, 1)),
    ("starts_on", date(9999, 12, 31)),
    ("ends_on", date(2026, 1, 1)),
    ("ends_on", date(2025, 12, 31)),
    ("ends_on", date(2206, 1, 1)),
    ("price_reason", "a" * 301),
]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_what_cannot_be_right_is_refused_beside_its_field(desk: AgreementScenario, field: str, value: Any) -> None:
    """The same words for a new draft and for a changed one, and nothing of it is kept."""
    with desk.house.scope():
        before = desk.draft()
        with refused(field):
            desk.draft(**{field: value})
        with refused(field):
            services.update_retainer(retainer_id=before.id, **desk.terms(**{field: value}))
        assert Retainer.objects.get() == before


def test_characters_that_nobody_sees_are_taken_out_of_what_is_written(desk: AgreementScenario) -> None:
    with desk.house.scope():
        made = desk.draft(name="Ca\x00re", price_minor=10_000, price_reason="Old\r\nfriend\x07")
        row = selectors.retainer(made.id)
    assert (row.name, row.price_reason) == ("Ca re", "Old friend")


@pytest.mark.parametrize("price", [29_999, 50_001, 0])
def test_f5_a_price_outside_the_range_needs_a_reason_and_keeps_it(desk: AgreementScenario, price: int) -> None:
    with desk.house.scope():
        for empty in ("", "  \x00 "):
            with refused("price_reason"):
                desk.draft(price_minor=price, price_reason=empty)
        made = desk.draft(price_minor=price, price_reason="First client of the branch")
        assert selectors.retainer(made.id).price_reason == "First client of the branch"


@pytest.mark.parametrize("price", [30_000, 50_000, None])
def test_f5_a_price_on_the_edge_of_the_range_or_none_yet_needs_no_reason(
    desk: AgreementScenario, price: int | None
) -> None:
    with desk.house.scope():
        assert desk.draft(price_minor=price).price_minor == price


def test_f5_a_change_of_plan_asks_for_the_reason_again(desk: AgreementScenario) -> None:
    """The price that fitted the small plan is outside the range of the large one."""
    with desk.house.scope():
        made = desk.draft()
        with refused("price_reason"):
            services.update_retainer(retainer_id=made.id, **desk.terms("monthly-retraining"))


def test_f5_a_plan_without_a_range_takes_any_price(desk: AgreementScenario) -> None:
    with desk.house.scope():
        assert desk.draft("high-criticality", price_minor=999_900).price_reason == ""


def test_r29_a_price_in_another_currency_than_the_range_says_why(desk: AgreementScenario) -> None:
    """No sum is ever compared with one of another currency, so nobody can tell whether it is within the range."""
    with desk.house.scope():
        with refused("price_reason"):
            desk.draft(price_minor=5_000_000, currency="JPY")
        made = desk.draft(price_minor=5_000_000, currency="JPY", price_reason="Their books are in yen")
        assert made.price_minor == 5_000_000


def test_f15_a_starter_grows_into_another_plan_and_nothing_is_entered_again(desk: AgreementScenario) -> None:
    with desk.house.scope():
        made = desk.draft("minimal-starter")
        desk.cover(made)
        services.update_retainer(retainer_id=made.id, **desk.terms("monitoring"))
        row = selectors.retainer(made.id)
        assert (row.tier.slug, len(selectors.covered_systems(row.id))) == ("monitoring", 1)


def test_what_is_signed_is_not_edited(desk: AgreementScenario) -> None:
    """R32: neither its terms nor what it covers; that takes an amendment."""
    with desk.house.scope():
        retainer = desk.active()
        with refused(None, Conflict):
            services.update_retainer(retainer_id=retainer.id, **desk.terms(name="Other"))
        with refused(None, Conflict):
            desk.cover(retainer, "essential")
        with refused(None, Conflict):
            services.activate(retainer_id=retainer.id)


def test_only_what_runs_can_be_ended_and_only_after_it_began(desk: AgreementScenario) -> None:
    with desk.house.scope():
        draft = desk.draft()
        with refused(None, Conflict):
            services.end_retainer(retainer_id=draft.id, ends_on=date(2027, 1, 1))
        retainer = desk.active()
        for day in (date(2026, 1, 1), date(2025, 1, 1), date(9999, 1, 1)):
            with refused("ends_on"):
                services.end_retainer(retainer_id=retainer.id, ends_on=day)
        ended = services.end_retainer(retainer_id=retainer.id, ends_on=date(2027, 1, 1))
        assert (ended.state, ended.ends_on) == ("ending", date(2027, 1, 1))
        assert told(retainer.id)[-1] == "agreements.retainer.ending"


def test_an_end_that_is_set_may_be_moved(desk: AgreementScenario) -> None:
    with desk.house.scope():
        retainer = desk.active()
        for day in (date(2027, 1, 1), date(2026, 7, 1)):
            assert services.end_retainer(retainer_id=retainer.id, ends_on=day).ends_on == day


def test_the_database_refuses_a_retainer_that_ends_before_it_begins(desk: AgreementScenario) -> None:
    with desk.house.scope():
        made = desk.draft()
        with pytest.raises(IntegrityError, match="agreements_retainer_dates"), transaction.atomic():
            Retainer.objects.filter(id=made.id).update(ends_on=date(2025, 1, 1))


@pytest.mark.parametrize("tier_id", [random_id(), "monitoring", ""])
def test_a_plan_that_is_not_there_is_not_found(desk: AgreementScenario, tier_id: Any) -> None:
    with desk.house.scope(), refused("tier_id", NotFound):
        desk.draft(tier_id=tier_id)
