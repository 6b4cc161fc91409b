"""The pages of incidents as a person uses them: without JavaScript, on a phone, twice, and with strange text."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from core.models import User
from incidents.models import Incident
from tests.cast import Cast
from tests.incidents.scenario import IncidentScenario

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def ward(standing_ward: IncidentScenario) -> IncidentScenario:
    """The first agency, its incidents opened just now, because pages are read now."""
    return standing_ward


def browser(person: User) -> Browser:
    """Somebody who has signed in."""
    signed_in = Browser()
    signed_in.force_login(person)
    return signed_in


def address(ward: IncidentScenario, name: str, *more: Any) -> str:
    return reverse(f"incidents:{name}", args=[ward.house.agency.slug, *more])


def workbench(ward: IncidentScenario, number: int) -> str:
    return reverse("dashboard:incident", args=[ward.house.agency.slug, number])


def test_an_incident_is_opened_by_hand(ward: IncidentScenario) -> None:
    engineer = browser(ward.house.engineer)
    where = address(ward, "new")
    answer = engineer.post(
        where,
        {"system_id": str(ward.house.system.id), "title": "Answers are wrong", "severity": "high", "detail": "Seen"}
        | {"channel": "noticed"},
    )
    assert (answer.status_code, answer["Location"]) == (302, workbench(ward, 1))
    with ward.house.scope():
        row = Incident.objects.get()
    assert (row.source, row.severity, row.title) == ("staff", "high", "Answers are wrong")


def test_a_form_with_a_mistake_keeps_what_was_typed_and_opens_nothing(ward: IncidentScenario) -> None:
    answer = browser(ward.house.engineer).post(
        address(ward, "new"),
        {"system_id": str(ward.house.system.id), "title": "", "severity": "high", "detail": "Kept"},
    )
    assert answer.status_code == 422
    assert "Kept" in answer.content.decode()
    with ward.house.scope():
        assert not Incident.objects.exists()


def test_a_system_of_another_agency_cannot_be_chosen(ward: IncidentScenario, cast: Cast) -> None:
    answer = browser(ward.house.engineer).post(
        address(ward, "new"), {"system_id": str(cast.south.system.id), "title": "Wrong", "severity": "high"}
    )
    assert answer.status_code == 422
    for house in (cast.north, cast.south):
        with house.scope():
            assert not Incident.objects.exists()


def test_a_life_by_plain_forms(ward: IncidentScenario) -> None:
    """Each button is a POST that leads back to the workbench."""
    row = ward.row(ward.held())
    engineer = browser(ward.house.engineer)
    steps: list[tuple[str, list[Any], dict[str, str]]] = [
        ("step", ["confirm"], {}),
        ("step", ["acknowledge"], {}),
        ("pause", [], {"party": "client", "reason": "We need the log"}),
        ("step", ["resume"], {}),
        ("note", [], {"body": "The prompt was cut."}),
        ("update", [], {"body": "We found the cause."}),
        ("severity", [], {"severity": "critical"}),
        ("assign", [], {"owner_id": str(ward.house.manager.id)}),
        ("step", ["mitigate"], {}),
        ("step", ["resolve"], {"body": "It works again."}),
        ("step", ["reopen"], {"reason": "It came back"}),
        ("step", ["resolve"], {"body": "It works for good."}),
        ("step", ["close"], {}),
    ]
    for name, more, data in steps:
        answer = engineer.post(address(ward, name, row.number, *more), data)
        assert (answer.status_code, answer["Location"]) == (302, workbench(ward, row.number)), (name, more)
    row = ward.row(row.id)
    assert (row.state, row.severity, row.owner_id) == ("closed", "critical", ward.house.manager.id)
    page = engineer.get(workbench(ward, row.number)).content.decode()
    assert "The prompt was cut." in page
    assert "We found the cause." in page


def test_a_step_that_came_too_late_says_so_and_changes_nothing(ward: IncidentScenario) -> None:
    row = ward.row(ward.open())
    engineer = browser(ward.house.engineer)
    ward.do("acknowledge", row.id)
    before = ward.everything(row.id)
    answer = engineer.post(address(ward, "step", row.number, "acknowledge"), follow=True)
    assert "is not possible: the incident is acknowledged" in answer.content.decode()
    assert ward.everything(row.id) == before


@pytest.mark.parametrize(
    ("name", "more", "data"),
    [
        ("step", ["false_alarm"], {"reason": ""}),
        ("step", ["false_alarm"], {"reason": "x" * 301}),
        ("pause", [], {"party": "client", "reason": ""}),
        ("pause", [], {"party": "somebody", "reason": "We wait"}),
        ("note", [], {"body": "  "}),
        ("update", [], {"body": ""}),
        ("severity", [], {"severity": "awful"}),
        ("assign", [], {"owner_id": "not-an-id"}),
    ],
)
def test_what_is_missing_is_asked_for_again(
    ward: IncidentScenario, name: str, more: list[str], data: dict[str, str]
) -> None:
    row = ward.row(ward.held())
    before = ward.everything(row.id)
    answer = browser(ward.house.engineer).post(address(ward, name, row.number, *more), data)
    assert answer.status_code == 422
    assert ward.everything(row.id) == before


def test_who_may_only_look_changes_nothing(ward: IncidentScenario) -> None:
    row = ward.row(ward.open())
    before = ward.everything(row.id)
    viewer = browser(ward.house.viewer)
    assert viewer.get(address(ward, "list")).status_code == 200
    for name, more in (("step", ["acknowledge"]), ("note", []), ("update", []), ("severity", []), ("assign", [])):
        assert viewer.post(address(ward, name, row.number, *more), {"body": "Hello"}).status_code in (403, 404)
    assert ward.everything(row.id) == before


def test_a_step_is_taken_by_post_only_and_only_where_the_incident_is(ward: IncidentScenario, cast: Cast) -> None:
    row = ward.row(ward.open())
    where = address(ward, "step", row.number, "acknowledge")
    assert browser(ward.house.engineer).get(where).status_code == 405
    assert browser(ward.house.engineer).post(address(ward, "step", 99, "acknowledge")).status_code == 404
    assert browser(ward.house.engineer).post(address(ward, "step", row.number, "explode")).status_code == 404
    assert browser(cast.south.engineer).post(where).status_code == 404
    assert ward.row(row.id).state == "new"


def test_markup_in_a_title_or_a_note_is_shown_as_text(ward: IncidentScenario) -> None:
    row = ward.row(ward.open(title=SCRIPT))
    ward.do("post_note", row.id, body=f"{SCRIPT} {{{{ agency }}}}")
    engineer = browser(ward.house.engineer)
    for page in (address(ward, "list"), workbench(ward, row.number)):
        text = engineer.get(page).content.decode()
        assert SCRIPT not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.parametrize("query", ["?q=INC-1", "?state=resolved", "?state=nonsense", "?page=999", "?page=x"])
def test_the_list_takes_any_question(ward: IncidentScenario, query: str) -> None:
    ward.open()
    assert browser(ward.house.viewer).get(address(ward, "list") + query).status_code == 200


def test_a_null_character_in_an_address_is_a_request_that_cannot_be_read(ward: IncidentScenario) -> None:
    """Nothing in PostgreSQL could match it, and PostgreSQL would refuse to look."""
    for query in ("?q=%00", "?severity=%00", "?page=1%00", "?%00=1"):
        assert browser(ward.house.viewer).get(address(ward, "list") + query).status_code == 400


def test_the_list_starts_with_what_is_open(ward: IncidentScenario) -> None:
    ward.open(title="Still on fire")
    ward.do("resolve", ward.open(title="Long over"))
    viewer = browser(ward.house.viewer)
    page = viewer.get(address(ward, "list")).content.decode()
    assert "Still on fire" in page
    assert "Long over" not in page
    assert "Long over" in viewer.get(address(ward, "list") + "?state=resolved").content.decode()


def test_an_export_runs_no_formula(ward: IncidentScenario) -> None:
    ward.open(title="=1+1")
    text = browser(ward.house.viewer).get(address(ward, "export")).content.decode()
    assert "INC-1,'=1+1,high,new" in text


def test_the_client_reads_the_published_ones_and_no_note(ward: IncidentScenario) -> None:
    held, shown = ward.row(ward.held(title="Held back")), ward.row(ward.open(title="Shown"))
    ward.do("post_note", shown.id, body="The prompt was cut.")
    ward.do("post_update", shown.id, body="We found the cause.")
    contact = browser(ward.house.contact)
    place = [ward.house.agency.slug, ward.house.client.slug]
    listed = contact.get(reverse("portal:incidents", args=place)).content.decode()
    assert "Shown" in listed
    assert "Held back" not in listed
    assert contact.get(reverse("portal:incident", args=[*place, held.number])).status_code == 404
    page = contact.get(reverse("portal:incident", args=[*place, shown.number])).content.decode()
    assert "We found the cause." in page
    assert "The prompt was cut." not in page


def test_a_false_alarm_is_offered_only_while_the_client_has_not_seen_it(ward: IncidentScenario) -> None:
    engineer = browser(ward.house.engineer)
    held, shown = ward.row(ward.held()), ward.row(ward.open(title="Reported by phone"))
    button = "Call it a false alarm"
    assert button in engineer.get(workbench(ward, held.number)).content.decode()
    assert button not in engineer.get(workbench(ward, shown.number)).content.decode()
