"""Terms and instants: what is refused, and that frozen terms come back equal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from slas.engine import CalendarError, Terms, TermsError, Warn, format_instant, from_instant, parse_instant, to_instant
from tests.slas.engine.support import office


def test_frozen_terms_come_back_equal_and_as_the_same_bytes() -> None:
    terms = Terms(
        office(dates={"2026-12-25": []}), 3600, None, (Warn(percent=80), Warn(seconds_before=600)), True, False
    )
    frozen = json.dumps(terms.to_json())
    assert Terms.from_json(json.loads(frozen)) == terms
    assert json.dumps(Terms.from_json(json.loads(frozen)).to_json()) == frozen
    agreed = Terms(office(), None, 1_780_000_000)
    assert Terms.from_json(agreed.to_json()) == agreed


def test_short_terms_have_plain_defaults() -> None:
    terms = Terms.from_json({"calendar": "24x7", "target_seconds": 0})
    assert (terms.warn, terms.guarantee, terms.pausable, terms.agreed_at) == ((), False, True, None)
    assert Warn.from_json({"seconds_before": 0}).to_json() == {"seconds_before": 0}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"target_seconds": -1}, "target_seconds"),
        ({"target_seconds": 1.5}, "target_seconds"),
        ({"target_seconds": True}, "target_seconds"),
        ({"target_seconds": 60, "agreed_at": 60}, "target_seconds"),
        ({}, "target_seconds"),
        ({"agreed_at": "2026-06-05"}, "agreed_at"),
        ({"target_seconds": 60, "warn": {"percent": 80}}, "warn"),
        ({"target_seconds": 60, "warn": [80]}, "warn"),
        ({"target_seconds": 60, "warn": [{}]}, "warn"),
        ({"target_seconds": 60, "warn": [{"percent": 80, "seconds_before": 60}]}, "warn"),
        ({"target_seconds": 60, "warn": [{"minutes": 5}]}, "warn"),
        ({"target_seconds": 60, "warn": [{"percent": 0}]}, "warn.percent"),
        ({"target_seconds": 60, "warn": [{"percent": 101}]}, "warn.percent"),
        ({"target_seconds": 60, "warn": [{"percent": 12.5}]}, "warn.percent"),
        ({"target_seconds": 60, "warn": [{"seconds_before": -1}]}, "warn.seconds_before"),
        ({"target_seconds": 60, "guarantee": "yes"}, "guarantee"),
        ({"target_seconds": 60, "pausable": 1}, "pausable"),
    ],
)
def test_terms_that_promise_nothing_clear_are_refused_by_name(data: dict[str, object], field: str) -> None:
    with pytest.raises(TermsError) as caught:
        Terms.from_json({"calendar": "24x7", **data})
    assert caught.value.field == field
    assert str(caught.value) == f"{field}: {caught.value.message}"


def test_terms_without_a_calendar_are_refused() -> None:
    with pytest.raises(CalendarError):
        Terms.from_json({"target_seconds": 60})
    with pytest.raises(TermsError, match="must be an object"):
        Terms.from_json(None)


def test_a_per_cent_is_rounded_up_so_that_no_warning_comes_early() -> None:
    assert Warn(percent=50).threshold(3) == 2
    assert Warn(percent=100).threshold(3) == 3
    assert Warn(percent=1).threshold(0) == 0


def test_instants_go_to_text_and_back() -> None:
    assert parse_instant("2026-06-05T13:00:00Z") == parse_instant("2026-06-05T15:00:00+02:00") == 1_780_664_400
    assert format_instant(1_780_664_400) == "2026-06-05T13:00:00Z"
    assert from_instant(1_780_664_400) == datetime(2026, 6, 5, 13, tzinfo=UTC)


def test_a_fraction_of_a_second_is_cut_off() -> None:
    zone = timezone(timedelta(hours=-5))
    assert to_instant(datetime(2026, 6, 5, 8, 0, 0, 999_999, tzinfo=zone)) == 1_780_664_400


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        to_instant(datetime(2026, 6, 5, 8))  # noqa: DTZ001
    with pytest.raises(ValueError, match="needs a time zone"):
        parse_instant("2026-06-05T13:00:00")
