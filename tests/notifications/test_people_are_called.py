"""A rung of the ladder reaches the right person at a real mail server, who acknowledges from the mail itself."""

from __future__ import annotations

import re
import uuid
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from core import clock
from core.models import Agency, User
from core.outbox import relay_due
from core.selectors import member_of_user
from core.services import change_role, end_membership
from incidents import services as incidents
from incidents.models import Incident, IncidentEntry
from retainer.notifications.addressees import addressees
from retainer.notifications.delivery import deliver_mail
from slas import selectors as slas
from slas import services as sla_services
from tests.cast import AgencyFixture, Cast, random_id
from tests.receivers import Mailbox
from tests.rows import signed_retainer


def pump() -> None:
    sla_services.sweep_due()
    while relay_due():
        pass
    while deliver_mail():
        pass


def rota(house: AgencyFixture, *people: Any) -> Any:
    """A rota of these people, the first of them on call now; call it inside the house's scope."""
    return sla_services.save_rota(
        name=f"Rota {random_id()}",
        zone="UTC",
        first_day=clock.now().date() - timedelta(days=1),
        handover_at=time(0),
        turn_days=30,
        people=[person.id for person in people],
    )


def called(mailbox: Mailbox) -> list[str]:
    """Who got a mail that calls them."""
    return [mail["To"] for mail in mailbox.messages if mail["Subject"].startswith("You are called")]


def opened(house: AgencyFixture) -> Incident:
    with house.scope():
        signed_retainer(house)
        return incidents.open_incident(
            system_id=house.system.id, title="Answers are wrong", severity="critical", source="staff"
        )


def acknowledge_link(mailbox: Mailbox, to: str) -> str:
    """The path in the newest mail to this address whose button acknowledges."""
    for mail in reversed(mailbox.messages):
        if mail["To"] == to:
            plain = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
            text = plain.get_payload(decode=True).decode()  # type: ignore[union-attr]
            found = re.search(r"https?://[^/\s]+(/notice/\S+/)", text)
            if found:
                return found[1]
    raise AssertionError(f"no link for {to}")


def test_half_of_the_time_calls_whoever_is_on_call_and_all_of_it_the_owners(cast: Cast, mailbox: Mailbox) -> None:
    house = cast.north
    with house.scope():
        rota(house, house.engineer)
        member = member_of_user(house.engineer.id)
        assert member is not None
        change_role(member_id=member.id, role="viewer")
    incident = opened(house)
    with clock.at(incident.opened_at + timedelta(minutes=16)):
        pump()
    # Whoever may only look cannot help: those who look after clients are called instead.
    assert called(mailbox) == [house.manager.email]
    with clock.at(incident.opened_at + timedelta(minutes=31)):
        pump()
    assert sorted(called(mailbox)) == sorted([house.manager.email, house.manager.email, house.owner.email])


def test_the_one_on_call_acknowledges_on_a_phone_without_signing_in(cast: Cast, mailbox: Mailbox) -> None:
    house = cast.north
    with house.scope():
        rota(house, house.engineer)
    incident = opened(house)
    with clock.at(incident.opened_at + timedelta(minutes=16)):
        pump()
    assert called(mailbox) == [house.engineer.email]
    where, phone = acknowledge_link(mailbox, house.engineer.email), Browser()
    page = phone.get(where)
    assert page.status_code == 200
    assert "Acknowledge as engineer of north" in page.content.decode()
    with house.scope():
        # Opening it changes nothing: mail programs open links on their own.
        assert Incident.objects.get(id=incident.id).state == "new"
    page = phone.post(where)
    assert "engineer of north has it." in page.content.decode()
    with house.scope():
        row = Incident.objects.get(id=incident.id)
        assert (row.state, row.owner_id) == ("acknowledged", house.engineer.id)
        entry = IncidentEntry.objects.get(incident=row, kind="acknowledged")
        assert (entry.actor_kind, entry.actor_id) == ("user", house.engineer.id)
    # A second press, and everybody else's links, say who has it.
    assert "engineer of north has it." in phone.post(where).content.decode()
    assert "engineer of north has it." in phone.get(acknowledge_link(mailbox, house.owner.email)).content.decode()


