"""Receivers of webhooks and the messages to them, made and read by a program. A secret is told once and never again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from core.clock import now
from core.models import AuditEvent, IdempotencyKey
from retainer.notifications.models import Delivery, WebhookEndpoint
from retainer.notifications.services import queue_webhooks, secrets_of
from tests.api.support import World, call, read, send
from tests.cast import random_id

HOOK = {"name": "Tickets", "url": "https://1.1.1.1/hook", "events": ["incidents.incident.opened"]}


def kept_in(house: Any) -> str:
    """Everything that is kept of answers to programs."""
    with house.scope():
        return json.dumps(list(IdempotencyKey.objects.values_list("body", flat=True)))


@pytest.mark.parametrize("act", ["create", "rotate"])
def test_a_secret_is_told_once_and_not_even_to_the_same_key_again(act: str, north: World) -> None:
    where, body = ("webhooks/", HOOK) if act == "create" else (f"webhooks/{north.ids['webhooks']}/rotate-secret/", {})
    first = json.loads(call("POST", where, north.token, body, key="once").content)
    again = json.loads(call("POST", where, north.token, body, key="once").content)
    assert first["secret"].startswith("whsec_")
    assert again == first | {"secret": None}
    assert first["secret"] not in kept_in(north.house)
    for path in (f"webhooks/{first['id']}/", "webhooks/", "audit/", "deliveries/"):
        assert first["secret"] not in json.dumps(read(path, north.token))
    with north.house.scope():
        assert secrets_of(WebhookEndpoint.objects.get(id=first["id"]))[0] == first["secret"]


def test_a_receiver_is_changed_and_keeps_its_secret(north: World) -> None:
    made = send("webhooks/", north.token, HOOK)
    where = f"webhooks/{made['id']}/"
    answer = call("PATCH", where, north.token, {"events": []})
    assert answer.status_code == 200
    said = json.loads(answer.content)
    assert (said["events"], said["name"], "secret" in said) == ([], "Tickets", False)
    with north.house.scope():
        assert secrets_of(WebhookEndpoint.objects.get(id=made["id"]))[0] == made["secret"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("events", ["incidents.incident.exploded"]), ("url", "http://127.0.0.1:1/"), ("url", "nowhere"), ("name", " ")],
)
def test_what_cannot_be_told_or_reached_is_refused_by_its_field(field: str, value: Any, north: World) -> None:
    for method, where in (("POST", "webhooks/"), ("PATCH", f"webhooks/{north.ids['webhooks']}/")):
        answer = call(method, where, north.token, HOOK | {field: value} if method == "POST" else {field: value})
        assert answer.status_code == 400
        assert json.loads(answer.content)["errors"][0]["field"].split(".")[0] == field


def test_an_archived_receiver_gets_nothing_until_it_is_restored(north: World) -> None:
    made = send("webhooks/", north.token, HOOK)
    where = f"webhooks/{made['id']}/"
    tested = send(f"{where}test/", north.token)
    assert send(f"{where}archive/", north.token)["enabled"] is False
    assert read(f"deliveries/{tested['id']}/", north.token)["state"] == "stopped"
    assert call("POST", f"{where}test/", north.token).status_code == 409
    assert _told(north, made["id"]) == 0
    assert send(f"{where}restore/", north.token)["enabled"] is True
    assert _told(north, made["id"]) == 1


def _told(north: World, endpoint_id: str) -> int:
    with north.house.scope():
        event_id = random_id()
        queue_webhooks(event_id=event_id, event_name="incidents.incident.opened", payload={}, client_id=None)
        return Delivery.objects.filter(event_id=event_id, receiver=endpoint_id).count()


def test_a_test_is_a_message_whose_delivery_can_be_read(north: World) -> None:
    tested = send(f"webhooks/{north.ids['webhooks']}/test/", north.token)
    said = read(f"deliveries/{tested['id']}/", north.token)
    assert (said["event"], said["state"]) == ("notifications.endpoint.tested", "waiting")
    assert said["receiver"] == str(north.ids["webhooks"])


def test_a_message_says_nothing_of_its_words(north: World) -> None:
    """A mail may hold a link that lets its reader in."""
    said = read(f"deliveries/{north.ids['deliveries']}/", north.token)
    assert not {"subject", "body", "html", "payload"} & set(said)


STATES: dict[str, dict[str, Any]] = {
    "waiting": {},
    "retrying": {"attempts": 2},
    "sent": {"sent_at": now(), "next_due_at": None},
    "failed": {"failed_at": now(), "next_due_at": None},
    "stopped": {"next_due_at": None},
}


@pytest.mark.parametrize("state", STATES)
def test_the_filter_of_a_state_finds_what_shows_that_state(state: str, north: World) -> None:
    with north.house.scope():
        Delivery.objects.filter(id=north.ids["deliveries"]).update(**STATES[state])
    found = read("deliveries/", north.token, state=state)["results"]
    assert {row["state"] for row in found} == {state}
    assert str(north.ids["deliveries"]) in {row["id"] for row in found}


def test_the_audit_trail_is_read_by_action_row_and_time(north: World) -> None:
    made = send("webhooks/", north.token, HOOK)
    since = (now() - timedelta(minutes=1)).isoformat()
    rows = read("audit/", north.token, object=made["id"], since=since)["results"]
    assert [(row["action"], row["actor_kind"]) for row in rows] == [("notifications.endpoint.created", "token")]
    assert read("audit/", north.token, action="nothing.of.it")["results"] == []
    assert read("audit/", north.token, until=since, object=made["id"])["results"] == []


def test_the_audit_trail_takes_no_write(north: World) -> None:
    for method in ("POST", "PATCH", "PUT", "DELETE"):
        for path in ("audit/", f"audit/{north.ids['audit']}/", "deliveries/", f"deliveries/{north.ids['deliveries']}/"):
            assert call(method, path, north.token, {}).status_code == 405


def test_every_change_of_a_receiver_is_in_the_audit_trail(north: World) -> None:
    made = send("webhooks/", north.token, HOOK)
    where = f"webhooks/{made['id']}/"
    call("PATCH", where, north.token, {"name": "Other"})
    for act in ("test", "archive", "restore", "rotate-secret"):
        send(f"{where}{act}/", north.token)
    with north.house.scope():
        found = AuditEvent.objects.filter(object_id=made["id"]).values_list("action", flat=True)
        words = {action.rsplit(".", 1)[1] for action in found}
    assert words == {"created", "updated", "tested", "archived", "restored", "secret_rotated"}
