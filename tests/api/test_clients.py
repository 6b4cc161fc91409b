"""Clients, contacts, systems, the catalogue and retainers through the API."""

from __future__ import annotations

import json
from typing import Any

from tests.api.support import World, call, read, send


def test_a_client_with_contact_and_system_is_set_up(north: World) -> None:
    """What onboarding does by hand, a program does in three calls; nobody gets mail before going live."""
    client = send("clients/", north.token, {"name": "Acme", "time_zone": "Europe/Paris", "country": "FR"})
    assert client["live_at"] is None
    contact = send(
        "contacts/",
        north.token,
        {"client": client["id"], "name": "Ada", "email": "ada@acme.example", "rights": ["approver"]},
    )
    assert (contact["client"], contact["rights"]) == (client["id"], ["approver"])
    system = send("systems/", north.token, {"client": client["id"], "name": "Chatbot", "criticality": "medium"})
    assert {environment["kind"] for environment in system["environments"]} == {"production", "preproduction"}
    assert send(f"clients/{client['id']}/go-live/", north.token)["live_at"]


def test_a_patch_changes_what_it_names_and_nothing_else(north: World) -> None:
    """The rest of the row stays."""
    changes: list[tuple[str, dict[str, Any]]] = [
        (f"clients/{north.ids['clients']}/", {"name": "New name"}),
        (f"systems/{north.ids['systems']}/", {"purpose": "Answers questions"}),
        (f"contacts/{north.ids['contacts']}/", {"rights": ["viewer"]}),
    ]
    for where, change in changes:
        before = read(where, north.token)
        answer = call("PATCH", where, north.token, change)
        assert answer.status_code == 200, answer.content
        assert json.loads(answer.content) == {**before, **change}


def test_a_contact_who_has_ended_is_listed_no_more(north: World) -> None:
    """And stays readable by id, for those who kept it."""
    where = f"contacts/{north.ids['contacts']}"
    assert send(f"{where}/end/", north.token)["ended_at"]
    assert str(north.ids["contacts"]) not in {row["id"] for row in read("contacts/", north.token)["results"]}
    assert read(f"{where}/", north.token)["ended_at"]


def test_a_system_is_paused_and_resumed(north: World) -> None:
    """Both ways."""
    where = f"systems/{north.ids['systems']}"
    assert send(f"{where}/pause/", north.token)["paused_at"]
    assert send(f"{where}/resume/", north.token)["paused_at"] is None


def test_the_same_client_twice_is_two_clients_with_two_names_in_the_address(north: World) -> None:
    """Two companies may have one name; their addresses differ."""
    body = {"name": "Acme", "time_zone": "UTC"}
    slugs = {send("clients/", north.token, body)["slug"] for _ in range(2)}
    assert len(slugs) == 2


def test_the_catalogue_is_readable_and_resolves_what_a_tier_takes_over(north: World) -> None:
    """ "Everything in tier one, plus" is spelt out for a program."""
    tiers = read("tiers/", north.token)["results"]
    assert len(tiers) == 7
    extending = next(tier for tier in tiers if tier["extends"])
    own = read(f"tiers/{extending['id']}/", north.token)["inclusions"]
    taken_over = read(f"tiers/{extending['extends']}/", north.token)["inclusions"]
    assert {row["code"] for row in taken_over} <= {row["code"] for row in own}


def test_a_retainer_is_drafted_covered_and_put_in_force(north: World) -> None:
    """Draft, cover, activate; money in minor units with its currency."""
    system = send(
        "systems/", north.token, {"client": str(north.ids["clients"]), "name": "Second bot", "criticality": "low"}
    )
    body = {
        "client": str(north.ids["clients"]),
        "tier": str(north.ids["tiers"]),
        "name": "More care",
        "price_minor": 45_000,
        "currency": "EUR",
        "price_reason": "agreed",
        "hours_seconds": 7200,
        "time_zone": "Europe/Berlin",
        "starts_on": "2026-02-01",
    }
    retainer = send("retainers/", north.token, body)
    assert (retainer["state"], retainer["price_minor"], retainer["currency"]) == ("draft", 45_000, "EUR")
    where = f"retainers/{retainer['id']}"
    early = call("POST", f"{where}/activate/", north.token)
    assert early.status_code in (400, 409)
    cover = {"system": system["id"], "policy_version": str(north.ids["policy_version"])}
    assert send(f"{where}/systems/", north.token, cover)["systems"] == [cover]
    assert send(f"{where}/activate/", north.token)["state"] == "active"


def test_a_draft_is_changed_and_what_is_active_is_not(north: World) -> None:
    """What was signed changes by an amendment."""
    active = f"retainers/{north.ids['retainers']}/"
    assert call("PATCH", active, north.token, {"name": "Other"}).status_code == 409
    ended = send(f"{active}end/", north.token, {"ends_on": "2027-01-01"})
    assert (ended["state"], ended["ends_on"]) == ("ending", "2027-01-01")


def test_hours_are_seconds_outside_and_whole_minutes_inside(north: World) -> None:
    """A duration that would be rounded is refused instead."""
    retainer = read(f"retainers/{north.ids['retainers']}/", north.token)
    assert retainer["hours_seconds"] == 7200
    answer = call("PATCH", f"retainers/{north.ids['retainers']}/", north.token, {"hours_seconds": 61})
    assert answer.status_code == 400
    assert json.loads(answer.content)["errors"][0]["field"] == "hours_seconds"


def test_a_policy_shows_its_versions_and_their_targets_in_seconds(north: World) -> None:
    """What was signed can be read."""
    versions = read(f"policies/{north.ids['policies']}/versions/", north.token)["results"]
    assert versions[0]["targets"]
    assert all(isinstance(target["seconds"], int) for target in versions[0]["targets"])


def test_a_calendar_shows_its_hours(north: World) -> None:
    """With every version."""
    calendar = read(f"calendars/{north.ids['calendars']}/", north.token)
    assert calendar["versions"][0]["spec"]
