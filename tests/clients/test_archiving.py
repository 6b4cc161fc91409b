"""Clients, systems and contacts go out of use and come back; a promise or work that is open keeps them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client as Browser

from clients import archiving, selectors, services
from clients.models import AISystem
from core.errors import Conflict
from core.models import AuditEvent, OutboxEvent
from incidents import services as incidents
from tests.agreements.scenario import AgreementScenario
from tests.api.support import call, read, send, token_of


@pytest.fixture
def desk(standing_desk: AgreementScenario) -> AgreementScenario:
    return standing_desk


def browser(desk: AgreementScenario, **who: Any) -> Browser:
    web = Browser()
    web.force_login(who.get("user", desk.house.owner))
    return web


def system_now(desk: AgreementScenario) -> AISystem:
    return selectors.system(desk.house.system.id)


def test_an_archived_client_takes_its_systems_along_and_brings_them_back(desk: AgreementScenario) -> None:
    house = desk.house
    with house.scope():
        archiving.archive_client(client_id=house.client.id)
        assert house.client.id not in {row.id for row in selectors.clients()}
        assert house.system.id not in {row.id for row in selectors.systems()}
        assert [row.id for row in selectors.clients(archived=True)] == [house.client.id]
        assert system_now(desk).paused_at is not None
        archiving.restore_client(client_id=house.client.id)
        assert house.client.id in {row.id for row in selectors.clients()}
        assert (system_now(desk).archived_at, system_now(desk).paused_at) == (None, None)


def test_what_was_archived_or_paused_before_stays_so(desk: AgreementScenario) -> None:
    house = desk.house
    with house.scope():
        paused = services.create_system(client_id=house.client.id, name="Paused", criticality="low")
        services.pause_system(system_id=paused.id)
        archiving.archive_system(system_id=house.system.id)
        archiving.archive_client(client_id=house.client.id)
        archiving.restore_client(client_id=house.client.id)
        assert system_now(desk).archived_at is not None
        assert selectors.system(paused.id).paused_at is not None


def test_an_archived_client_opens_no_portal(desk: AgreementScenario) -> None:
    house = desk.house
    with house.scope():
        archiving.archive_client(client_id=house.client.id)
    assert browser(desk, user=house.contact).get(f"/p/north/{house.client.slug}/").status_code == 404


@pytest.mark.parametrize("kind", ["client", "system"])
def test_a_running_retainer_refuses_and_is_linked(kind: str, desk: AgreementScenario) -> None:
    house = desk.house
    with house.scope():
        retainer = desk.active()
        with pytest.raises(Conflict, match=r"The retainer Care is running"):
            _archive(kind, desk)
    shown = browser(desk).get(_page(kind, desk)).content.decode()
    assert f'href="/a/north/retainers/{retainer.id}/"' in shown
    assert '<button class="btn btn-danger">' not in shown


@pytest.mark.parametrize("kind", ["client", "system"])
def test_an_open_incident_refuses_and_is_linked(kind: str, desk: AgreementScenario) -> None:
    with desk.house.scope():
        row = incidents.open_incident(
            system_id=desk.house.system.id, title="Wrong answers", severity="low", source="staff"
        )
        with pytest.raises(Conflict, match=row.reference):
            _archive(kind, desk)
    assert f'href="/a/north/incidents/{row.number}/"' in browser(desk).get(_page(kind, desk)).content.decode()


def _archive(kind: str, desk: AgreementScenario) -> Any:
    if kind == "client":
        return archiving.archive_client(client_id=desk.house.client.id)
    return archiving.archive_system(system_id=desk.house.system.id)


def _page(kind: str, desk: AgreementScenario) -> str:
    own = f"/a/north/clients/{desk.house.client.slug}/"
    return f"{own}archive/" if kind == "client" else f"{own}systems/support-bot/archive/"


@pytest.mark.parametrize("kind", ["client", "system"])
def test_the_page_archives_and_its_toast_takes_it_back(kind: str, desk: AgreementScenario) -> None:
    web = browser(desk)
    assert "Archive</button>" in web.get(_page(kind, desk)).content.decode()
    shown = web.post(_page(kind, desk), follow=True).content.decode()
    undo = _page(kind, desk).replace("archive/", "restore/")
    assert f'<form method="post" action="{undo}">' in shown
    assert "Archived" in shown
    web.post(undo)
    with desk.house.scope():
        assert system_now(desk).archived_at is None


def test_the_lists_show_what_is_archived_where_it_is_asked_for(desk: AgreementScenario) -> None:
    web, name = browser(desk), desk.house.client.name
    with desk.house.scope():
        archiving.archive_client(client_id=desk.house.client.id)
    for address, query in (("/a/north/clients/", "?state=archived"), ("/a/north/systems/", "?show=archived")):
        assert f"/{desk.house.client.slug}/" not in _main(web.get(address))
        assert name in _main(web.get(address + query))


def _main(answer: Any) -> str:
    return str(answer.content.decode()).split('<main id="main"', 1)[1]


def test_a_removed_contact_comes_back_with_the_portal_they_had(desk: AgreementScenario) -> None:
    house, web = desk.house, browser(desk)
    own = f"/a/north/clients/{house.client.slug}/contacts/{house.contact_row.id}/"
    portal = f"/p/north/{house.client.slug}/"
    shown = web.post(f"{own}remove/", follow=True).content.decode()
    assert f'action="{own}restore/"' in shown
    assert browser(desk, user=house.contact).get(portal).status_code == 404
    web.post(f"{own}restore/")
    assert browser(desk, user=house.contact).get(portal).status_code == 200
    with house.scope():
        assert selectors.contact(house.contact_row.id).is_primary


def test_a_contact_of_another_client_is_not_removed_by_this_ones_address(desk: AgreementScenario) -> None:
    other = desk.house.other_client.slug
    answer = browser(desk).post(f"/a/north/clients/{other}/contacts/{desk.house.contact_row.id}/remove/")
    assert answer.status_code == 404


def test_what_is_archived_is_neither_watched_nor_sold(desk: AgreementScenario) -> None:
    house = desk.house
    with house.scope():
        draft = desk.draft()
        desk.cover(draft)
        archiving.archive_system(system_id=house.system.id)
        assert "system" in desk.blocking(draft)
        with pytest.raises(Conflict, match="Restore it first"):
            desk.cover(draft)
        with pytest.raises(Conflict, match="Restore it first"):
            services.resume_system(system_id=house.system.id)
        archiving.archive_client(client_id=house.client.id)
        with pytest.raises(Conflict, match="Restore the client first"):
            archiving.restore_system(system_id=house.system.id)
        with pytest.raises(Conflict, match="Restore it first"):
            services.create_system(client_id=house.client.id, name="New", criticality="low")


def test_each_act_is_written_once_with_its_news(desk: AgreementScenario) -> None:
    house = desk.house
    with house.scope():
        for act in (archiving.archive_system, archiving.archive_system, archiving.restore_system):
            act(system_id=house.system.id)
        acts = ["clients.system.archived", "clients.system.paused", "clients.system.restored", "clients.system.resumed"]
        for model, column in ((AuditEvent, "action"), (OutboxEvent, "name")):
            written = model.objects.filter(**{f"{column}__in": acts}).values_list(column, flat=True)
            assert sorted(written) == sorted(acts)


def test_a_program_archives_finds_and_restores(desk: AgreementScenario) -> None:
    house, token = desk.house, token_of(desk.house)
    for noun, row in (("systems", house.system), ("clients", house.client)):
        assert send(f"{noun}/{row.id}/archive/", token)["archived_at"]
        assert str(row.id) not in {one["id"] for one in read(f"{noun}/", token)["results"]}
        assert str(row.id) in {one["id"] for one in read(f"{noun}/", token, archived="true")["results"]}
    assert call("POST", f"systems/{house.system.id}/restore/", token).status_code == 409
    for noun, row in (("clients", house.client), ("systems", house.system)):
        assert send(f"{noun}/{row.id}/restore/", token)["archived_at"] is None
    where = f"contacts/{house.contact_row.id}"
    assert send(f"{where}/end/", token)["ended_at"]
    assert str(house.contact_row.id) in {one["id"] for one in read("contacts/", token, ended="true")["results"]}
    assert send(f"{where}/restore/", token)["ended_at"] is None


def test_a_program_is_told_what_refuses(desk: AgreementScenario) -> None:
    with desk.house.scope():
        desk.active()
    answer = call("POST", f"clients/{desk.house.client.id}/archive/", token_of(desk.house))
    assert answer.status_code == 409
    assert "The retainer Care is running" in json.loads(answer.content)["detail"]


def test_the_page_of_an_archived_client_offers_only_its_return(desk: AgreementScenario) -> None:
    house = desk.house
    with house.scope():
        archiving.archive_client(client_id=house.client.id)
    shown = _main(browser(desk).get(f"/a/north/clients/{house.client.slug}/"))
    assert "Restore client" in shown
    for untrue in ("No system yet", "Add system", "New retainer", "until you go live", "contacts/new/"):
        assert untrue not in shown
