"""One step for the rows that are selected: each as by itself, what became of each said in one sentence."""

from __future__ import annotations

import re
import threading
import uuid
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.urls import reverse

from core.clock import now
from core.errors import DomainError
from incidents import services
from incidents.services.several import MOST_AT_ONCE
from tests.cast import Cast
from tests.incidents.scenario import IncidentScenario
from tests.incidents.test_pages import address, browser


@pytest.fixture
def ward(standing_ward: IncidentScenario) -> IncidentScenario:
    return standing_ward


def opened(ward: IncidentScenario, times: int) -> list[uuid.UUID]:
    moment = f"{now():%Y-%m-%d %H:%M}"
    return [ward.open(moment, title=f"Number {number}") for number in range(times)]


def press(ward: IncidentScenario, button: str, ids: Any, **more: Any) -> tuple[Any, str]:
    """Presses a button of the bar as the engineer; returns the answer and what is said."""
    answer = browser(ward.house.engineer).post(address(ward, button), {"incident_id": [*map(str, ids)]} | more)
    return answer, " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_each_is_acknowledged_as_by_itself(ward: IncidentScenario) -> None:
    first, second, alone = opened(ward, 3)
    with ward.house.scope(ward.house.engineer, "engineer"):
        services.acknowledge(incident_id=alone)
    _answer, said = press(ward, "acknowledge_several", [first, second])
    assert said == "2 acknowledged."
    for one in (first, second):
        assert ward.row(one).state == "acknowledged"
        assert ward.row(one).owner_id == ward.row(alone).owner_id
        # Clocks, timeline, news and audit are those of the single step, and nothing besides.
        assert ward.states(one) == ward.states(alone)
        assert ward.timeline(one) == ward.timeline(alone)
        assert ward.told(one) == ward.told(alone)
        assert ward.audited(one) == ward.audited(alone)


def test_what_could_not_be_done_is_said_beside_what_was(ward: IncidentScenario) -> None:
    new, other, solved, merged = opened(ward, 4)
    with ward.house.scope():
        services.resolve(incident_id=solved, body="Rolled back.")
        services.call_false_alarm(incident_id=ward.held(), reason="A test")
        services.merge(incident_id=merged, into_id=new)
    answer, said = press(ward, "acknowledge_several", [new, other, solved, merged])
    assert said == "2 acknowledged. INC-3 was already resolved. INC-4 was already merged into another."
    # It stays on the page until it is closed.
    assert [message.level_tag for message in get_messages(answer.wsgi_request)] == ["warning"]
    assert answer["Location"] == address(ward, "list")


def test_what_one_refuses_keeps_the_others_from_nothing(ward: IncidentScenario, monkeypatch: Any) -> None:
    first, second = opened(ward, 2)

    def refuses_one(*, incident_id: uuid.UUID) -> Any:
        done = services.acknowledge(incident_id=incident_id)
        if incident_id == first:
            raise DomainError("The line is busy.")
        return done

    monkeypatch.setattr("incidents.services.several.acknowledge", refuses_one)
    _answer, said = press(ward, "acknowledge_several", [first, second])
    assert said == "1 acknowledged. INC-1: The line is busy."
    # What the refused one had begun to write is taken back.
    assert (ward.row(first).state, ward.row(second).state) == ("new", "acknowledged")
    assert "acknowledged" not in ward.audited(first)


def test_a_second_press_changes_nothing_and_says_so(ward: IncidentScenario) -> None:
    ids = opened(ward, 2)
    press(ward, "acknowledge_several", ids)
    before = [ward.everything(one) for one in ids]
    _answer, said = press(ward, "acknowledge_several", [*ids, *ids])
    assert said == "INC-1, INC-2 were already acknowledged."
    assert [ward.everything(one) for one in ids] == before


def test_they_are_assigned_and_a_second_press_writes_nothing(ward: IncidentScenario) -> None:
    ids, manager = opened(ward, 2), ward.house.manager
    _answer, said = press(ward, "assign_several", ids, owner_id=str(manager.id))
    assert said == f"2 assigned to {manager}."
    assert {ward.row(one).owner_id for one in ids} == {manager.id}
    before = [ward.everything(one) for one in ids]
    _answer, said = press(ward, "assign_several", ids, owner_id=str(manager.id))
    assert said == "INC-1, INC-2 were already with this owner."
    assert [ward.everything(one) for one in ids] == before
    _answer, said = press(ward, "assign_several", ids, owner_id="nobody")
    assert said == "2 without an owner now."
    assert {ward.row(one).owner_id for one in ids} == {None}


