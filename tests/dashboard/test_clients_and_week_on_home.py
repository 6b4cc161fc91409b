"""Below what waits stand the clients, the worst first, with what comes next; who is on call; and how asking goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from agreements.models import Retainer
from clients import services as client_services
from core import clock
from incidents import selectors as incidents
from incidents import services as incident_services
from monitoring.checks import services as monitoring
from monitoring.maintenance import services as maintenance
from monitoring.models import Check
from retainer.dashboard.portfolio import health_by_client
from retainer.dashboard.roster import roster
from retainer.dashboard.week import dated, next_sentence, on_call, this_week
from slas import services as slas
from tests.cast import AgencyFixture, Cast
from tests.rows import signed_retainer

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def house(cast: Cast) -> Iterator[AgencyFixture]:
    with clock.at(NOON):
        yield cast.north


def shown(house: AgencyFixture) -> str:
    browser = Browser()
    browser.force_login(house.owner)
    return browser.get(f"/a/{house.agency.slug}/").content.decode()


def planned(house: AgencyFixture, hours: float, **more: Any) -> None:
    starts_at = NOON + timedelta(hours=hours)
    values: dict[str, Any] = {"system_id": house.system.id, "title": "Index", "starts_at": starts_at} | more
    with house.scope():
        maintenance.plan_maintenance(ends_at=starts_at + timedelta(hours=1), **values)


def test_dates_come_the_next_first_and_those_of_this_week_alone(house: AgencyFixture) -> None:
    planned(house, 24 * 9)
    planned(house, 30, system_id=house.other_system.id)
    with house.scope():
        retainer = signed_retainer(house)
        Retainer.objects.filter(id=retainer.id).update(ends_on=(NOON + timedelta(days=4)).date())
        rows = dated("north", [], roster())
    assert [row.text for row in rows] == [
        "Maintenance of Support bot",
        "Last day of “Example”",
        "Maintenance of Support bot",
    ]
    assert rows[1].when == "Sat 13 Jun"
    assert len(this_week(rows)) == 2
    assert next_sentence(rows) == "Next: Maintenance of Support bot, North Other, Thu 11 Jun 18:00."


def test_a_client_who_is_waited_on_is_reminded_on_a_date(house: AgencyFixture) -> None:
    with house.scope():
        signed_retainer(house)
        row = _waiting(house)
        assert dated("north", incidents.open_incidents(), roster()) == [], "nobody gets mail yet"
        client_services.go_live(client_id=house.client.id)
        rows = dated("north", incidents.open_incidents(), roster())
    assert [(one.text, one.at) for one in rows] == [("Reminder about INC-1", row.remind_at)]


def _waiting(house: AgencyFixture) -> Any:
    row = incident_services.open_incident(
        system_id=house.system.id, title="Slow", severity="high", source="staff", opened_at=NOON
    )
    incident_services.pause(incident_id=row.id, reason="We need the export", party="client")
    row = incidents.incident(row.id)
    assert row.remind_at
    return row


def test_nothing_waits_and_the_next_date_is_named(house: AgencyFixture) -> None:
    assert "Nothing is waiting" in shown(house)
    assert "Incidents and alerts appear here" in shown(house)
    planned(house, 30)
    page = shown(house)
    assert "Next: Maintenance of Support bot, North Client, Thu 11 Jun" in page
    assert "Incidents and alerts appear here" not in page


def test_the_worst_client_is_first_with_what_is_ill_and_its_next_date(house: AgencyFixture) -> None:
    planned(house, 30, system_id=house.other_system.id)
    with house.scope():
        states = {house.system.id: "healthy", house.other_system.id: "down"}
        lines = health_by_client("north", states, dated("north", [], roster()), roster())["health"]
    assert [(line["name"], line["state"]) for line in lines] == [("North Other", "down"), ("North Client", "healthy")]
    assert [[system["name"] for system in line["ill"]] for line in lines] == [["Support bot"], []]
    following = lines[0]["next"]
    assert following
    assert following.text == "Maintenance of Support bot"
    assert lines[1]["next"] is None
    assert [state for _said, state in lines[0]["week"]] == [""] * 7
    assert lines[0]["week"][-1][0] == "Wed 10 Jun no data"


def test_it_says_who_is_on_call_now_and_next(house: AgencyFixture) -> None:
    assert "There is no rota yet" in shown(house)
    with house.scope():
        slas.save_rota(
            name="Nights",
            zone="UTC",
            first_day=NOON.date(),
            handover_at=time(9),
            turn_days=7,
            people=[house.owner.id, house.engineer.id],
        )
        (duty,) = on_call()
    assert (duty.name, duty.next_name) == (str(house.owner), str(house.engineer))
    assert duty.next_at == NOON.replace(hour=9) + timedelta(days=7)
    assert f"next {house.engineer}" in " ".join(shown(house).split())


def asked(house: AgencyFixture, seconds_ago: int) -> None:
    with house.scope():
        check = Check.objects.first() or monitoring.create_check(
            system_id=house.system.id, name="Answers", kind="http", url="https://1.1.1.1/", metrics=[]
        )
        Check.objects.filter(id=check.id).update(last_finished_at=NOON - timedelta(seconds=seconds_ago))


def test_the_foot_says_how_old_the_last_answer_is_and_warns_when_asking_is_late(house: AgencyFixture) -> None:
    assert 'id="polling"' not in shown(house)
    asked(house, 20)
    page = shown(house)
    assert "Last poll 20 s ago." in page
    assert "waits longer" not in page
    asked(house, 3600)
    foot = shown(house).split('id="polling"', 1)[1]
    assert "Last poll 1 h ago." in foot
    assert 'class="ink-warn"' in foot
    assert "One check waits longer than it should" in foot


def test_the_foot_asks_for_itself_alone(house: AgencyFixture) -> None:
    asked(house, 20)
    browser = Browser()
    browser.force_login(house.owner)
    part = browser.get("/a/north/?polling=1", headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<p id="polling"')
    assert "<h1" not in part
