"""The portal's home says how things stand, when the client hears next, what comes, and what is over."""

from __future__ import annotations

import re
import uuid
from zoneinfo import ZoneInfo

from django.test import Client as Browser

from core import clock
from monitoring.maintenance import services as maintenance
from slas.models import Target
from tests.incidents.scenario import MORNING, IncidentScenario, utc


def home(ward: IncidentScenario, moment: str = MORNING) -> str:
    browser = Browser()
    browser.force_login(ward.house.contact)
    with clock.at(utc(moment)):
        page = browser.get(f"/p/{ward.house.agency.slug}/{ward.house.client.slug}/").content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split('id="main"')[1]))


def test_it_says_when_the_client_hears_next_and_keeps_the_clocks_behind_a_click(ward: IncidentScenario) -> None:
    incident = ward.open()
    said = home(ward)
    assert "Nobody has taken it up yet." in said
    assert by(ward, incident, "first_response") in said
    assert said.index("Response times") < said.index("First response")
    ward.do("acknowledge", incident, "2026-06-01 08:01")
    assert "We are working on it." in home(ward, "2026-06-01 08:02")


def by(ward: IncidentScenario, incident_id: uuid.UUID, metric: str) -> str:
    """The sentence for a message that is due on the same day: a guarantee is one, a target is an aim."""
    clock_row = ward.clocks(incident_id)[metric]
    with ward.house.scope():
        wanted = {"version_id": clock_row.policy_version_id, "metric": metric, "severity": clock_row.severity}
        is_guarantee = Target.objects.get(**wanted).is_guarantee
    assert clock_row.due_at
    due = clock_row.due_at.astimezone(ZoneInfo(ward.house.contact.time_zone))
    return f"{'You hear from us by' if is_guarantee else 'We aim to write to you by'} {due:%H:%M}"


def test_at_night_it_says_when_in_the_morning(ward: IncidentScenario) -> None:
    """Outside of support hours a promise stands still and falls due all the same."""
    incident = ward.open("2026-06-01 22:00", severity="medium")
    assert ward.states(incident)["first_response"] == "outside_hours"
    assert re.search(r"(You hear from us by|We aim to write to you by) Tue 2 Jun ", home(ward, "2026-06-01 22:01"))


def test_a_message_whose_time_is_over_is_not_announced_again(ward: IncidentScenario) -> None:
    ward.open()
    said = home(ward, "2026-06-08 08:00")
    assert "hear from us by" not in said
    assert "aim to write" not in said


def test_what_is_over_says_how_long_it_took_and_stands_once(ward: IncidentScenario) -> None:
    incident = ward.open()
    assert "Nothing. When something happens" in home(ward)
    ward.do("acknowledge", incident, "2026-06-01 08:10")
    ward.do("resolve", incident, "2026-06-01 10:44")
    said = home(ward, "2026-06-01 11:00")
    assert "solved after 2 h 44 min" in said


def test_planned_maintenance_stands_under_what_comes_next_until_it_is_over(ward: IncidentScenario) -> None:
    assert "What comes next" not in home(ward)
    times = {"starts_at": utc("2026-06-02 20:00"), "ends_at": utc("2026-06-02 22:00")}
    with ward.at(MORNING):
        maintenance.plan_maintenance(system_id=ward.house.system.id, title="A newer index", **times)
    assert re.search(r"What comes next A newer index Planned maintenance · Support bot", home(ward))
    assert "What comes next" not in home(ward, "2026-06-02 22:01")
