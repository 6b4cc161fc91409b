"""The SLA review: its period in the agency's zone, its filters, its replay, and who may see what."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from core import clock
from incidents import services as incidents
from retainer.reports.attainment import bounds
from slas import selectors as slas
from slas import services
from slas.models import Clock
from tests.cast import AgencyFixture, Cast
from tests.incidents.scenario import IncidentScenario, utc

BERLIN = ZoneInfo("Europe/Berlin")
NOW = "2026-06-20 08:00"


@pytest.fixture
def ward(cast: Cast) -> IncidentScenario:
    """One incident kept in every promise, one that missed its first response."""
    ward = IncidentScenario(cast.north)
    good, late = ward.open("2026-06-01 08:00", title="Kept"), ward.open("2026-06-02 08:00", title="Too late")
    ward.do("acknowledge", good, "2026-06-01 08:05")
    ward.do("resolve", good, "2026-06-01 09:00", body="Done")
    ward.do("resolve", late, "2026-06-02 18:00", body="Done")
    return ward


def seen(house: AgencyFixture, query: str = "", *, who: str = "owner") -> str:
    browser = Browser()
    browser.force_login(getattr(house, who))
    with clock.at(utc(NOW)):
        answer = browser.get(f"/a/{house.agency.slug}/sla-review/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("month", "2026-03-01", "2026-04-01"),
        ("last_month", "2026-02-01", "2026-03-01"),
        ("quarter", "2026-01-01", "2026-04-01"),
        ("year", "2025-04-01", "2026-04-01"),
    ],
)
def test_a_period_is_whole_months_of_the_agencys_zone(period: str, start: str, end: str) -> None:
    """Also in the last hours of a month, which in UTC are still the month before, and over the change of clocks."""
    found = bounds(period, datetime(2026, 3, 29, 22, 30, tzinfo=UTC), BERLIN)
    assert found == tuple(datetime.fromisoformat(day).replace(tzinfo=BERLIN) for day in (start, end))
    assert bounds("month", datetime(2026, 2, 28, 23, 30, tzinfo=UTC), BERLIN)[0].month == 3


def test_the_page_says_what_was_kept_of_what_was_decided(ward: IncidentScenario) -> None:
    text = seen(ward.house)
    with ward.at(NOW):
        decided = list(Clock.objects.exclude(state="cancelled"))
    kept = sum(row.state == "met" for row in decided)
    assert 0 < kept < len(decided)
    assert f"{kept} of {len(decided)} promises" in text
    assert "Too late" in text
    assert "INC-1 Kept" not in text


def test_another_period_and_another_client_have_none_of_it(ward: IncidentScenario, cast: Cast) -> None:
    assert "No promise was decided in this period" in seen(ward.house, "?period=last_month")
    with ward.at(NOW):
        other = cast.north.other_system.client.slug
    assert "No promise was decided in this period" in seen(ward.house, f"?client={other}")
    assert "of" in seen(ward.house, f"?client={ward.house.client.slug}")


def test_what_is_made_up_in_the_address_is_the_page_as_it_starts(ward: IncidentScenario) -> None:
    text = seen(ward.house, "?period=never&client=nobody&replay=x")
    assert "Last 3 months" in text
    assert "Too late" in text
    assert "would have been kept" not in text


def test_a_replay_says_how_it_would_have_been_and_what_differs(ward: IncidentScenario) -> None:
    with ward.at(NOW):
        calendar = next(row for row in slas.latest_calendar_versions() if "24" in row.calendar.name)
        loose = services.create_policy(
            name="Loose",
            targets=[
                {"severity": "high", "metric": metric, "seconds": 40 * 3600, "calendar_version_id": calendar.id}
                for metric in ("first_response", "resolution")
            ],
        )
    text = seen(ward.house, f"?replay={loose.id}")
    assert "4 of 4 would have been kept" in text
    assert "Too late" in text


def test_an_incident_without_a_promise_stands_beside(ward: IncidentScenario, cast: Cast) -> None:
    with ward.at("2026-06-10 08:00"):
        incidents.open_incident(system_id=cast.north.other_system.id, title="Bare", severity="low", source="staff")
    assert "incidents that no retainer covers" in seen(ward.house)


def test_the_export_has_a_line_a_promise(ward: IncidentScenario) -> None:
    browser = Browser()
    browser.force_login(ward.house.owner)
    with clock.at(utc(NOW)):
        answer = browser.get("/a/north/sla-review/export.csv?period=month")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    with ward.at(NOW):
        rows = Clock.objects.count()
    assert len(lines) == rows
    missed = [line for line in lines if line["breached_at"]]
    assert missed
    assert {line["state"] for line in missed} == {"breached"}


def test_another_agency_sees_nothing_of_it_and_no_client_may_come(ward: IncidentScenario, cast: Cast) -> None:
    assert "Too late" not in seen(cast.south)
    browser = Browser()
    browser.force_login(ward.house.contact)
    assert browser.get("/a/north/sla-review/").status_code == 404


def test_it_costs_the_same_number_of_statements_for_more_incidents(ward: IncidentScenario) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            seen(ward.house, "?period=month")
        return len(captured)

    statements()
    before = statements()
    for number in range(5):
        more = ward.open("2026-06-03 08:00", title=f"More {number}")
        ward.do("resolve", more, "2026-06-03 18:00", body="Done")
    assert statements() == before
