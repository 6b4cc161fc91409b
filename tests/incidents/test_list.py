"""The list of incidents: what one starts with, how it is narrowed, and what is taken away as a file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from core.clock import now
from core.zones import zone_choices
from incidents import services
from incidents.models import Incident
from tests.cast import Cast
from tests.incidents.scenario import IncidentScenario
from tests.incidents.test_pages import address, browser


@pytest.fixture
def ward(cast: Cast) -> IncidentScenario:
    """A house with one open incident and one that is over."""
    ward = IncidentScenario(cast.north)
    moment = f"{now():%Y-%m-%d %H:%M}"
    ward.open(moment, title="Shipping prices are old", severity="low")
    over = ward.open(moment, title="Search finds nothing", severity="critical")
    ward.do("resolve", over, moment, body="Rolled back.")
    return ward


def shown(ward: IncidentScenario, query: str = "") -> str:
    return browser(ward.house.owner).get(address(ward, "list") + query).content.decode()


def test_it_starts_with_the_open_ones_and_says_so(ward: IncidentScenario) -> None:
    page = shown(ward)
    assert "Shipping prices are old" in page
    assert "Search finds nothing" not in page
    assert '<option value="open" selected>' in page


def test_every_state_and_severity_can_be_asked_for(ward: IncidentScenario) -> None:
    assert "Search finds nothing" in shown(ward, "?state=all")
    page = shown(ward, "?state=all&severity=critical")
    assert "Search finds nothing" in page
    assert "Shipping prices are old" not in page


def test_a_search_looks_among_all_of_them(ward: IncidentScenario) -> None:
    assert "Search finds nothing" in shown(ward, "?q=finds")


def test_the_file_holds_what_the_list_shows(ward: IncidentScenario) -> None:
    answer = browser(ward.house.owner).get(address(ward, "export") + "?state=resolved")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(row["title"], row["client"], row["system"]) for row in rows] == [
        ("Search finds nothing", ward.house.client.name, ward.house.system.name)
    ]


def test_zones_are_places_and_an_older_name_of_one_is_kept() -> None:
    names = {name for name, _label in zone_choices()}
    assert {"UTC", "Europe/Berlin", "Asia/Kolkata"} <= names
    assert not {"Asia/Calcutta", "US/Pacific", "Etc/GMT+1"} & names


@pytest.fixture
def three(cast: Cast) -> IncidentScenario:
    """Three that are open: the oldest is low, the newest waits for the client."""
    ward = IncidentScenario(cast.north)
    at = now()
    with ward.house.scope():
        for minutes, title, severity in ((30, "Old", "low"), (20, "Bad", "critical"), (10, "Asked", "high")):
            services.open_incident(
                system_id=ward.house.system.id,
                title=title,
                severity=severity,
                source="staff",
                opened_at=at - timedelta(minutes=minutes),
            )
        asked = Incident.objects.get(title="Asked")
        services.pause(incident_id=asked.id, reason="Which orders?", party="client")
        services.assign(incident_id=asked.id, owner_id=ward.house.engineer.id)
    return ward


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["Asked", "Bad", "Old"]),
        ("oldest", ["Old", "Bad", "Asked"]),
        ("severity", ["Bad", "Asked", "Old"]),
        ("due", ["Bad", "Asked", "Old"]),
        ("nonsense", ["Asked", "Bad", "Old"]),
    ],
)
def test_it_stands_in_the_order_that_is_asked_for(three: IncidentScenario, sort: str, order: list[str]) -> None:
    page = shown(three, f"?sort={sort}")
    assert sorted(order, key=lambda title: page.index(f">{title}</a>")) == order


def test_it_says_which_promise_is_due_who_has_it_and_who_is_waited_on(three: IncidentScenario) -> None:
    page = shown(three)
    row = page.split(">Asked</a>", 1)[1].split("</tr>", 1)[0]
    assert "waiting on the client" in row.lower()
    assert str(three.house.engineer) in row
    assert 'class="clock"' in row
    assert str(three.house.owner) in page.split(">Bad</a>", 1)[1].split("</tr>", 1)[0]
