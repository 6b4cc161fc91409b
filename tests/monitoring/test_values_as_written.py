"""A measured value is written as people read it: a share as per cent, a short time in milliseconds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.limits import parse_value
from monitoring.values import value_text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.000861, "s", "0.861 ms"),
        (0.0999, "s", "99.9 ms"),
        (0.1, "s", "0.1 s"),
        (1.2345, "s", "1.23 s"),
        (0.0, "s", "0 s"),
        (0.05, "EUR", "0.05 EUR"),
        (0.871999, "ratio", "87.2 %"),
        (1204388.25, "", "1,204,388"),
    ],
)
def test_the_figure_has_the_unit_it_can_be_read_in(value: float, unit: str, text: str) -> None:
    assert value_text(value, unit) == text


@given(st.floats(min_value=0.0001, max_value=1))
def test_what_is_written_can_be_typed_and_means_the_same(seconds: float) -> None:
    assert parse_value(value_text(seconds, "s"), "s") == pytest.approx(seconds, rel=0.006)
