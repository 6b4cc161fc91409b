"""Response times, hours, who is on call, and what was kept, through the API."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.selectors import member_of_user
from core.services import end_membership
from incidents import services as incidents
from slas import selectors as slas
from tests.api.support import World, call, read, send, token_of

HOUR = 3600
OFFICE = {
    "zone": "Europe/Berlin",
    "weekly": {day: [["09:00", "13:00"], ["14:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "dates": {"2026-12-24": [["09:00", "12:00"]], "2026-12-25": []},
}


def refused(method: str, path: str, token: str, body: Any, status: int = 400) -> list[str]:
    answer = call(method, path, token, body)
    assert answer.status_code == status, answer.content
    return [error["field"] for error in json.loads(answer.content).get("errors", [])]


def calendar(north: World) -> Any:
    return send("calendars/", north.token, {"name": "Office", "spec": OFFICE})


def target(version: str, **more: Any) -> dict[str, Any]:
    base = {"severity": "high", "metric": "first_response", "seconds": 4 * HOUR, "calendar_version": version}
    return base | more


def test_hours_are_made_and_changed_and_what_was_stays(north: World) -> None:
    made = calendar(north)
    assert made["versions"][0]["spec"] == OFFICE
    ahead = (clock.now() + timedelta(days=30)).strftime("%Y-%m-%dT00:00:00Z")
    after = send(
        f"calendars/{made['id']}/new-version/",
        north.token,
        {"spec": {"zone": "UTC", "always": True}, "starts_at": ahead},
    )
    assert [row["number"] for row in after["versions"]] == [2, 1]
    assert after["versions"][0]["starts_at"] == ahead


BAD_HOURS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown zone": (OFFICE | {"zone": "Mars/Base"}, "zone"),
    "no open time": ({"zone": "UTC", "weekly": {}}, "weekly"),
    "windows that overlap": (OFFICE | {"weekly": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}, "weekly.mon"),
    "overrides that overlap": (
        OFFICE | {"dates": {"2026-12-24": [["09:00", "12:00"], ["11:00", "13:00"]]}},
        "dates.2026-12-24",
    ),
    "a date that is none": (OFFICE | {"dates": {"2026-02-30": []}}, "dates.2026-02-30"),
}


@pytest.mark.parametrize("case", BAD_HOURS)
def test_hours_that_cannot_be_kept_are_refused_by_their_field(north: World, case: str) -> None:
    spec, field = BAD_HOURS[case]
    assert refused("POST", "calendars/", north.token, {"name": "Bad", "spec": spec}) == [field]


def test_holidays_are_proposed_and_decided(north: World) -> None:
    made = calendar(north)
    send(f"calendars/{made['id']}/follow-holidays/", north.token, {"country": "DE", "region": "BY"})
    rows = read(f"calendars/{made['id']}/holidays/", north.token)["results"]
    assert {row["state"] for row in rows} == {"proposed"}
    first = min(rows, key=lambda row: row["date"])
    after = send(
        f"calendars/{made['id']}/decide-holidays/", north.token, {"close": [first["id"]], "decline_rest": True}
    )
    assert after["versions"][0]["spec"]["dates"][first["date"]] == []
    rows = read(f"calendars/{made['id']}/holidays/", north.token)["results"]
    assert {row["state"] for row in rows} == {"closed", "declined"}


def test_a_policy_says_all_of_it_and_the_next_version_goes_on_saying_it(north: World) -> None:
    version = calendar(north)["versions"][0]["id"]
    body = {
        "name": "Full",
        "targets": [
            target(version, warn=[{"percent": 50}, {"seconds_before": 600}], pausing=["client"], is_guarantee=True)
        ],
        "severity_definitions": {"high": "An important part does not work for many people."},
        "covered": ["Repair"],
        "excluded": ["New features"],
        "client_duties": ["Answer within a day"],
        "reporting": "Latency, weekly.",
        "response_rule": "message",
        "reopen_days": 3,
        "uptime_target": "99.9",
        "maintenance_counts": True,
        "rungs": [{"to": "owner", "percent": 50}, {"to": "on_call", "seconds": 7200, "severities": ["high"]}],
        "quiet": ["20:00", "07:00"],
    }
    made = send("policies/", north.token, body)
    assert made["targets"][0]["warn"] == [{"percent": 50}, {"seconds_before": 600}]
    assert made["targets"][0]["pausing"] == ["client"]
    assert (made["uptime_target"], made["reopen_days"], made["response_rule"]) == (99.9, 3, "message")
    assert made["escalation"]["quiet"] == ["20:00", "07:00"]
    assert [finding["key"] for finding in made["findings"]] == ["general_availability_only"]
    again = send(
        f"policies/{made['policy']}/new-version/", north.token, {"targets": [target(version)], "reopen_days": None}
    )
    same = ("covered", "excluded", "client_duties", "reporting", "response_rule", "uptime_target", "escalation")
    assert {name: again[name] for name in same} == {name: made[name] for name in same}
    assert (again["number"], again["reopen_days"], again["targets"][0]["warn"]) == (2, None, [])


BAD_POLICIES: dict[str, tuple[dict[str, Any], list[dict[str, Any]], str]] = {
    "a negative target": ({}, [{"seconds": -1}], "targets.0.seconds"),
    "a response beyond its resolution": (
        {},
        [{"seconds": 9 * HOUR}, {"metric": "resolution", "seconds": 8 * HOUR}],
        "first_response_high",
    ),
    "a warning before the start": ({}, [{"warn": [{"seconds_before": 5 * HOUR}]}], "first_response_high"),
    "two of one promise": ({}, [{}, {}], "first_response_high"),
    "nothing promised": ({}, [], "targets"),
    "a ladder to nobody": ({"rungs": [{"to": "everybody", "percent": 1}]}, [{}], "escalation.0"),
    "a rung without a time": ({"rungs": [{"to": "owner"}]}, [{}], "escalation.0"),
    "one quiet hour": ({"quiet": ["20:00"]}, [{}], "quiet"),
    "an unknown party": ({}, [{"pausing": ["neighbour"]}], "targets.0.pausing.0"),
    "more uptime than there is": ({"uptime_target": "100.001"}, [{}], "uptime_target"),
}


@pytest.mark.parametrize("case", BAD_POLICIES)
def test_what_nobody_could_promise_is_refused_by_its_field(north: World, case: str) -> None:
    more, targets, field = BAD_POLICIES[case]
    version = calendar(north)["versions"][0]["id"]
    body = {"name": "Bad", "targets": [target(version, **row) for row in targets], **more}
    found = call("POST", "policies/", north.token, body)
    assert found.status_code in (400, 422), found.content
    fields = [error["field"] for error in json.loads(found.content)["errors"]]
    assert any(one and one.startswith(field.split(".")[0]) for one in fields), fields


def test_a_calendar_with_too_little_time_for_the_target_is_refused(north: World) -> None:
    spec = {"zone": "UTC", "weekly": {"mon": [["09:00", "09:01"]]}}
    version = send("calendars/", north.token, {"name": "Thin", "spec": spec})["versions"][0]["id"]
    body = {"name": "Thin", "targets": [target(version, seconds=300 * HOUR)]}
    assert refused("POST", "policies/", north.token, body) == ["first_response_high"]


def test_another_agencys_hours_cannot_be_promised_in(north: World, south: World) -> None:
    version = calendar(south)["versions"][0]["id"]
    body = {"name": "Theirs", "targets": [target(version)]}
    assert refused("POST", "policies/", north.token, body) == ["calendar_high"]


def test_people_are_put_on_call(north: World) -> None:
    house, token = north.house, north.token
    now = clock.now()
    rota = send(
        "rotas/",
        token,
        {
            "name": "First line",
            "zone": "UTC",
            "first_day": (now - timedelta(days=1)).date().isoformat(),
            "handover_at": "00:00",
            "turn_days": 7,
            "people": [str(house.engineer.id), str(house.owner.id)],
        },
    )

    def called() -> list[str]:
        found = read("on-call/", token)["rotas"]
        people: list[str] = next(row["called"] for row in found if row["rota"] == rota["id"])
        return people

    assert called() == [str(house.engineer.id), str(house.owner.id)]
    stretch = {"starts_at": (now - timedelta(minutes=5)).isoformat(), "ends_at": (now + timedelta(hours=1)).isoformat()}
    away = send("time-off/", token, {"user": str(house.engineer.id), "note": "Dentist", **stretch})
    assert called() == [str(house.owner.id)]
    taken = send("overrides/", token, {"rota": rota["id"], "user": str(house.manager.id), **stretch})
    assert called() == [str(house.manager.id), str(house.owner.id)]
    assert call("DELETE", f"overrides/{taken['id']}/", token).status_code == 204
    assert call("DELETE", f"time-off/{away['id']}/", token).status_code == 204
    changed = call("PATCH", f"rotas/{rota['id']}/", token, {"turn_days": 1})
    assert json.loads(changed.content)["turn_days"] == 1
    assert called()[0] in (str(house.engineer.id), str(house.owner.id))
    assert call("DELETE", f"rotas/{rota['id']}/", token).status_code == 204


def test_attainment_has_its_denominator_and_what_stands_beside_it(north: World) -> None:
    with north.house.scope():
        row = incidents.open_incident(
            system_id=north.house.system.id, title="Kept", severity="critical", source="staff"
        )
        incidents.acknowledge(incident_id=row.id)
    period = {
        "from": (clock.now() - timedelta(days=1)).isoformat(),
        "to": (clock.now() + timedelta(days=1)).isoformat(),
    }
    found = read("attainment/", north.token, **period)
    response = next(
        one for one in found["by_promise"] if (one["metric"], one["severity"]) == ("first_response", "critical")
    )
    assert (response["kept"], response["missed"], response["decided"], response["share"]) == (1, 0, 1, 1.0)
    assert response["suggested_target_seconds"] is None
    assert {"by_client", "by_plan", "responsibility", "unpromised_incidents", "is_cut"} <= set(found)


@pytest.mark.parametrize(
    "period",
    [
        {},
        {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        {"from": "2024-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
    ],
)
def test_a_period_has_a_beginning_and_an_end_that_is_not_too_far(north: World, period: dict[str, str]) -> None:
    for where in ("attainment/", f"uptime/{north.house.system.id}/"):
        assert call("GET", where, north.token, **period).status_code in (400, 422)


def test_uptime_is_stated_with_and_without_maintenance(north: World) -> None:
    period = {"from": (clock.now() - timedelta(days=1)).isoformat(), "to": clock.now().isoformat()}
    found = read(f"uptime/{north.house.system.id}/", north.token, **period)
    assert {"share", "share_with_maintenance", "target", "maintenance_counts", "checks"} <= set(found)
    assert all(
        one["up"] + one["down"] + one["maintenance"] + one["unmeasured"] == one["seconds"] for one in found["checks"]
    )


def test_maintenance_is_planned_and_called_off(north: World) -> None:
    soon = clock.now() + timedelta(hours=5)
    body = {
        "system": str(north.house.system.id),
        "title": "New model",
        "starts_at": soon.isoformat(),
        "ends_at": (soon + timedelta(hours=1)).isoformat(),
    }
    made = send("maintenance-windows/", north.token, body)
    assert send(f"maintenance-windows/{made['id']}/cancel/", north.token)["cancelled_at"]
    late = body | {"starts_at": (clock.now() - timedelta(hours=1)).isoformat()}
    assert refused("POST", "maintenance-windows/", north.token, late) == ["starts_at"]


def test_a_token_of_one_client_plans_for_no_other(north: World) -> None:
    token = token_of(north.house, client_id=north.house.other_client.id)
    soon = clock.now() + timedelta(hours=1)
    body = {
        "system": str(north.house.system.id),
        "title": "Theirs",
        "starts_at": soon.isoformat(),
        "ends_at": (soon + timedelta(hours=1)).isoformat(),
    }
    assert call("POST", "maintenance-windows/", token, body).status_code in (404, 422)


def test_the_client_is_heard_and_a_date_agreed(north: World) -> None:
    with north.house.scope():
        row = incidents.open_incident(system_id=north.house.system.id, title="Wait", severity="high", source="staff")
        incidents.pause(incident_id=row.id, reason="Examples", party="client")
        clocks = {one.metric for one in slas.clocks_of("incident", row.id)}
    found = send(f"incidents/{row.id}/client-messages/", north.token, {"body": "Here they are."})
    assert found["waiting_on"] == ""
    assert {"periodic_update", "first_response"} <= clocks
    day = (clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    where, body = f"incidents/{row.id}/agreed-dates/", {"agreed_at": day, "reason": "By phone"}
    assert refused("POST", where, north.token, body | {"metric": "periodic_update"}) == ["metric"]
    send(where, north.token, body | {"metric": "first_response"})
    with north.house.scope():
        due = next(one.due_at for one in slas.clocks_of("incident", row.id) if one.metric == "first_response")
    assert due is not None
    assert due.strftime("%Y-%m-%dT%H:%M:%SZ") == day


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "calendars/"),
        ("POST", "policies/"),
        ("POST", "rotas/"),
        ("POST", "time-off/"),
        ("POST", "overrides/"),
        ("GET", "rotas/"),
        ("GET", "on-call/"),
        ("GET", "time-off/"),
    ],
)
def test_a_token_of_one_client_has_no_say_in_what_is_the_agencys(north: World, method: str, path: str) -> None:
    token = token_of(north.house, client_id=north.house.client.id)
    assert call(method, path, token, {} if method == "POST" else None).status_code == 403
    assert call("GET", "calendars/", token).status_code == 200


def test_a_rota_is_renamed_although_somebody_of_it_has_left(north: World) -> None:
    house = north.house
    body = {
        "name": "Second line",
        "zone": "UTC",
        "first_day": "2026-01-05",
        "handover_at": "09:00",
        "turn_days": 7,
        "people": [str(house.engineer.id), str(house.owner.id)],
    }
    rota = send("rotas/", north.token, body)
    with house.scope():
        member = member_of_user(house.engineer.id)
        assert member is not None
        end_membership(member_id=member.id)
    changed = json.loads(call("PATCH", f"rotas/{rota['id']}/", north.token, {"name": "Night line"}).content)
    assert (changed["name"], changed["people"]) == ("Night line", [str(house.owner.id)])