def test_the_link_serves_one_person_for_a_day(cast: Cast, mailbox: Mailbox) -> None:
    house = cast.north
    incident = opened(house)
    pump()
    where, phone = acknowledge_link(mailbox, house.engineer.email), Browser()
    for broken in (where[:-3] + "x/", where.replace("/notice/", "/review/"), "/notice/x/"):
        assert phone.post(broken).status_code in (302, 404)
    with house.scope():
        member = member_of_user(house.engineer.id)
        assert member is not None
        change_role(member_id=member.id, role="viewer")
    assert phone.post(where).status_code == 404
    with house.scope():
        change_role(member_id=member.id, role="engineer")
    for model, field, over, back in (
        (User, "is_active", False, True),
        (Agency, "suspended_at", clock.now(), None),
    ):
        with house.scope():
            model.objects.update(**{field: over})
        assert (phone.get(where).status_code, phone.post(where).status_code) == (404, 404)
        with house.scope():
            model.objects.update(**{field: back})
    assert phone.get(where).status_code == 200
    with house.scope():
        end_membership(member_id=member.id)
    assert phone.get(where).status_code == 404
    with house.scope():
        assert Incident.objects.get(id=incident.id).state == "new"


def test_the_link_is_over_after_a_day(cast: Cast, mailbox: Mailbox) -> None:
    house = cast.north
    incident = opened(house)
    pump()
    where = acknowledge_link(mailbox, house.engineer.email)
    with time_machine.travel(incident.opened_at + timedelta(hours=25)):
        answer = Browser().post(where)
    assert answer.status_code == 404
    assert "This link is over" in answer.content.decode()


def test_a_viewers_mail_has_no_button_that_acknowledges(cast: Cast, mailbox: Mailbox) -> None:
    house = cast.north
    with house.scope():
        signed_retainer(house)
        house.system.owner_id = house.viewer.id
        house.system.save()
        incidents.open_incident(system_id=house.system.id, title="Wrong", severity="critical", source="staff")
    pump()
    with pytest.raises(AssertionError):
        acknowledge_link(mailbox, house.viewer.email)


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("owner", ["engineer"]),
        ("account_manager", ["manager"]),
        ("agency_owner", ["owner"]),
        ("on_call", ["engineer"]),
        ("on_call_next", ["owner"]),
        ("on_call:gone", ["manager"]),
        ("person:gone", ["manager"]),
    ],
)
def test_every_addressee_is_somebody(cast: Cast, to: str, expected: list[str]) -> None:
    house = cast.north
    with house.scope():
        rota(house, house.engineer, house.owner)
        gone = to.replace("gone", str(uuid.uuid4()))
        found = addressees(gone, house.engineer.id)
    assert [member.user_id for member in found] == [getattr(house, name).id for name in expected]


def test_a_named_rota_and_a_named_person_are_called(cast: Cast) -> None:
    house = cast.north
    with house.scope():
        row = rota(house, house.owner)
        assert [one.user_id for one in addressees(f"on_call:{row.id}", None)] == [house.owner.id]
        assert [one.user_id for one in addressees(f"person:{house.engineer.id}", None)] == [house.engineer.id]
        choices = dict(slas.addressee_choices())
        assert f"on_call:{row.id}" in choices
        assert f"person:{house.viewer.id}" not in choices


def test_nobody_of_another_agency_is_ever_called(cast: Cast) -> None:
    with cast.north.scope():
        row = rota(cast.north, cast.north.engineer)
    with cast.south.scope():
        found = addressees(f"on_call:{row.id}", None) + addressees(f"person:{cast.north.engineer.id}", None)
    assert {member.user_id for member in found} == {cast.south.manager.id}


def test_a_rung_in_words_stands_in_the_timeline(cast: Cast) -> None:
    house = cast.north
    with house.scope():
        signed_retainer(house)
        incident = incidents.open_incident(
            system_id=house.system.id, title="Wrong", severity="critical", source="staff"
        )
    with clock.at(incident.opened_at + timedelta(minutes=16)):
        sla_services.sweep_due()
        while relay_due():
            pass
    signed_in = Browser()
    signed_in.force_login(house.engineer)
    page = signed_in.get(f"/a/north/incidents/{incident.number}/").content.decode()
    assert "First response · whoever is on call" in page
