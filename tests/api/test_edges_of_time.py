"""What lies at the edge of time, of numbers and of addresses is refused in words, in whatever field it stands."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import resolve
from rest_framework import serializers

from core import moments
from core.web.limits import LARGEST
from core.web.rest import Day, Moment, WholeMinutes
from slas.engine.compiled import EARLIEST, LATEST
from tests import edges
from tests.api.support import Route, World, call, routes, send

GETS = [route for route in routes() if route.method == "GET"]
WRITES = [route for route in routes() if route.method in ("POST", "PUT", "PATCH")]
OUTSIDE = (
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "1970-01-01T00:00:00+00:01",
    "2200-01-01T00:00:00Z",
)
WHERE = {
    "who is on call": ("on-call/", {}, "at"),
    "incidents from": ("incidents/", {}, "opened_from"),
    "incidents to": ("incidents/", {}, "opened_to"),
    "uptime from": ("uptime/{systems}/", {"to": "2026-03-02T09:00:00Z"}, "from"),
    "uptime to": ("uptime/{systems}/", {"from": "2026-03-02T09:00:00Z"}, "to"),
    "attainment": ("attainment/", {"to": "2026-03-02T09:00:00Z"}, "from"),
    "samples": ("checks/{checks}/samples/", {"metric": "latency"}, "to"),
}


@pytest.mark.parametrize("instant", OUTSIDE)
@pytest.mark.parametrize(("path", "query", "name"), WHERE.values(), ids=WHERE.keys())
def test_an_instant_that_nobody_means_is_refused_by_its_name(
    north: World, path: str, query: dict[str, str], name: str, instant: str
) -> None:
    where = path.format(**{noun: str(value) for noun, value in north.ids.items()})
    answer = call("GET", where, north.token, **query, **{name: instant})
    assert answer.status_code == 400, answer.content
    assert [error["field"] for error in json.loads(answer.content)["errors"]] == [name]


@pytest.mark.parametrize("instant", OUTSIDE)
def test_a_pushed_value_of_another_age_is_refused_by_its_place(north: World, instant: str) -> None:
    check = send(
        "checks/",
        north.token,
        {"system": str(north.ids["systems"]), "name": "Sent", "kind": "push", "metrics": [{"name": "accuracy"}]},
    )
    body = {"samples": [{"metric": "accuracy", "value": 1}, {"metric": "accuracy", "value": 1, "at": instant}]}
    answer = call("POST", f"checks/{check['id']}/samples/", north.token, body)
    assert answer.status_code == 400, answer.content
    assert json.loads(answer.content)["errors"][0]["field"] == "samples.1.at"


def test_an_address_that_is_too_long_only_for_the_network_is_refused(north: World) -> None:
    assert len(edges.ADDRESS) == 309
    body = {"system": str(north.ids["systems"]), "name": "Long", "kind": "http", "url": edges.ADDRESS}
    changed = {"url": edges.ADDRESS}
    for method, path, sent in (("POST", "checks/", body), ("PATCH", f"checks/{north.ids['checks']}/", changed)):
        answer = call(method, path, north.token, sent)
        assert answer.status_code == 400, answer.content
        assert json.loads(answer.content)["errors"][0]["field"] == "url"


@pytest.mark.parametrize("route", GETS, ids=str)
def test_no_value_in_any_query_breaks_a_read(route: Route, north: World) -> None:
    view = resolve(route.url(north.ids)).func
    query = view.cls.queries.get(view.actions["get"])  # type: ignore[attr-defined]
    for name, field in query().fields.items() if query else ():
        for value in edges.values_for(_kind(field)):
            text = value if isinstance(value, str) else json.dumps(value)
            answer = call("GET", route.url(north.ids), north.token, **{name: text})
            assert answer.status_code < 500, (name, text, answer.content)


@pytest.mark.parametrize("route", WRITES, ids=str)
def test_no_value_of_the_edge_in_any_field_breaks_a_write(route: Route, north: World) -> None:
    view = resolve(route.url(north.ids)).func
    body = view.cls.bodies[view.actions[route.method.lower()]]  # type: ignore[attr-defined]
    fields = body().fields
    whole = {name: _plausible(name, field, north) for name, field in fields.items()}
    for name, field in fields.items():
        for value in edges.values_for(_kind(field)):
            answer = call(route.method, route.url(north.ids), north.token, whole | {name: value})
            assert answer.status_code < 500, (name, value, answer.content)


def _kind(field: Any) -> str:
    numbers = (serializers.IntegerField, serializers.FloatField, serializers.DecimalField)
    kinds = (("instant", serializers.DateTimeField), ("day", serializers.DateField), ("number", numbers))
    return next((word for word, kind in kinds if isinstance(field, kind)), "text")


def _plausible(name: str, field: Any, north: World) -> Any:
    """Something that this field takes, so that the call gets as far as the value at the edge."""
    if f"{name}s" in north.ids:
        return str(north.ids[f"{name}s"])
    soon = datetime.now(UTC) + timedelta(days=1 if name.startswith(("start", "first")) else 2)
    kinds: list[tuple[type, Any]] = [
        (Moment, soon.isoformat()),
        (Day, soon.date().isoformat()),
        (serializers.UUIDField, str(north.ids["systems"])),
        (serializers.BooleanField, True),
        (WholeMinutes, 3600),
        (serializers.IntegerField, max(60, getattr(field, "min_value", 0) or 0)),
        (serializers.FloatField, 1.0),
    ]
    if isinstance(field, serializers.ChoiceField):
        return next(iter(field.choices))
    return next((value for kind, value in kinds if isinstance(field, kind)), f"Any {name}"[:8])


def test_every_instant_and_every_date_that_comes_in_is_read_in_the_one_place(north: World) -> None:
    """So that no field added later reads time in a way of its own, and no number is larger than its column."""
    for route in (*GETS, *WRITES):
        for owner, name, field in _declared(route, north):
            where = f"{route}: {owner}.{name}"
            assert not isinstance(field, serializers.DateTimeField) or isinstance(field, Moment), where
            assert not isinstance(field, serializers.DateField) or isinstance(field, Day), where
            if isinstance(field, serializers.IntegerField) and owner not in NOTHING_STORED:
                assert field.max_value is not None, where
                assert field.max_value <= (2**63 - 1 if name in BIG else LARGEST), where


# Held in columns of eight bytes.
BIG = {"price_minor"}
# The calculator checks its own numbers and stores none; a warning is held against its target.
NOTHING_STORED = {"SimulationIn", "WarnIn"}


def _declared(route: Route, north: World) -> list[tuple[str, str, Any]]:
    view: Any = resolve(route.url(north.ids)).func
    cls, action = view.cls, view.actions[route.method.lower()]
    found: list[tuple[str, str, Any]] = []
    for body in (cls.bodies.get(action), cls.queries.get(action)):
        if body is not None:
            _walk(body(), found)
    return found


def _walk(serializer: Any, found: list[tuple[str, str, Any]]) -> None:
    for name, field in serializer.fields.items():
        inner = getattr(field, "child", field)
        found.append((type(serializer).__name__, name, inner))
        if isinstance(inner, serializers.Serializer):
            _walk(inner, found)


def test_the_engine_counts_in_the_same_years() -> None:
    assert (moments.EARLIEST.timestamp(), moments.LATEST.timestamp()) == (EARLIEST, LATEST)


@pytest.mark.parametrize("text", [*OUTSIDE, "2026-03-02T09:00:00", "2026-03-02", "now", "", None, 5, b"x"])
def test_what_is_no_instant_is_told_why(text: Any) -> None:
    with pytest.raises(moments.BadMoment) as refused:
        moments.parse_instant(text)
    assert refused.value.message.endswith(".")


def test_the_first_and_the_last_instant_are_read() -> None:
    assert moments.parse_instant("1970-01-01T14:00:00+14:00") == moments.EARLIEST
    assert moments.parse_instant("2199-12-31T23:59:59.999999Z") == moments.LATEST - timedelta(microseconds=1)
    assert moments.day_within_reach(date(2199, 12, 31)) == date(2199, 12, 31)
    for day in (date(1969, 12, 31), date(2200, 1, 1)):
        with pytest.raises(moments.BadMoment):
            moments.day_within_reach(day)
