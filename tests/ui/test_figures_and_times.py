"""Durations, sums, numbers and moments read as the copy rules say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import clock, format

NOW = datetime(2026, 3, 24, 13, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (60, "1 min"),
        (47 * 60 + 59, "47 min"),
        (3600, "1 h"),
        (12_000, "3 h 20 min"),
        (90 * 3600, "90 h"),
        (3_600_000, "1,000 h"),
        (-1500, "−25 min"),
        (None, "–"),
    ],
)
def test_a_duration_is_hours_and_minutes_and_never_a_fraction(seconds: int | None, words: str) -> None:
    assert format.duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(14_400, "4 hours"), (5400, "1 hour 30 minutes"), (60, "1 minute"), (0, "0 minutes")]
)
def test_a_typed_duration_is_echoed_in_words(seconds: int, words: str) -> None:
    assert format.duration_in_words(seconds) == words


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (120_000, "EUR", "€1,200.00"),
        (0, "USD", "$0.00"),
        (-4000, "USD", "−$40.00"),
        (120_000, "CHF", "CHF\N{NO-BREAK SPACE}1,200.00"),
        (1200, "JPY", "¥1,200"),
        (100_000_000, "GBP", "£1,000,000.00"),
        (1, "EUR", "€0.01"),
        (None, "EUR", "–"),
    ],
)
def test_a_sum_has_its_currency_its_decimals_and_a_true_minus(minor: int | None, currency: str, words: str) -> None:
    assert format.money(minor, currency) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (1204, "1,204"), (1_000_000, "1,000,000"), (-3, "−3"), (48.25, "48.3"), (0.031, "0.031"), (None, "–")],
)
def test_a_number_has_its_thousands_apart(value: float | None, words: str) -> None:
    assert format.number(value) == words


def test_a_share_is_a_percentage_with_a_space() -> None:
    assert format.percent(0.942) == "94.2\N{NO-BREAK SPACE}%"
    assert format.percent(None) == "–"


def test_today_is_a_time_another_day_has_its_date_and_another_year_its_year() -> None:
    with clock.at(NOW):
        assert format.moment(NOW, BERLIN) == "14:30"
        assert format.moment(NOW - timedelta(days=3), BERLIN) == "Sat 21 Mar 14:30"
        assert format.moment(NOW - timedelta(days=365), BERLIN) == "Mon 24 Mar 2025 14:30"
        assert format.day(date(2026, 3, 24)) == "Tue 24 Mar"
        assert format.full_moment(NOW, BERLIN) == "Tue 24 Mar 2026 14:30 CET"


def test_within_a_day_time_is_relative() -> None:
    with clock.at(NOW):
        assert format.ago(NOW - timedelta(seconds=20)) == "just now"
        assert format.ago(NOW - timedelta(minutes=4)) == "4 min ago"
        assert format.ago(NOW + timedelta(hours=2, minutes=5)) == "in 2 h"
        assert format.ago(None) == "–"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada Lovelace", "AL"), ("ada@example.com", "AE"), ("Plato", "P"), ("", "?"), ("Ana de la Cruz", "AC")],
)
def test_an_avatar_has_one_or_two_letters(name: str, letters: str) -> None:
    assert format.initials(name) == letters