@pytest.mark.parametrize("owner", ["", "somebody", "theirs", "contact"])
def test_nobody_who_is_not_on_the_staff_can_be_chosen(ward: IncidentScenario, cast: Cast, owner: str) -> None:
    ids = opened(ward, 1)
    people = {"theirs": str(cast.south.owner.id), "contact": str(cast.north.contact.id)}
    before = ward.everything(ids[0])
    _answer, said = press(ward, "assign_several", ids, owner_id=people.get(owner, owner))
    assert said == "Choose who takes them."
    assert ward.everything(ids[0]) == before


@pytest.mark.parametrize("button", ["acknowledge_several", "assign_several"])
def test_an_incident_of_another_agency_among_them_is_not_found_and_nothing_happens(
    ward: IncidentScenario, cast: Cast, button: str
) -> None:
    ours, south = opened(ward, 1), IncidentScenario(cast.south)
    theirs = opened(south, 1)
    before = ward.everything(ours[0]), south.everything(theirs[0])
    owner = str(ward.house.manager.id)
    for wrong in (theirs[0], uuid.uuid4(), "nonsense"):
        answer, _said = press(ward, button, [*ours, wrong], owner_id=owner)
        assert answer.status_code == 404
    assert (ward.everything(ours[0]), south.everything(theirs[0])) == before


@pytest.mark.parametrize("button", ["acknowledge_several", "assign_several"])
def test_who_only_looks_sees_no_boxes_and_is_refused(ward: IncidentScenario, button: str) -> None:
    ids = opened(ward, 1)
    viewer = browser(ward.house.viewer)
    assert viewer.post(address(ward, button), {"incident_id": str(ids[0])}).status_code == 403
    assert "data-select" not in viewer.get(address(ward, "list")).content.decode()
    assert ward.row(ids[0]).state == "new"


def test_nothing_selected_and_too_many_are_said(ward: IncidentScenario) -> None:
    assert press(ward, "acknowledge_several", [])[1] == "Select at least one incident."
    many = [uuid.uuid4() for _ in range(MOST_AT_ONCE + 1)]
    assert press(ward, "acknowledge_several", many)[1] == "Select at most 100 incidents at once."


def test_it_leads_back_to_the_list_as_it_stood_and_nowhere_else(ward: IncidentScenario) -> None:
    ids = opened(ward, 1)
    back = "severity=high&page=2&next=//evil.example&v=3"
    answer, _said = press(ward, "acknowledge_several", ids, back=back)
    assert answer["Location"] == f"{address(ward, 'list')}?severity=high&page=2"


def test_the_form_works_without_a_script(ward: IncidentScenario) -> None:
    """What a browser would send of the page itself: boxes, a hidden way back, a button with its own address."""
    opened(ward, 2)
    page = browser(ward.house.engineer).get(address(ward, "list") + "?severity=high").content.decode()
    form = page.split("data-several>", 1)[1].split("</form>", 1)[0]
    assert len(re.findall(r'name="incident_id" value="[0-9a-f-]{36}"', form)) == 2
    assert f'formaction="{address(ward, "acknowledge_several")}"' in form
    assert 'name="back" value="severity=high"' in form
    # Enter in a box presses the first button of a form, which must not be the one that clients see.
    assert form.index("<button hidden>") < form.index("formaction=")


def test_the_list_is_a_live_part_that_holds_the_boxes(ward: IncidentScenario) -> None:
    opened(ward, 1)
    visitor = browser(ward.house.engineer)
    part = visitor.get(address(ward, "list"), headers={"hx-request": "true"}).content.decode()
    assert part.startswith('<div id="incidents"')
    assert "data-select" in part
    version = re.search(r"[?&;]v=([^\"&]+)", part)
    assert version is not None
    again = visitor.get(address(ward, "list"), {"v": version[1]}, headers={"hx-request": "true"})
    assert again.status_code == 204


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_acknowledge_once(committed_cast: Cast) -> None:
    ward = IncidentScenario(committed_cast.north)
    ids = opened(ward, 3)
    where = reverse("incidents:acknowledge_several", args=["north"])
    visitors = [browser(ward.house.engineer), browser(ward.house.manager)]

    def pressed(visitor: Any) -> None:
        visitor.post(where, {"incident_id": [*map(str, ids)]})
        connection.close()

    threads = [threading.Thread(target=pressed, args=[visitor]) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in ids:
        assert ward.row(one).state == "acknowledged"
        assert ward.audited(one).count("acknowledged") == 1
