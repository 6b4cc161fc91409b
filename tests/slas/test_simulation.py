"""The engine as a calculator: all in one request, nothing stored."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import DomainError
from core.json_values import JsonValue
from slas.services import simulate

REQUEST: dict[str, Any] = {
    "calendar": {
        "zone": "Europe/Berlin",
        "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        "dates": {"2026-12-25": []},
    },
    "target_seconds": 14400,
    "start": "2026-06-05T13:00:00Z",
    "warn": [{"percent": 80}, {"seconds_before": 3600}],
    "events": [],
    "now": "2026-06-05T14:00:00Z",
}


def test_v13_the_calculator_answers_without_a_database() -> None:
    """Fri 15:00, 4 h, a warning at 80 per cent: Mon 11:00 and Mon 10:12 in Berlin."""
    answer = simulate(REQUEST)
    assert (answer["state"], answer["due_at"]) == ("running", "2026-06-08T09:00:00Z")
    assert (answer["consumed_seconds"], answer["remaining_seconds"]) == (3600, 10800)
    assert answer["warnings"] == [
        {"percent": 80, "at": "2026-06-08T08:12:00Z", "passed": False},
        {"seconds_before": 3600, "at": "2026-06-08T08:00:00Z", "passed": False},
    ]
    assert answer["segments"] == [
        {"from": "2026-06-05T13:00:00Z", "to": "2026-06-05T14:00:00Z", "kind": "open", "seconds": 3600}
    ]


def test_v17_a_pause_over_the_weekend() -> None:
    pause = {"at": "2026-06-05T14:00:00Z", "kind": "pause", "party": "client", "reason": "Waiting"}
    resume = {"at": "2026-06-08T10:00:00+02:00", "kind": "resume"}
    answer = simulate(REQUEST | {"events": [pause, resume], "now": "2026-06-08T08:00:00Z"})
    assert answer["due_at"] == "2026-06-08T11:00:00Z"
    assert answer["segments"][1]["party"] == "client"


def test_v2_around_the_clock_over_the_change_to_summer_time() -> None:
    request: dict[str, JsonValue] = {"calendar": "24x7", "target_seconds": 86400, "start": "2026-03-28T11:00:00Z"}
    assert simulate(request | {"now": "2026-03-28T11:00:00Z"})["due_at"] == "2026-03-29T11:00:00Z"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"calendar": {"zone": "Europe/Berlin", "weekly": {}}}, "calendar.weekly"),
        ({"calendar": {"zone": "Mars/Olympus", "weekly": {}}}, "calendar.zone"),
        ({"calendar": None}, "calendar"),
        ({"target_seconds": -1}, "target_seconds"),
        ({"target_seconds": 1.5}, "target_seconds"),
        ({"target_seconds": None}, "target_seconds"),
        ({"target_seconds": 10**15}, "target_seconds"),
        ({"start": "2026-06-05T13:00:00"}, "start"),
        ({"start": "2026-06-05T15:00:00Z"}, "start"),
        ({"start": 5}, "start"),
        ({"warn": [{"percent": 101}]}, "warn.percent"),
        ({"warn": "soon"}, "warn"),
        ({"events": [{"at": "2026-06-05T15:00:00Z", "kind": "pause"}]}, "events[0]"),
        ({"events": [{"at": "2026-06-05T12:00:00Z", "kind": "pause"}]}, "events[0]"),
        ({"events": [{"at": "2026-06-05T13:30:00Z", "kind": "retarget"}]}, "events[0].kind"),
        ({"events": [{"at": "soon", "kind": "pause"}]}, "events[0].at"),
        ({"events": [{"at": "2026-06-05T13:30:00Z", "kind": "pause", "party": 7}]}, "events[0].party"),
        ({"events": ["pause"]}, "events[0]"),
        ({"events": [{"at": "2026-06-05T13:30:00Z", "kind": "pause"}] * 1001}, "events"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_what_cannot_be_calculated_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        simulate(REQUEST | changes)
    assert refused.value.field == field
    assert refused.value.message
