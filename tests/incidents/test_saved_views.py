"""Filters and order of a list are kept under a name, found again above it, and shown to others by who may."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from clients import archiving
from core import saved
from core.errors import Conflict, Forbidden, Full, NotFound
from core.models import AuditEvent, SavedView, User
from core.services import end_membership
from incidents import services as incidents
from incidents.web.asked import LIST
from tests.cast import AgencyFixture, Cast
from tests.incidents.test_pages import browser


@pytest.fixture
def north(cast: Cast) -> AgencyFixture:
    return cast.north


def address(house: AgencyFixture, name: str, *more: Any) -> str:
    return reverse(f"dashboard:{name}", args=[house.agency.slug, *more])


def the_list(house: AgencyFixture) -> str:
    return reverse("incidents:list", args=[house.agency.slug])


def post(house: AgencyFixture, person: User, **said: Any) -> Any:
    form = {"list_name": "incidents", "name": "Fires first", "query": "severity=critical&sort=due"} | said
    return browser(person).post(address(house, "save_view"), form)


def kept(house: AgencyFixture) -> list[SavedView]:
    with house.scope():
        return list(SavedView.objects.order_by("created_at"))


def shown(house: AgencyFixture, person: User, query: str = "") -> str:
    return browser(person).get(the_list(house) + query).content.decode()


def test_what_the_list_shows_is_saved_and_opened_again(north: AgencyFixture) -> None:
    answer = post(north, north.engineer)
    assert (answer.status_code, answer["Location"]) == (302, f"{the_list(north)}?severity=critical&sort=due")
    page = shown(north, north.engineer, "?severity=critical&sort=due")
    tab = page.split("Fires first</span>", 1)[0].rsplit("<a ", 1)[1]
    assert 'aria-current="page"' in tab
    assert 'href="/a/north/incidents/?severity=critical&amp;sort=due"' in tab
    assert '<option value="critical" selected>' in page


def test_what_the_list_does_not_know_is_dropped(north: AgencyFixture) -> None:
    post(north, north.engineer, query="sort=due&page=7&v=1&next=//evil.example&severity=high&nonsense=1")
    assert [row.query for row in kept(north)] == ["severity=high&sort=due"]


def test_what_the_list_knows_no_longer_is_dropped_when_it_is_opened(north: AgencyFixture) -> None:
    with north.scope():
        row = saved.save_view(list_name=LIST.name, name="Old", query="severity=high")
        SavedView.objects.filter(id=row.id).update(query="severity=high&colour=red")
    assert 'href="/a/north/incidents/?severity=high"' in shown(north, north.owner)


def test_the_same_filters_in_another_order_are_the_same_view(north: AgencyFixture) -> None:
    post(north, north.engineer)
    page = shown(north, north.engineer, "?sort=due&q=&severity=critical&page=1")
    assert 'aria-current="page"' in page.split("Fires first</span>", 1)[0].rsplit("<a ", 1)[1]


def test_a_view_is_ones_own_until_it_is_shared(north: AgencyFixture) -> None:
    post(north, north.engineer)
    assert "Fires first" not in shown(north, north.owner)
    row = kept(north)[0]
    assert browser(north.owner).get(address(north, "edit_view", row.id)).status_code == 404
    browser(north.engineer).post(address(north, "edit_view", row.id), {"name": "Fires first", "shared": "on"})
    assert "Fires first" in shown(north, north.owner)


def test_another_agency_sees_neither_its_own_nor_its_shared_ones(north: AgencyFixture, cast: Cast) -> None:
    post(north, north.engineer, shared="on")
    row = kept(north)[0]
    assert "Fires first" not in shown(cast.south, cast.south.owner)
    assert browser(cast.south.owner).get(address(cast.south, "edit_view", row.id)).status_code == 404
    with cast.south.scope():
        assert not SavedView.objects.exists()


def test_a_viewer_saves_for_themselves_and_shares_nothing(north: AgencyFixture) -> None:
    post(north, north.viewer, shared="on")
    assert [row.shared for row in kept(north)] == [False]
    with north.scope(north.viewer, "viewer"), pytest.raises(Forbidden):
        saved.save_view(list_name=LIST.name, name="For all", query="", shared=True)


def test_what_somebody_shares_is_changed_by_them_and_by_an_owner_alone(north: AgencyFixture) -> None:
    post(north, north.engineer, shared="on")
    row = kept(north)[0]
    answer = browser(north.manager).post(address(north, "delete_view", row.id), follow=True)
    assert "Somebody else shares this view." in answer.content.decode()
    answer = browser(north.manager).post(address(north, "edit_view", row.id), {"name": "Mine now"}, follow=True)
    assert "Somebody else shares this view." in answer.content.decode()
    assert [row.name for row in kept(north)] == ["Fires first"]
    browser(north.owner).post(address(north, "edit_view", row.id), {"name": "For everybody", "shared": "on"})
    assert [(row.name, row.person_id) for row in kept(north)] == [("For everybody", north.engineer.id)]


def test_it_is_deleted_after_a_question(north: AgencyFixture) -> None:
    post(north, north.engineer)
    row = kept(north)[0]
    assert "Delete “Fires first”?" in shown(north, north.engineer, "?severity=critical&sort=due")
    answer = browser(north.engineer).post(address(north, "delete_view", row.id))
    assert answer["Location"] == the_list(north)
    assert kept(north) == []
    assert browser(north.engineer).post(address(north, "delete_view", row.id)).status_code == 404


def test_each_write_stands_in_the_audit_trail_without_its_name(north: AgencyFixture) -> None:
    with north.scope():
        row = saved.save_view(list_name=LIST.name, name="Secret plan", query="")
        saved.change_view(view_id=row.id, name="Other plan", shared=True)
        saved.delete_view(view_id=row.id)
        done = AuditEvent.objects.filter(object_id=row.id).order_by("at", "id")
        assert [event.action for event in done] == ["core.view.saved", "core.view.changed", "core.view.deleted"]
        assert [event.changes for event in done][1:] == [{"list": "incidents", "shared": True}] * 2


def test_a_name_is_taken_once_by_each_person(north: AgencyFixture) -> None:
    post(north, north.engineer)
    answer = post(north, north.engineer, name="fires FIRST", query="sort=oldest")
    assert answer.status_code == 422
    assert "There is a view of this name already." in answer.content.decode()
    # What was to be saved is still there, so that another name is all it takes.
    assert 'value="sort=oldest"' in answer.content.decode()
    assert post(north, north.owner).status_code == 302
    with north.scope(), pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.create(person=north.engineer, list_name=LIST.name, name="Fires first")


def test_two_windows_that_save_one_name_at_once_are_told_the_same(north: AgencyFixture, monkeypatch: Any) -> None:
    with north.scope():
        saved.save_view(list_name=LIST.name, name="Mine", query="")
        monkeypatch.setattr(saved, "_free_name", lambda row, name: name)
        with pytest.raises(Conflict, match="already"):
            saved.save_view(list_name=LIST.name, name="Mine", query="")
        assert SavedView.objects.count() == 1


def test_one_person_keeps_thirty(north: AgencyFixture) -> None:
    with north.scope():
        for number in range(saved.MOST_OF_ONE_PERSON):
            saved.save_view(list_name=LIST.name, name=f"View {number}", query="")
        with pytest.raises(Full, match="Delete one first"):
            saved.save_view(list_name=LIST.name, name="One more", query="")
    with north.scope(north.engineer, "engineer"):
        saved.save_view(list_name=LIST.name, name="One more", query="")


def test_a_list_that_is_none_has_no_views(north: AgencyFixture) -> None:
    assert post(north, north.engineer, list_name="clients-of-others").status_code == 404
    with north.scope(), pytest.raises(NotFound):
        saved.save_view(list_name="nothing", name="x", query="")


def test_a_client_who_was_archived_is_said_above_the_list(north: AgencyFixture) -> None:
    query = f"?client={north.other_client.slug}"
    assert "is archived." not in shown(north, north.owner, query)
    with north.scope():
        archiving.archive_client(client_id=north.other_client.id)
    page = shown(north, north.owner, query)
    assert f"{north.other_client.name} is archived." in page
    # The field keeps standing on it, so that another filter does not lose it unseen.
    assert f'<option value="{north.other_client.slug}" selected>' in page


def test_a_client_who_never_was_is_said_too_and_nothing_is_shown(north: AgencyFixture) -> None:
    with north.scope():
        incidents.open_incident(system_id=north.system.id, title="Open here", severity="low", source="staff")
    page = shown(north, north.owner, "?client=nobody-of-this-name")
    assert "This client is not here any more." in page
    assert "Open here" not in page


def test_an_owner_who_left_is_said_above_the_list(north: AgencyFixture) -> None:
    query = f"?owner={north.engineer.id}"
    assert "not on your staff" not in shown(north, north.owner, query)
    with north.scope():
        member = north.engineer.memberships.get(ended_at=None)
        end_membership(member_id=member.id)
    assert "This owner is not on your staff any more." in shown(north, north.owner, query)


def test_mine_in_a_shared_view_is_that_of_whoever_opens_it(north: AgencyFixture) -> None:
    with north.scope():
        for title, owner in (("Of the owner", north.owner), ("Of the engineer", north.engineer), ("Of nobody", None)):
            row = incidents.open_incident(system_id=north.system.id, title=title, severity="low", source="staff")
            incidents.assign(incident_id=row.id, owner_id=owner.id if owner else None)
    page = shown(north, north.engineer, "?owner=me")
    assert "Of the engineer" in page
    assert "Of the owner" not in page
    assert "Of nobody" in shown(north, north.engineer, "?owner=nobody")
