"""Archiving, restoring and renaming, as people and programs do it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from core.access.roles import Role
from slas import services
from tests.api.support import call, token_of
from tests.cast import AgencyFixture, Cast
from tests.incidents.scenario import IncidentScenario
from tests.slas.scenario import HOUR, SlaScenario
from tests.slas.test_archiving import NOON, desk

__all__ = ["desk"]


def page(house: AgencyFixture, who: str, path: str, method: str = "get", **data: str) -> Any:
    client = Client()
    client.force_login(getattr(house, who))
    return getattr(client, method)(f"/a/{house.agency.slug}/settings/response-times/{path}", data, follow=True)


def test_a_page_archives_says_so_and_restores(desk: SlaScenario) -> None:
    slug = desk.policy.policy.slug
    shown = page(desk.house, "owner", f"{slug}/")
    assert f"Archive {desk.policy.policy.name}?" in shown.content.decode()
    shown = page(desk.house, "owner", f"{slug}/archive/", "post").content.decode()
    assert "It is offered to nobody, and nothing counts under it." in shown
    assert "New version" not in shown
    listed = page(desk.house, "owner", "").content.decode()
    assert f"/{slug}/restore/" in listed
    shown = page(desk.house, "owner", f"{slug}/restore/", "post").content.decode()
    assert "Restored." in shown
    assert "New version" in shown


def test_the_page_says_who_still_has_it(cast: Cast) -> None:
    ward = IncidentScenario(cast.north)
    shown = page(cast.north, "owner", "priority/archive/", "post").content.decode()
    assert f"{ward.house.client.name} still has these response times." in shown
    assert "Archived." not in shown


@pytest.mark.parametrize("name", ["Archive", "Restore", "Rename", "Move", "New version", "All", "New"])
def test_a_calendar_of_any_name_has_a_page(cast: Cast, name: str) -> None:
    with cast.north.scope():
        slug = services.create_calendar(name=name, spec="24x7").calendar.slug
    shown = page(cast.north, "owner", f"calendars/{slug}/")
    assert shown.status_code == 200
    assert f"<h1>{name}</h1>" in shown.content.decode()


def test_the_page_renames_and_keeps_what_was_typed_where_it_cannot(desk: SlaScenario) -> None:
    with desk.at(NOON):
        other = desk.new_policy({"resolution": HOUR})
    slug = desk.policy.policy.slug
    shown = page(desk.house, "owner", f"{slug}/rename/", "post", name=other.policy.name, description="Kept")
    assert "There is one of this name already" in shown.content.decode()
    assert "Kept" in shown.content.decode()
    shown = page(desk.house, "owner", f"{slug}/rename/", "post", name="Gold", description="Best")
    assert "<h1>Gold</h1>" in shown.content.decode()


@pytest.mark.parametrize("path", ["archive/", "restore/"])
def test_who_may_only_look_cannot(desk: SlaScenario, path: str) -> None:
    shown = page(desk.house, Role.VIEWER, f"{desk.policy.policy.slug}/{path}", "post")
    assert shown.status_code == 403


def test_a_program_archives_lists_and_restores(desk: SlaScenario) -> None:
    token = token_of(desk.house)
    where = f"policies/{desk.policy.policy_id}"
    assert call("post", f"{where}/archive/", token, {}).status_code == 200
    listed = json.loads(call("get", "policies/", token, archived="true").content)["results"]
    assert [row["id"] for row in listed] == [str(desk.policy.policy_id)]
    assert json.loads(call("get", "policies/", token).content)["results"] == []
    assert json.loads(call("post", f"{where}/restore/", token, {}).content)["archived_at"] is None
    renamed = json.loads(call("patch", f"{where}/", token, {"name": "Gold"}).content)
    assert (renamed["name"], renamed["slug"]) == ("Gold", desk.policy.policy.slug)
    assert call("patch", f"{where}/", token, {}).status_code == 400


def test_a_program_is_told_who_still_has_it(cast: Cast) -> None:
    ward = IncidentScenario(cast.north)
    answer = call("post", f"policies/{ward.policy.policy_id}/archive/", token_of(cast.north), {})
    assert answer.status_code == 409
    assert ward.house.client.name in answer.content.decode()
