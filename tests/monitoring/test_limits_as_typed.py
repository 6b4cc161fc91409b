"""A limit is typed in the unit in which its value is shown, and its effect is said before it is saved."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from monitoring.checks import services
from monitoring.limits import parse_value, typed_value
from monitoring.models import Threshold
from tests.monitoring.scenario import MonitoringScenario, Target

TYPED = {"metric": "rate", "comparison": "below", "bad_count": "3", "good_count": "2"}


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("77", "ratio", 0.77),
        ("77 %", "ratio", 0.77),
        ("77,5%", "ratio", 0.775),
        ("0.77", "ratio", 0.0077),
        ("1.5", "s", 1.5),
        ("800 ms", "s", 0.8),
        ("2 min", "s", 120.0),
        ("1.5 s", "ms", 1500.0),
        ("12", "", 12.0),
        ("-3", "", -3.0),
        ("4 tickets", "tickets", 4.0),
    ],
)
def test_a_number_means_what_it_says_in_the_unit_of_the_value(text: str, unit: str, value: float) -> None:
    assert parse_value(text, unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit"), [("77 ms", "ratio"), ("77 %", "s"), ("a", ""), ("", ""), ("1e9", ""), ("٣٫٥", "")]
)
def test_another_unit_or_no_number_is_refused(text: str, unit: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        parse_value(text, unit)


@given(st.decimals(-1_000_000, 1_000_000, places=4), st.sampled_from(["ratio", "s", "ms", "", "USD"]))
def test_what_is_stored_is_typed_again_as_it_was(number: Any, unit: str) -> None:
    value = float(number)
    assert parse_value(typed_value(value, unit), unit) == pytest.approx(value, rel=1e-12, abs=1e-12)


def watched(lab: MonitoringScenario, target: Target, rate: float = 0.872) -> uuid.UUID:
    target.says(rate=rate)
    check_id = lab.watch(target)
    lab.round()
    return check_id


def browser(lab: MonitoringScenario) -> Browser:
    signed_in = Browser()
    signed_in.force_login(lab.house.engineer)
    return signed_in


def new(lab: MonitoringScenario, check_id: uuid.UUID) -> str:
    return reverse("monitoring:new_threshold", args=[lab.house.agency.slug, check_id])


def limits(lab: MonitoringScenario) -> list[tuple[float, float, str]]:
    with lab.at():
        return list(Threshold.objects.values_list("limit", "clear_limit", "unit"))


def test_seventy_seven_of_a_ratio_is_seventy_seven_per_cent(lab: MonitoringScenario, target: Target) -> None:
    check_id = watched(lab, target)
    answer = browser(lab).post(new(lab, check_id), TYPED | {"limit": "77", "clear_limit": "80 %"})
    assert answer.status_code == 302, answer.content.decode()
    assert limits(lab) == [(0.77, 0.8, "ratio")]


def test_the_form_says_how_the_value_stands(lab: MonitoringScenario, target: Target) -> None:
    assert "Rate, now 87.2 %" in browser(lab).get(new(lab, watched(lab, target))).content.decode()


def test_a_limit_that_would_fire_now_is_saved_only_by_who_says_so(lab: MonitoringScenario, target: Target) -> None:
    check_id = watched(lab, target)
    typed = TYPED | {"limit": "90 %"}
    answer = browser(lab).post(new(lab, check_id), typed)
    page = answer.content.decode()
    assert (answer.status_code, limits(lab)) == (422, [])
    assert "87.2 %" in page
    assert "it would fire, and call people within 3 minutes" in page
    assert 'value="90 %"' in page
    assert browser(lab).post(new(lab, check_id), typed | {"sure": "on"}).status_code == 302
    assert limits(lab) == [(0.9, 0.9, "ratio")]


@pytest.mark.parametrize(
    ("limit", "said"), [("77", "it would not fire now"), ("90", "it would fire"), ("", ""), ("many", "")]
)
def test_what_is_being_typed_says_its_effect(lab: MonitoringScenario, target: Target, limit: str, said: str) -> None:
    where = reverse("monitoring:threshold_effect", args=[lab.house.agency.slug, watched(lab, target)])
    answer = browser(lab).get(where, TYPED | {"limit": limit})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert limits(lab) == []


def test_without_a_value_nobody_can_say(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    where = reverse("monitoring:threshold_effect", args=[lab.house.agency.slug, check_id])
    assert "No value has come yet" in browser(lab).get(where, TYPED | {"limit": "77"}).content.decode()


def test_a_limit_is_edited_as_it_was_typed_and_stays_the_limit_of_its_value(
    lab: MonitoringScenario, target: Target
) -> None:
    check_id = watched(lab, target)
    lab.limit(check_id, unit="ratio")
    with lab.at():
        row = Threshold.objects.get()
    where = reverse("monitoring:edit_threshold", args=[lab.house.agency.slug, row.id])
    page = browser(lab).get(where).content.decode()
    assert 'value="77 %"' in page
    assert 'value="80 %"' in page
    answer = browser(lab).post(where, TYPED | {"limit": "70", "clear_limit": "75", "comparison": "above"})
    assert answer.status_code == 302
    with lab.at():
        (after,) = Threshold.objects.all()
    assert (after.id, after.comparison, after.limit, after.clear_limit) == (row.id, "below", 0.7, 0.75)


def test_a_limit_without_a_clearing_one_clears_at_itself(lab: MonitoringScenario, target: Target) -> None:
    check_id = watched(lab, target)
    with lab.at():
        row = services.set_threshold(check_id=check_id, metric="rate", comparison="below", limit=0.8)
    assert (row.limit, row.clear_limit) == (0.8, 0.8)
    page = browser(lab).get(reverse("monitoring:check", args=[lab.house.agency.slug, check_id])).content.decode()
    assert "Rate bad below 80.0 %" in page


def test_a_limit_of_a_value_that_is_read_no_more_opens_and_says_what_is_wrong(
    lab: MonitoringScenario, target: Target
) -> None:
    check_id = watched(lab, target)
    lab.limit(check_id, unit="ratio")
    with lab.at():
        services.update_check(check_id=check_id, metrics=[{"name": "other", "path": "other"}])
        row = Threshold.objects.get()
    where = reverse("monitoring:edit_threshold", args=[lab.house.agency.slug, row.id])
    assert "Rate, " in browser(lab).get(where).content.decode()
    answer = browser(lab).post(where, TYPED | {"limit": "70", "sure": "on"})
    assert answer.status_code == 422
    assert "This check does not read such a value." in answer.content.decode()
