"""What a new agency starts with is right out of the box, and is installed once."""

from __future__ import annotations

import pytest

from core import clock
from core.errors import DomainError
from slas import selectors, services
from slas.models import Calendar, Policy, PolicyVersion
from tests.cast import Cast
from tests.slas.scenario import utc


def promised(slug: str) -> dict[str, list[str]]:
    """By metric: the words a severity, critical first."""
    version = selectors.versions_of(selectors.policy_by_slug(slug).id)[0]
    return {row.metric: [cell.text for cell in row.cells] for row in selectors.target_table(version.id)}


def test_the_three_policies_promise_what_the_defaults_say(cast: Cast) -> None:
    with cast.north.scope():
        services.install_catalogue()
        assert promised("essential") == {
            "first_response": ["24 h", "24 h", "48 h", "72 h"],
            "periodic_update": ["24 h", "24 h", "", ""],
        }
        assert promised("standard") == {
            "triage": ["1 h", "1 h", "", ""],
            "first_response": ["1 h", "4 h", "8 h", "16 h"],
            "periodic_update": ["2 h", "4 h", "8 h", ""],
            "resolution": ["8 h", "24 h", "80 h", ""],
        }
        assert promised("priority") == {
            "triage": ["1 h", "1 h", "", ""],
            "first_response": ["30 min", "1 h", "4 h", "8 h"],
            "periodic_update": ["30 min", "2 h", "8 h", ""],
            "resolution": ["8 h", "24 h", "40 h", ""],
        }
        assert dict(Policy.objects.values_list("slug", "default_for")) == {
            "essential": "low",
            "standard": "medium",
            "priority": "high",
        }
        assert set(PolicyVersion.objects.values_list("publish_after_minutes", flat=True)) == {15}


def test_response_is_a_promise_and_resolution_a_target(cast: Cast) -> None:
    with cast.north.scope():
        services.install_catalogue()
        version = selectors.versions_of(selectors.policy_by_slug("priority").id)[0]
        guaranteed = {row.metric for row in selectors.targets_of(version.id) if row.is_guarantee}
        assert guaranteed == {"first_response"}
        response = next(row for row in selectors.target_table(version.id) if row.metric == "first_response")
        assert [cell.calendar for cell in response.cells] == ["24x7", "24x7", "Mon-Fri 09-17", "Mon-Fri 09-17"]


def test_the_calendars_are_in_the_zone_of_the_agency(cast: Cast) -> None:
    with cast.north.scope():
        services.install_catalogue()
        specs = {row.calendar.slug: row.spec for row in selectors.latest_calendar_versions()}
    assert sorted(specs) == ["24x7", "mon-fri-00-24", "mon-fri-08-20", "mon-fri-09-17"]
    assert {spec["zone"] for spec in specs.values()} == {"Europe/Berlin"}
    assert specs["24x7"]["always"] is True
    assert specs["mon-fri-08-20"]["weekly"] == {
        day: [["08:00", "20:00"]] for day in ("mon", "tue", "wed", "thu", "fri")
    }


def test_installing_again_changes_nothing(cast: Cast) -> None:
    with cast.north.scope():
        services.install_catalogue()
        calendar = selectors.newest_calendar_version("mon-fri-09-17").calendar
        services.new_calendar_version(
            calendar_id=calendar.id, spec={"zone": "UTC", "weekly": {"mon": [["09:00", "10:00"]]}}
        )
        services.install_catalogue()
        assert Calendar.objects.count() == 4
        assert PolicyVersion.objects.count() == 3
        assert selectors.newest_calendar_version("mon-fri-09-17").number == 2


def test_s03_no_holiday_closes_a_day_that_nobody_agreed_to(cast: Cast) -> None:
    with cast.north.scope():
        services.install_catalogue()
        assert selectors.newest_calendar_version("mon-fri-09-17").spec["dates"] == {}


def test_the_holidays_of_a_named_country_close_the_office(cast: Cast) -> None:
    with clock.at(utc("2026-01-10 12:00")), cast.north.scope():
        services.install_catalogue(country="de")
        dates = selectors.newest_calendar_version("mon-fri-09-17").spec["dates"]
        assert dates["2026-05-01"] == dates["2028-12-25"] == []
        assert "dates" not in selectors.newest_calendar_version("24x7").spec


def test_an_unknown_country_is_refused_and_nothing_is_installed(cast: Cast) -> None:
    with cast.north.scope():
        with pytest.raises(DomainError) as refused:
            services.install_catalogue(country="XX")
        assert refused.value.field == "country"
        assert not Calendar.objects.exists()
