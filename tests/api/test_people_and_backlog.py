"""Members, the backlog and the activation checklist, for programs."""

from __future__ import annotations

import json

from tests.api.support import World, call, read, send
from tests.cast import random_id


def test_members_are_listed_with_the_id_that_owners_are_named_by(north: World) -> None:
    rows = read("members/", north.token)["results"]
    assert {row["role"] for row in rows} == {"owner", "account_manager", "engineer", "viewer"}
    assert str(north.house.engineer.id) in {row["user"] for row in rows}
    assert [row["name"] for row in read("members/", north.token, role="viewer")["results"]] == ["viewer of north"]


def test_a_member_gets_another_role(north: World) -> None:
    where = f"members/{north.ids['members']}/"
    assert json.loads(call("PATCH", where, north.token, {"role": "engineer"}).content)["role"] == "engineer"
    assert read(where, north.token)["role"] == "engineer"


def test_what_an_incident_taught_becomes_an_item_that_moves_step_by_step(north: World) -> None:
    body = {"incident": str(north.ids["incidents"]), "title": "Ask again", "kind": "feature"}
    item = send("backlog-items/", north.token, body)
    where = f"backlog-items/{item['id']}/"
    assert (item["state"], item["client"]) == ("idea", str(north.house.client.id))
    assert call("POST", f"{where}move/", north.token, {"state": "done"}).status_code == 409
    scored = json.loads(call("PATCH", where, north.token, {"impact": 4, "risk": 2}).content)
    assert (scored["state"], scored["title"]) == ("scored", "Ask again")
    assert send(f"{where}move/", north.token, {"state": "ready"})["state"] == "ready"
    assert item["id"] in {row["id"] for row in read("backlog-items/", north.token, state="ready")["results"]}


def test_a_score_outside_one_to_five_is_refused_by_its_field(north: World) -> None:
    answer = call("PATCH", f"backlog-items/{north.ids['backlog-items']}/", north.token, {"impact": 6})
    assert answer.status_code == 400
    assert json.loads(answer.content)["errors"][0]["field"] == "impact"


def test_the_checklist_says_what_keeps_a_draft_from_starting(north: World) -> None:
    said = read(f"retainers/{north.ids['draft']}/checklist/", north.token)
    missing = {item["code"] for item in said["items"] if item["blocks"] and not item["done"]}
    assert said["ready"] is False
    assert missing == {"system", "policy"}
    refused = call("POST", f"retainers/{north.ids['draft']}/activate/", north.token)
    assert refused.status_code == 409
    assert call("GET", f"retainers/{random_id()}/checklist/", north.token).status_code == 404


def test_the_checklist_of_what_runs_is_done(north: World) -> None:
    assert read(f"retainers/{north.ids['retainers']}/checklist/", north.token)["ready"] is True
