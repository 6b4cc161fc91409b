"""An incident's life through the API: opened, worked on, over; its events and its clocks beside it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.clock import at, now
from incidents import services as incidents
from slas import selectors as slas
from tests.api.support import World, call, read, send


def _open(north: World, **more: Any) -> Any:
    body = {"system": str(north.house.system.id), "title": "Wrong answers", "severity": "high", **more}
    return send("incidents/", north.token, body)


def test_an_incident_is_opened_worked_on_and_over(north: World) -> None:
    """The main chain, each step answering with the incident as it then stands."""
    incident = _open(north)
    where = f"incidents/{incident['id']}"
    assert (incident["state"], incident["source"]) == ("new", "api")
    assert send(f"{where}/acknowledge/", north.token)["state"] == "acknowledged"
    paused = send(f"{where}/pause/", north.token, {"party": "client", "reason": "We need the log"})
    assert paused["waiting_on"] == "client"
    assert send(f"{where}/resume/", north.token)["waiting_on"] == ""
    assert send(f"{where}/updates/", north.token, {"body": "We found the cause."})["id"] == incident["id"]
    assert send(f"{where}/notes/", north.token, {"body": "The prompt was cut."})["id"] == incident["id"]
    assert send(f"{where}/mitigate/", north.token)["state"] == "mitigated"
    assert send(f"{where}/severity/", north.token, {"severity": "medium"})["severity"] == "medium"
    assert send(f"{where}/resolve/", north.token, {"body": "It works again."})["state"] == "resolved"
    assert send(f"{where}/reopen/", north.token, {"reason": "It came back"})["state"] == "acknowledged"
    assert send(f"{where}/resolve/", north.token, {"body": "Now for good."})["state"] == "resolved"
    assert send(f"{where}/close/", north.token)["state"] == "closed"


def test_the_events_tell_what_happened_and_what_the_client_sees(north: World) -> None:
    """Newest first; an internal note is never marked as seen by the client."""
    incident = _open(north)
    where = f"incidents/{incident['id']}"
    send(f"{where}/notes/", north.token, {"body": "The prompt was cut."})
    send(f"{where}/updates/", north.token, {"body": "We found the cause."})
    events = read(f"{where}/events/", north.token)["results"]
    kinds = {event["kind"]: event for event in events}
    assert kinds["note"]["client_visible"] is False
    assert kinds["update"]["client_visible"] is True
    assert kinds["note"]["actor_kind"] == "token"
    assert kinds["note"]["body"] == "The prompt was cut."
    assert "opened" in kinds
    assert [event["id"] for event in events] == sorted((event["id"] for event in events), reverse=True)


def test_a_false_alarm_is_never_shown_to_the_client(north: World) -> None:
    """Whatever was held stays held."""
    with north.house.scope():
        held = incidents.open_incident(
            system_id=north.house.system.id, title="Slow", severity="high", source="alert", fingerprint="slow"
        )
    assert read(f"incidents/{held.id}/", north.token)["publish_at"]
    after = send(f"incidents/{held.id}/false-alarm/", north.token, {"reason": "A test of ours"})
    assert after["state"] == "false_alarm"
    assert after["published_at"] is after["publish_at"] is None


def test_a_step_on_an_old_version_is_refused(north: World) -> None:
    """Somebody was faster: 409 and nothing done."""
    incident = _open(north)
    where = f"incidents/{incident['id']}"
    send(f"{where}/acknowledge/", north.token, {"version": incident["version"]})
    answer = call("POST", f"{where}/mitigate/", north.token, {"version": incident["version"]})
    assert answer.status_code == 409
    assert read(f"{where}/", north.token)["state"] == "acknowledged"


def test_an_incident_that_began_in_the_future_is_refused(north: World) -> None:
    """S26: a clock cannot start tomorrow."""
    body = {
        "system": str(north.house.system.id),
        "title": "Wrong",
        "severity": "high",
        "opened_at": (now() + timedelta(days=1)).isoformat(),
    }
    assert call("POST", "incidents/", north.token, body).status_code == 400


def test_the_clocks_of_an_incident_show_the_numbers_that_people_see(north: World) -> None:
    """The API reads the very views that dashboard and portal read."""
    incident = _open(north)
    with at(now() + timedelta(minutes=3)):
        shown = read("clocks/", north.token, incident=incident["id"])["results"]
        with north.house.scope():
            rows = slas.clocks_of("incident", incident["id"])
            views = {str(view.id): view for view in slas.clock_views(rows, now(), ZoneInfo("Europe/Berlin"))}
    assert shown
    assert {clock["id"] for clock in shown} == set(views)
    for clock in shown:
        view = views[clock["id"]]
        assert clock["remaining_seconds"] == view.remaining_seconds
        assert clock["consumed_seconds"] == view.consumed_seconds
        assert clock["sentence"] == view.sentence
        assert clock["incident"] == incident["id"]
        assert clock["due_at"] is None or clock["due_at"].endswith("Z")


def test_acknowledging_meets_the_response_and_not_the_resolution(north: World) -> None:
    """S21, seen from outside."""
    incident = _open(north)
    send(f"incidents/{incident['id']}/acknowledge/", north.token)
    clocks = {c["metric"]: c["state"] for c in read("clocks/", north.token, incident=incident["id"])["results"]}
    assert clocks["first_response"] == "met"
    assert clocks.get("resolution", "running") != "met"


def test_an_incident_is_given_to_somebody_on_the_staff_and_to_nobody_else(north: World) -> None:
    """A contact of the client is no owner."""
    where = f"incidents/{north.ids['incidents']}/owner/"
    engineer = str(north.house.engineer.id)
    assert send(where, north.token, {"owner": engineer})["owner"] == engineer
    assert call("POST", where, north.token, {"owner": str(north.house.contact.id)}).status_code == 404
    assert send(where, north.token, {"owner": None})["owner"] is None


@pytest.mark.parametrize("mode", ["carry_elapsed", "carry_fraction", "fresh", "retroactive"])
def test_each_mode_of_changing_the_severity_is_taken(mode: str, north: World) -> None:
    """The words of the API are those of the engine."""
    where = f"incidents/{north.ids['incidents']}/severity/"
    assert send(where, north.token, {"severity": "critical", "mode": mode})["severity"] == "critical"


def test_every_instant_is_in_utc_and_every_duration_in_whole_seconds(north: World) -> None:
    """ISO 8601 with a Z; integers."""
    began = now().replace(microsecond=0) - timedelta(days=2)
    incident = _open(north, opened_at=began.astimezone(ZoneInfo("Asia/Tokyo")).isoformat())
    assert incident["opened_at"] == f"{began:%Y-%m-%dT%H:%M:%SZ}"
    for clock in read("clocks/", north.token, incident=incident["id"])["results"]:
        durations = [value for name, value in clock.items() if name.endswith("_seconds") and value is not None]
        assert all(isinstance(value, int) for value in durations)


def test_the_title_stays_the_text_that_it_is(north: World) -> None:
    """Markup is text here; the faces escape it."""
    title = "<script>alert(1)</script> „ünïcode“ 🙂"
    incident = _open(north, title=title)
    assert json.loads(json.dumps(incident["title"])) == title


def test_a_program_merges_too(north: World) -> None:
    system = str(north.house.system.id)
    body = {"system": system, "title": "One", "severity": "low"}
    older = send("incidents/", north.token, body | {"opened_at": (now() - timedelta(hours=1)).isoformat()})
    younger = send("incidents/", north.token, body)
    answer = send(f"incidents/{younger['id']}/merge/", north.token, {"into": older["id"]})
    assert (answer["state"], answer["merged_into"]) == ("merged", older["id"])
    refused = call("POST", f"incidents/{older['id']}/merge/", north.token, {"into": younger["id"]})
    assert refused.status_code == 409, refused.content
    assert read(f"incidents/{older['id']}/", north.token)["state"] == "new"
