"""Sums and hours as people type them; what could be read in two ways is refused and never guessed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.typed import parse_minor, parse_minutes, typed_minor, typed_minutes


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1200", "EUR", 120_000),
        (" 1200 ", "EUR", 120_000),
        ("1,200.00", "USD", 120_000),
        ("1,200", "USD", 120_000),
        ("1,234,567.8", "USD", 123_456_780),
        ("1 200.50", "EUR", 120_050),
        ("1\u00a0200", "EUR", 120_000),
        ("1'200.05", "CHF", 120_005),
        ("1.200,50", "EUR", 120_050),
        ("12,50", "EUR", 1_250),
        ("0", "EUR", 0),
        ("0.5", "EUR", 50),
        ("1200", "JPY", 1_200),
        ("1,200", "JPY", 1_200),
        ("1.250", "KWD", 1_250),
    ],
)
def test_a_sum_is_read(text: str, currency: str, minor: int) -> None:
    assert parse_minor(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "EUR"),
        ("abc", "EUR"),
        ("-5", "EUR"),
        ("1e3", "EUR"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("1.200", "EUR"),
        ("1.234.567", "EUR"),
        ("1200.505", "EUR"),
        ("1,2,3", "EUR"),
        ("12,00,000", "EUR"),
        ("1,200'000", "EUR"),
        ("€1200", "EUR"),
        ("1200.5", "JPY"),
        ("١٢٠٠", "EUR"),
        ("1200\x00", "EUR"),
    ],
)
def test_what_is_no_sum_or_two_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(text.strip())}$"):
        parse_minor(text, currency)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("20", 1200),
        ("20h", 1200),
        ("4h 30m", 270),
        ("4h30", 270),
        ("4 hours 30 minutes", 270),
        ("4 H 30 MIN", 270),
        ("1.5h", 90),
        ("1,5 h", 90),
        ("0.25", 15),
        ("1:30", 90),
        ("90 min", 90),
        ("430m", 430),
        ("45m", 45),
        ("0", 0),
    ],
)
def test_hours_are_read(text: str, minutes: int) -> None:
    """ "90 min" was once read as nine hours and no minutes."""
    assert parse_minutes(text) == minutes


@pytest.mark.parametrize(
    "text", ["", " ", "h", "min", "four", "-4h", "4h -30m", "4d", "1:75", "4h 30m 20s", "1e9", "٤h"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(text.strip())}$"):
        parse_minutes(text)


@given(st.integers(0, 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_a_sum_shown_for_editing_is_read_as_the_same_sum(minor: int, currency: str) -> None:
    assert parse_minor(typed_minor(minor, currency), currency) == minor


@given(st.integers(0, 96_000))
def test_hours_shown_for_editing_are_read_as_the_same_hours(minutes: int) -> None:
    assert parse_minutes(typed_minutes(minutes)) == minutes


def test_no_price_is_shown_as_nothing() -> None:
    assert typed_minor(None, "EUR") == ""
