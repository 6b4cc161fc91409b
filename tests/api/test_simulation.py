"""The engine as a calculator, for programs: everything in one request, nothing stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.models import AuditEvent, OutboxEvent
from slas.models import Clock, ClockEvent
from tests.api.support import World, call, send, token_of

DAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = {"zone": "Europe/Berlin", "weekly": {day: [["09:00", "17:00"]] for day in DAYS}}
LUNCH = OFFICE | {"weekly": {day: [["09:00", "13:00"], ["14:00", "18:00"]] for day in DAYS}}
HOUR = 3600
WHERE = "clocks/simulate/"


def due(north: World, calendar: Any, start: str, target: int, **more: Any) -> str:
    body = {"calendar": calendar, "start": start, "target_seconds": target, "now": start} | more
    answer: str = send(WHERE, north.token, body)["due_at"]
    return answer


VECTORS: dict[str, tuple[Any, str, int, str]] = {
    "V1 over spring DST": (OFFICE, "2026-03-27T16:30:00+01:00", HOUR, "2026-03-30T07:30:00Z"),
    "V2 around the clock": ("24x7", "2026-03-28T12:00:00+01:00", 24 * HOUR, "2026-03-29T11:00:00Z"),
    "V7 over lunch": (LUNCH, "2026-06-01T12:30:00+02:00", HOUR, "2026-06-01T12:30:00Z"),
    "V8 due at close": (OFFICE, "2026-06-01T16:00:00+02:00", HOUR, "2026-06-01T15:00:00Z"),
    "V9 over a holiday": (
        OFFICE | {"dates": {"2026-05-01": []}},
        "2026-04-30T16:30:00+02:00",
        HOUR,
        "2026-05-04T07:30:00Z",
    ),
    "S09 into Monday": (OFFICE, "2026-06-05T16:30:00+02:00", HOUR, "2026-06-08T07:30:00Z"),
}


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS.keys())
def test_the_golden_vectors(north: World, vector: tuple[Any, str, int, str]) -> None:
    calendar, start, target, expected = vector
    assert due(north, calendar, start, target) == expected


def test_v11_and_v17_a_pause_over_a_night_and_over_a_weekend(north: World) -> None:
    def paused(start: str, since: str, until: str) -> str:
        events = [{"at": since, "kind": "pause", "party": "client"}, {"at": until, "kind": "resume"}]
        return due(north, OFFICE, start, 4 * HOUR, events=events, now=until)

    night = paused("2026-06-01T10:00:00+02:00", "2026-06-01T11:00:00+02:00", "2026-06-02T11:00:00+02:00")
    weekend = paused("2026-06-05T15:00:00+02:00", "2026-06-05T16:00:00+02:00", "2026-06-08T10:00:00+02:00")
    assert (night, weekend) == ("2026-06-02T12:00:00Z", "2026-06-08T11:00:00Z")


def test_v13_the_answer_explains_itself(north: World) -> None:
    body = {
        "calendar": OFFICE,
        "target_seconds": 4 * HOUR,
        "start": "2026-06-05T13:00:00Z",
        "warn": [{"percent": 80}, {"seconds_before": HOUR}],
        "events": [],
        "now": "2026-06-05T14:00:00Z",
    }
    assert send(WHERE, north.token, body) == {
        "state": "running",
        "due_at": "2026-06-08T09:00:00Z",
        "breached_at": None,
        "satisfied_at": None,
        "consumed_seconds": HOUR,
        "remaining_seconds": 3 * HOUR,
        "warnings": [
            {"percent": 80, "at": "2026-06-08T08:12:00Z", "passed": False},
            {"seconds_before": HOUR, "at": "2026-06-08T08:00:00Z", "passed": False},
        ],
        "segments": [{"from": "2026-06-05T13:00:00Z", "to": "2026-06-05T14:00:00Z", "kind": "open", "seconds": HOUR}],
    }


def test_an_end_that_is_not_after_its_start_runs_over_midnight(north: World) -> None:
    night = {"zone": "Europe/Berlin", "weekly": {"mon": [["22:00", "06:00"]]}}
    assert due(north, night, "2026-06-01T20:00:00+02:00", 8 * HOUR) == "2026-06-02T04:00:00Z"


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no open time": ({"calendar": {"zone": "Europe/Berlin", "weekly": {}}}, "calendar.weekly"),
    "an unknown zone": ({"calendar": OFFICE | {"zone": "Mars/Olympus"}}, "calendar.zone"),
    "windows that overlap": (
        {"calendar": OFFICE | {"weekly": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}},
        "calendar.weekly.mon",
    ),
    "overlapping overrides": (
        {"calendar": OFFICE | {"dates": {"2026-06-01": [["09:00", "12:00"], ["11:00", "13:00"]]}}},
        "calendar.dates.2026-06-01",
    ),
    "an event in the future": ({"events": [{"at": "2027-06-05T15:00:00Z", "kind": "pause"}]}, "events[0]"),
    "an event before the start": ({"events": [{"at": "2026-06-05T12:00:00Z", "kind": "pause"}]}, "events[0]"),
    "a negative target": ({"target_seconds": -1}, "target_seconds"),
    "no zone": ({"start": "2026-06-05T13:00:00"}, "start"),
    "another field": ({"agency": "x"}, "agency"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_what_cannot_be_calculated_is_refused_by_name(north: World, bad: tuple[dict[str, Any], str]) -> None:
    changes, field = bad
    body = {
        "calendar": OFFICE,
        "target_seconds": HOUR,
        "start": "2026-06-05T13:00:00Z",
        "now": "2026-06-05T14:00:00Z",
    } | changes
    answer = call("POST", WHERE, north.token, body)
    assert answer.status_code == 400, answer.content
    (error,) = json.loads(answer.content)["errors"]
    assert error["field"] == field
    assert error["message"]


@pytest.mark.parametrize("body", [[], "x", 3, None, [{}]])
def test_what_is_no_object_is_refused(north: World, body: Any) -> None:
    assert call("POST", WHERE, north.token, body).status_code == 400


def test_a_token_that_only_reads_may_calculate_and_nothing_is_stored(north: World) -> None:
    token = token_of(north.house, ["read"])
    with north.house.scope():
        before = [model.objects.count() for model in (Clock, ClockEvent, AuditEvent, OutboxEvent)]
    body = {"calendar": "24x7", "target_seconds": HOUR, "start": "2026-06-05T13:00:00Z"}
    assert send(WHERE, token, body)["state"] == "breached"
    with north.house.scope():
        assert [model.objects.count() for model in (Clock, ClockEvent, AuditEvent, OutboxEvent)] == before
    assert call("POST", WHERE, None, body).status_code == 401
