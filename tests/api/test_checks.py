"""Checks, limits, samples and alerts through the API."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.db import connection

from core.clock import now
from tests.api.support import PROBED, World, call, read, send

SECRET = "Bearer very-secret-value"


def _check(north: World, **more: Any) -> Any:
    body = {
        "system": str(north.house.system.id),
        "name": "Quality",
        "kind": "http_json",
        "url": PROBED,
        "metrics": [{"name": "resolution", "path": "auto.rate", "unit": "%"}],
        "interval_seconds": 60,
        **more,
    }
    return send("checks/", north.token, body)


def test_a_check_is_added_changed_and_stopped(north: World) -> None:
    """Added, slowed down, disabled, enabled."""
    check = _check(north)
    where = f"checks/{check['id']}"
    assert check["enabled"] is True
    slower = call("PATCH", f"{where}/", north.token, {"interval_seconds": 300})
    assert json.loads(slower.content)["interval_seconds"] == 300
    assert json.loads(slower.content)["url"] == check["url"]
    stopped = send(f"{where}/disable/", north.token)
    assert (stopped["enabled"], stopped["next_due_at"]) == (False, None)
    assert send(f"{where}/enable/", north.token)["enabled"] is True
    assert send(f"{where}/run/", north.token)["id"] == check["id"]


def test_m29_x39_the_authorization_header_goes_in_and_never_comes_out(north: World) -> None:
    """X39: write-only."""
    check = _check(north, authorization=SECRET)
    everything = json.dumps([check, read("checks/", north.token), read(f"checks/{check['id']}/", north.token)])
    assert "very-secret-value" not in everything
    assert "authorization" not in everything


def test_an_address_that_is_not_public_is_refused(north: World) -> None:
    """X26 at save: the answer names the field and not what is behind the address."""
    for url in ("http://127.0.0.1/", "http://169.254.169.254/latest/", "http://[::1]/", "ftp://127.0.0.1:9/x"):
        body = {"system": str(north.house.system.id), "name": "P", "kind": "http", "url": url}
        answer = call("POST", "checks/", north.token, {**body, "interval_seconds": 60})
        assert answer.status_code == 400, (url, answer.content)
        assert json.loads(answer.content)["errors"][0]["field"] == "url"


def test_a_limit_is_set_replaced_and_removed(north: World) -> None:
    """One limit for each metric and side: setting it again changes it."""
    limit = {"metric": "resolution", "comparison": "below", "limit": 80.0, "clear_limit": 82.0}
    check = _check(north)["id"]
    first = send("thresholds/", north.token, {"check": check, **limit})
    assert {name: first[name] for name in limit} == limit
    again = send("thresholds/", north.token, {"check": check, **limit, "limit": 75.0, "clear_limit": 77.0})
    kept = read("thresholds/", north.token, check=check)["results"]
    assert [row["limit"] for row in kept] == [75.0]
    assert read(f"checks/{check}/", north.token)["thresholds"] == kept
    assert call("DELETE", f"thresholds/{again['id']}/", north.token).status_code == 204
    assert call("DELETE", f"thresholds/{again['id']}/", north.token).status_code == 404
    assert read("thresholds/", north.token, check=check)["results"] == []


def test_a_limit_that_clears_on_its_wrong_side_is_refused(north: World) -> None:
    """It would flap forever."""
    limit = {"metric": "resolution", "comparison": "below", "limit": 80.0, "clear_limit": 70.0}
    answer = call("POST", "thresholds/", north.token, {"check": _check(north)["id"], **limit})
    assert answer.status_code == 400


def test_samples_are_read_by_metric_and_time(north: World) -> None:
    """Newest first, half-open, page by page."""
    check_id = str(north.ids["checks"])
    first = now().replace(microsecond=0) - timedelta(hours=1)
    _store(north, check_id, [(first + timedelta(minutes=minute), float(minute)) for minute in range(5)])
    where = f"checks/{check_id}/samples/"
    assert [row["value"] for row in read(where, north.token, metric="rate")["results"]] == [4.0, 3.0, 2.0, 1.0, 0.0]
    part = {"from": (first + timedelta(minutes=1)).isoformat(), "to": (first + timedelta(minutes=3)).isoformat()}
    assert [row["value"] for row in read(where, north.token, metric="rate", **part)["results"]] == [2.0, 1.0]
    assert read(where, north.token, metric="other")["results"] == []
    page = read(where, north.token, metric="rate", limit="2")
    assert len(page["results"]) == 2
    assert page["next"]


def test_samples_need_a_metric_and_a_sensible_time(north: World) -> None:
    """All samples of everything is no question."""
    where = f"checks/{north.ids['checks']}/samples/"
    assert call("GET", where, north.token).status_code == 400
    backwards = {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}
    assert call("GET", where, north.token, metric="rate", **backwards).status_code == 400


def test_an_alert_names_its_check_and_its_incident(north: World) -> None:
    """From the alert to what was done about it."""
    alert = read(f"alerts/{north.ids['alerts']}/", north.token)
    assert alert["check"] == str(north.ids["checks"])
    assert alert["incident"] == str(north.ids["incidents"])


def _store(north: World, check_id: str, values: list[tuple[Any, float]]) -> None:
    house = north.house
    with house.scope(), connection.cursor() as cursor:
        for slot, value in values:
            cursor.execute(
                "INSERT INTO monitoring_sample (agency_id, client_id, check_id, metric, slot, value)"
                " VALUES (%s, %s, %s, 'rate', %s, %s)",
                [str(house.agency.id), str(house.client.id), check_id, slot, value],
            )
