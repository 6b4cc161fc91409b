"""A calendar's hours in one line."""

from __future__ import annotations

from typing import Any

import pytest

from slas.calendars.summaries import hours_in_words

DAY = [["09:00", "17:00"]]


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        ("24x7", "Around the clock"),
        ({"zone": "UTC", "always": True}, "Around the clock"),
        ({"zone": "UTC", "weekly": dict.fromkeys(("mon", "tue", "wed"), DAY)}, "Mon–Wed 09:00–17:00 · UTC"),
        (
            {"zone": "UTC", "weekly": {"mon": DAY, "wed": [["09:00", "12:00"], ["13:00", "14:00"]]}},
            "Mon 09:00–17:00, Wed 09:00–12:00 13:00–14:00 · UTC",
        ),
        ({"zone": "UTC", "dates": {"2026-12-24": DAY}}, "only on named dates · UTC · 1 special date"),
    ],
)
def test_hours_read_as_they_are_said(spec: Any, line: str) -> None:
    assert hours_in_words(spec) == line
