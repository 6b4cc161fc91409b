"""Values that a system sends of itself: stored once, judged in order, and their silence noticed."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from core import clock
from core.clock import now
from core.outbox import relay_due
from monitoring.models import Alert, Check, Threshold
from monitoring.polling.prober import claim, probe_round
from monitoring.polling.results import Result, store_results
from tests.api.support import World, call, read, send, token_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def check(north: World) -> str:
    """A check that waits for what is sent, every minute, with an agreed limit."""
    body = {
        "system": str(north.house.system.id),
        "name": "Sent by the system",
        "kind": "push",
        "metrics": [{"name": "resolution", "unit": "%"}, {"name": "queue"}],
        "interval_seconds": 60,
    }
    made: str = send("checks/", north.token, body)["id"]
    limit = {"check": made, "metric": "resolution", "comparison": "below", "limit": 77, "clear_limit": 80}
    send("thresholds/", north.token, limit)
    return made


def sample(value: float, at: datetime, metric: str = "resolution") -> dict[str, Any]:
    return {"metric": metric, "value": value, "at": at.isoformat()}


def row(north: World, check: str) -> Check:
    with north.house.scope():
        return Check.objects.get(id=check)


def streak(north: World, check: str) -> int:
    with north.house.scope():
        return Threshold.objects.get(source_check_id=uuid.UUID(check)).bad_streak


def test_values_are_stored_once_and_read_back(north: World, check: str) -> None:
    at = now() - MINUTE
    body = {"samples": [sample(87, at), sample(86, at + MINUTE), sample(4, at, "queue")]}
    assert send(f"checks/{check}/samples/", north.token, body) == {"received": 3, "stored": 3}
    assert send(f"checks/{check}/samples/", north.token, body) == {"received": 3, "stored": 0}
    found = read(f"checks/{check}/samples/", north.token, metric="resolution")["results"]
    assert [one["value"] for one in found] == [86, 87]
    assert row(north, check).last_values == {"resolution": 86}
    assert row(north, check).health == "healthy"


def test_a_value_without_a_time_is_of_now(north: World, check: str) -> None:
    before = now()
    send(f"checks/{check}/samples/", north.token, {"samples": [{"metric": "queue", "value": 3}]})
    slot = row(north, check).last_slot
    assert slot is not None
    assert before <= slot <= now()


def test_three_values_beyond_the_limit_fire_once_and_two_good_ones_recover(north: World, check: str) -> None:
    start = now() - 10 * MINUTE
    values = [87, 71, 70, 69, 68]
    send(
        f"checks/{check}/samples/",
        north.token,
        {"samples": [sample(value, start + place * MINUTE) for place, value in enumerate(values)]},
    )
    threshold = read("thresholds/", north.token, check=check)["results"][0]
    assert (threshold["health"], threshold["last_value"]) == ("degraded", 68)
    assert streak(north, check) == 4
    good = [sample(value, start + (5 + place) * MINUTE) for place, value in enumerate([81, 82])]
    send(f"checks/{check}/samples/", north.token, {"samples": good})
    assert read("thresholds/", north.token, check=check)["results"][0]["health"] == "healthy"


def test_a_value_that_comes_late_is_kept_and_judged_no_more(north: World, check: str) -> None:
    at = now() - MINUTE
    send(f"checks/{check}/samples/", north.token, {"samples": [sample(87, at)]})
    late = [sample(10, at - place * MINUTE) for place in range(1, 5)]
    assert send(f"checks/{check}/samples/", north.token, {"samples": late})["stored"] == 4
    assert streak(north, check) == 0


def test_m15_a_failure_that_is_reported_is_bad_and_a_sign_of_life(north: World, check: str) -> None:
    """It counts once as itself, and the silence that is counted beside it starts anew."""
    due = row(north, check).next_due_at
    with clock.at(now() + 30 * timedelta(seconds=1)):
        send(f"checks/{check}/samples/", north.token, {"error": "the job broke"})
    found = row(north, check)
    assert (found.last_error, found.last_detail, found.bad_streak) == ("reported", "the job broke", 1)
    assert due is not None
    assert found.next_due_at is not None
    assert found.next_due_at > due


def test_silence_counts_once_an_interval(north: World, check: str) -> None:
    send(f"checks/{check}/samples/", north.token, {"samples": [{"metric": "queue", "value": 3}]})
    start = now()
    for minutes in (1, 2, 3):
        with clock.at(start + minutes * MINUTE + timedelta(seconds=minutes)):
            probe_round(seconds=1)
            probe_round(seconds=1)
            relay_due()
    found = row(north, check)
    assert (found.last_error, found.bad_streak, found.health) == ("silent", 3, "down")
    with north.house.scope():
        (alert,) = Alert.objects.filter(source_check_id=uuid.UUID(check))
    assert alert.title == f"{north.house.system.name} sends no values"


def test_what_arrives_while_the_silence_is_noted_wins(north: World, check: str) -> None:
    """The lease that the prober holds is no longer its own once a value came."""
    with clock.at(now() + 2 * MINUTE):
        (mine,) = [one for one in claim(limit=50) if str(one.check.id) == check]
        send(f"checks/{check}/samples/", north.token, {"samples": [{"metric": "queue", "value": 3}]})
        store_results([Result(mine.check.id, mine.lease_id, mine.slot, "", now(), 0, error_class="silent")])
    assert row(north, check).last_error == ""


BAD: dict[str, Any] = {
    "nothing": {},
    "no values": {"samples": []},
    "no list": {"samples": "x"},
    "no object": {"samples": [3]},
    "no metric": {"samples": [{"value": 1}]},
    "an unknown metric": {"samples": [{"metric": "x", "value": 1}]},
    "a text": {"samples": [{"metric": "queue", "value": "many"}]},
    "true": {"samples": [{"metric": "queue", "value": True}]},
    "too large": {"samples": [{"metric": "queue", "value": 10**400}]},
    "no zone": {"samples": [{"metric": "queue", "value": 1, "at": "2026-03-02T09:00:00"}]},
    "the future": {"samples": [{"metric": "queue", "value": 1, "at": "2999-01-01T00:00:00Z"}]},
    "long ago": {"samples": [{"metric": "queue", "value": 1, "at": "1999-01-01T00:00:00Z"}]},
    "no time": {"samples": [{"metric": "queue", "value": 1, "at": "soon"}]},
    "another field": {"samples": [{"metric": "queue", "value": 1, "agency": "x"}]},
    "too many": {"samples": [{"metric": "queue", "value": 1}] * 1001},
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_what_cannot_be_taken_is_refused_by_name_and_nothing_is_stored(north: World, check: str, body: Any) -> None:
    good = {"metric": "queue", "value": 1}
    if isinstance(body.get("samples"), list) and 0 < len(body["samples"]) < 1000:
        body = {"samples": [good, *body["samples"]]}
    answer = call("POST", f"checks/{check}/samples/", north.token, body)
    assert answer.status_code == 400, answer.content
    assert json.loads(answer.content)["detail"] or json.loads(answer.content)["errors"]
    assert read(f"checks/{check}/samples/", north.token, metric="queue")["results"] == []


def test_a_check_that_asks_takes_no_values(north: World) -> None:
    asks = north.ids["checks"]
    answer = call("POST", f"checks/{asks}/samples/", north.token, {"error": "x"})
    assert answer.status_code == 400, answer.content


def test_a_check_that_waits_cannot_be_asked_and_a_paused_one_takes_nothing(north: World, check: str) -> None:
    assert call("POST", f"checks/{check}/run/", north.token, {}).status_code == 400
    send(f"checks/{check}/disable/", north.token)
    assert call("POST", f"checks/{check}/samples/", north.token, {"error": "x"}).status_code == 400


def test_values_of_a_paused_system_are_kept_and_nothing_follows_from_them(north: World, check: str) -> None:
    system = north.house.system.id
    send(f"systems/{system}/pause/", north.token)
    relay_due()
    start = now() - 5 * MINUTE
    bad = [sample(1, start + place * MINUTE) for place in range(4)]
    assert send(f"checks/{check}/samples/", north.token, {"samples": bad})["stored"] == 4
    assert send(f"checks/{check}/samples/", north.token, {"error": "we are at it"})["stored"] == 0
    assert streak(north, check) == 0
    assert row(north, check).next_due_at is None


def test_a_resumed_system_has_an_interval_to_send(north: World, check: str) -> None:
    system = north.house.system.id
    send(f"systems/{system}/pause/", north.token)
    relay_due()
    start = now()
    with clock.at(start):
        send(f"systems/{system}/resume/", north.token)
        relay_due()
    assert row(north, check).next_due_at == start + MINUTE
    asking = row(north, str(north.ids["checks"])).next_due_at
    assert asking == start


def test_a_failure_after_a_value_from_a_clock_that_runs_ahead_is_judged_too(north: World, check: str) -> None:
    ahead = now() + MINUTE
    send(f"checks/{check}/samples/", north.token, {"samples": [sample(87, ahead)]})
    send(f"checks/{check}/samples/", north.token, {"error": "the job broke"})
    found = row(north, check)
    assert (found.last_error, found.last_slot) == ("reported", ahead)


def test_what_is_sent_has_no_latency(north: World, check: str) -> None:
    limit = {"check": check, "metric": "latency", "comparison": "above", "limit": 3, "clear_limit": 2}
    answer = call("POST", "thresholds/", north.token, limit)
    assert answer.status_code == 400
    assert "metric" in json.loads(answer.content)["errors"][0]["field"]
    browser = Browser()
    browser.force_login(north.house.owner)
    form = browser.get(f"/a/north/checks/{check}/thresholds/new/").content.decode()
    assert 'value="resolution"' in form
    assert "latency" not in form


def test_a_check_that_waits_must_say_for_what(north: World) -> None:
    body = {"system": str(north.house.system.id), "name": "Sent", "kind": "push"}
    answer = call("POST", "checks/", north.token, body)
    assert answer.status_code == 400
    assert b"Name at least one value that will be sent." in answer.content


def test_another_agencys_check_is_none_and_a_reading_token_may_not(north: World, south: World, check: str) -> None:
    body = {"error": "x"}
    theirs = call("POST", f"checks/{check}/samples/", south.token, body)
    nobodys = call("POST", f"checks/{uuid.uuid4()}/samples/", south.token, body)
    assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)
    assert theirs.status_code == 404
    assert call("POST", f"checks/{check}/samples/", token_of(north.house, ["read"]), body).status_code == 403
