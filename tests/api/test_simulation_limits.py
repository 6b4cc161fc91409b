"""A calculation costs what it may and no more: what is too large is refused by its field before it is begun."""

from __future__ import annotations

import json
import tracemalloc
from datetime import date, timedelta
from typing import Any

import pytest

from bench.simulate import at_the_caps
from core.models import IdempotencyKey
from slas.clocks.simulation import MOST_EVENTS, MOST_SEGMENTS
from slas.engine import MOST_DATES, MOST_WINDOWS, compile_calendar
from slas.engine.compiled import _shared
from tests.api.support import World, call, send, token_of
from tests.slas.engine.support import office

WHERE = "clocks/simulate/"
HOUR = 3600
START = "2026-06-01T09:00:00Z"
LATER = "2026-06-01T10:00:00Z"


def windows(many: int) -> list[list[str]]:
    """So many windows of a minute, none touching the next."""
    return [[f"{2 * n // 60:02d}:{2 * n % 60:02d}", f"{2 * n // 60:02d}:{2 * n % 60 + 1:02d}"] for n in range(many)]


def dates(many: int) -> dict[str, list[Any]]:
    return {(date(2026, 1, 1) + timedelta(days=n)).isoformat(): [] for n in range(many)}


def calendar(**more: Any) -> dict[str, Any]:
    return {"zone": "Europe/Berlin", "weekly": {"mon": [["09:00", "17:00"]]}} | more


EVERY_MINUTE = calendar(weekly=dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), windows(720)))
TOO_LARGE: dict[str, tuple[dict[str, Any], str]] = {
    "720 windows a day": ({"calendar": EVERY_MINUTE}, "calendar.weekly.mon"),
    "one window too many": ({"calendar": calendar(weekly={"tue": windows(MOST_WINDOWS + 1)})}, "calendar.weekly.tue"),
    "720 windows on a date": ({"calendar": calendar(dates={"2026-06-02": windows(720)})}, "calendar.dates.2026-06-02"),
    "one date too many": ({"calendar": calendar(dates=dates(MOST_DATES + 1))}, "calendar.dates"),
    "a date beyond time": ({"calendar": calendar(dates={"9999-12-31": []})}, "calendar.dates.9999-12-31"),
    "more warnings than anybody reads": ({"warn": [{"percent": 50}] * 11}, "warn"),
    "a span of decades": ({"start": "1990-01-01T00:00:00Z"}, "start"),
    "a deadline that decades would not reach": (
        {"calendar": calendar(weekly={"mon": [["09:00", "09:01"]]}), "target_seconds": 10**6},
        "calendar",
    ),
    "a target of a hundred digits": ({"target_seconds": 10**100}, "target_seconds"),
    "a party of a book's length": (
        {"events": [{"at": START, "kind": "pause", "party": "x" * 201}], "now": LATER},
        "events[0].party",
    ),
}


@pytest.mark.parametrize("large", TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_what_would_cost_too_much_is_refused_by_its_field(north: World, large: tuple[dict[str, Any], str]) -> None:
    changes, field = large
    body = {"calendar": calendar(), "target_seconds": HOUR, "start": START, "now": LATER} | changes
    answer = call("POST", WHERE, north.token, body)
    assert answer.status_code == 400, answer.content
    (error,) = json.loads(answer.content)["errors"]
    assert error["field"] == field


def test_more_stretches_than_are_told_are_refused_before_they_are_counted_out(north: World) -> None:
    days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), windows(MOST_WINDOWS))
    body = {"calendar": calendar(weekly=days), "target_seconds": HOUR, "start": "2022-06-01T00:00:00Z", "now": LATER}
    answer = call("POST", WHERE, north.token, body)
    (error,) = json.loads(answer.content)["errors"]
    assert (answer.status_code, error["field"]) == (400, "start")
    assert f"{MOST_SEGMENTS}" in error["message"]


def test_a_body_longer_than_any_calculation_is_not_read(north: World) -> None:
    body = {"calendar": calendar(), "target_seconds": HOUR, "start": START, "warn": [{"percent": 50}] * 40_000}
    answer = call("POST", WHERE, north.token, body)
    assert answer.status_code == 400
    assert "at most 524288 bytes" in json.loads(answer.content)["detail"]


def test_everything_at_its_cap_is_calculated(north: World) -> None:
    body = at_the_caps()
    assert len(body["calendar"]["dates"]) == MOST_DATES
    assert len(body["calendar"]["weekly"]["mon"]) == MOST_WINDOWS
    assert len(body["events"]) == MOST_EVENTS
    tracemalloc.start()
    answer = send(WHERE, north.token, body)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer["due_at"] > "2029-12"
    assert len(answer["segments"]) > MOST_SEGMENTS * 0.55
    assert peak < 50 * 2**20


def test_a_deadline_that_was_reached_needs_no_open_time_after_it(north: World) -> None:
    """Hours on one date alone: from today on there are none, and the deadline lay before."""
    once = {"zone": "UTC", "dates": {"2026-06-01": [["09:00", "17:00"]]}}
    body = {"calendar": once, "target_seconds": HOUR, "start": START, "now": "2026-12-01T00:00:00Z"}
    assert send(WHERE, north.token, body)["due_at"] == LATER


def test_made_up_calendars_push_none_out_that_clocks_run_in(north: World) -> None:
    kept = compile_calendar(office())
    before = len(_shared.calendars), _shared.chunks.weight
    for minute in range(10, 40):
        hours = {"zone": "Europe/Berlin", "weekly": {"mon": [["09:00", f"17:{minute}"]]}}
        send(WHERE, north.token, {"calendar": hours, "target_seconds": HOUR, "start": START, "now": LATER})
    assert (len(_shared.calendars), _shared.chunks.weight) == before
    assert compile_calendar(office()) is kept


def test_no_answer_of_a_calculation_is_stored_even_under_a_key(north: World) -> None:
    body = {"calendar": "24x7", "target_seconds": HOUR, "start": START, "now": LATER}
    token = token_of(north.house, ["read"])
    first, second = (call("POST", WHERE, token, body, key="one") for _time in range(2))
    assert json.loads(first.content) == json.loads(second.content)
    with north.house.scope():
        assert not IdempotencyKey.objects.exists()
