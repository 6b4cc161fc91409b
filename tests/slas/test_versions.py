"""What was signed is never edited, and what has been judged never changes with a later edit."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from core.errors import DomainError, NotFound
from core.json_values import JsonObject
from slas import selectors, services
from slas.models import Calendar, Clock, Policy
from slas.policies.content import Wording
from tests.cast import Cast, random_id
from tests.slas.scenario import ALWAYS, HOUR, OFFICE, SlaScenario, sweep, utc


def target(calendar_version_id: Any, **more: Any) -> dict[str, Any]:
    return {
        "severity": "high",
        "metric": "resolution",
        "seconds": 4 * HOUR,
        "calendar_version_id": calendar_version_id,
    } | more


def exported(desk: SlaScenario) -> str:
    """Every clock of the agency as a client would be shown it later, byte for byte."""
    with desk.at("2026-07-01 08:00"):
        views = selectors.clock_views(list(Clock.objects.order_by("id")), utc("2026-07-01 08:00"), "Europe/Berlin")
        rows = list(Clock.objects.order_by("id").values())
    return json.dumps([[str(view) for view in views], rows], default=str)


def test_history_is_unchanged_by_any_later_version(cast: Cast) -> None:
    """New hours, new holidays and a new policy leave every clock as it was, open or over."""
    desk = SlaScenario(cast.north, {"resolution": 4 * HOUR})
    done, open_still = desk.start("2026-06-01 08:00"), desk.start("2026-06-05 13:00")
    desk.record(done, "satisfy", "2026-06-01 10:00")
    before = exported(desk)
    with desk.at("2026-06-05 14:00"):
        closed = OFFICE | {"dates": {"2026-06-05": [], "2026-06-08": []}}
        services.new_calendar_version(calendar_id=desk.calendar.calendar_id, spec=closed)
        services.new_policy_version(policy_id=desk.policy.policy_id, targets=[target(desk.calendar.id, seconds=60)])
    assert exported(desk) == before
    assert desk.clock(open_still).due_at == utc("2026-06-08 09:00")


def test_a_new_holiday_counts_for_clocks_that_start_after_it_was_entered(cast: Cast) -> None:
    """V9: Thu 30 April 16:30 plus an hour over the holiday of 1 May is Mon 09:30."""
    desk = SlaScenario(cast.north, {"resolution": HOUR})
    with desk.at("2026-04-01 08:00"):
        services.new_calendar_version(
            calendar_id=desk.calendar.calendar_id, spec=OFFICE | {"dates": {"2026-05-01": []}}
        )
    assert desk.clock(desk.start("2026-04-30 14:30")).due_at == utc("2026-05-04 07:30")
    backdated = desk.start("2026-04-30 14:30", started_at=utc("2026-03-31 14:30"))
    assert desk.clock(backdated).terms["calendar"]["dates"] == {}


def test_versions_count_up_and_the_old_ones_stay(cast: Cast) -> None:
    desk = SlaScenario(cast.north, {"resolution": HOUR})
    with desk.at("2026-06-01 08:00"):
        second = services.new_policy_version(
            policy_id=desk.policy.policy_id, targets=[target(desk.calendar.id)], publish_after_minutes=None
        )
        assert [version.number for version in selectors.versions_of(desk.policy.policy_id)] == [2, 1]
        assert [row.seconds for row in selectors.targets_of(desk.policy.id)] == [HOUR]
        assert [row.seconds for row in selectors.targets_of(second.id)] == [4 * HOUR]
        assert selectors.latest_policy_versions() == [second]
        assert selectors.latest_policy_versions()[0].publish_after_minutes is None


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"zone": "Europe/Berlin", "weekly": {}}, "weekly"),
        ({"zone": "Europe/Berlin", "weekly": {"mon": []}, "dates": {"2026-06-01": [["09:00", "17:00"]]}}, "weekly"),
        ({"zone": "Mars/Olympus", "weekly": {"mon": [["09:00", "17:00"]]}}, "zone"),
        ({"zone": "Europe/Berlin", "weekly": {"mon": [["09:00", "13:00"], ["12:00", "17:00"]]}}, "weekly.mon"),
        ({"zone": "Europe/Berlin", "weekly": {"mon": [["09:00", "25:00"]]}}, "weekly.mon[0]"),
        ({"zone": "Europe/Berlin", "weekly": OFFICE["weekly"], "dates": {"2026-02-30": []}}, "dates.2026-02-30"),
    ],
    ids=["no open time", "single dates only", "unknown zone", "overlap", "no such time", "no such date"],
)
def test_s10_a_calendar_that_cannot_be_used_is_refused_by_name(cast: Cast, spec: dict[str, Any], field: str) -> None:
    with cast.north.scope(), pytest.raises(DomainError) as refused:
        services.create_calendar(name="Broken", spec=spec)
    assert refused.value.field == field
    assert refused.value.message


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ([{"seconds": -60}], "resolution_high"),
        ([{"seconds": 0}], "resolution_high"),
        ([{"seconds": 10**10}], "resolution_high"),
        ([{"metric": "first_response", "seconds": 5 * HOUR}, {}], "first_response_high"),
        ([{}, {}], "resolution_high"),
        ([{"calendar_version_id": None}], "calendar_high"),
        ([{"severity": "urgent"}], "severity"),
        ([{"metric": "applause"}], "metric"),
        ([], "targets"),
    ],
    ids=[
        "negative",
        "nothing",
        "beyond a year",
        "response beyond resolution",
        "twice",
        "no hours",
        "unknown severity",
        "unknown metric",
        "no promise",
    ],
)
def test_a_policy_that_promises_nonsense_is_refused_by_name(
    cast: Cast, changes: list[dict[str, Any]], field: str
) -> None:
    with cast.north.scope():
        hours = services.create_calendar(name="Office", spec=OFFICE)
        with pytest.raises(DomainError) as refused:
            services.create_policy(name="Broken", targets=[target(hours.id) | change for change in changes])
        assert refused.value.field == field
        assert refused.value.message


def test_a_second_policy_of_the_same_name_is_refused_and_an_address_is_never_taken(cast: Cast) -> None:
    with cast.north.scope():
        hours = services.create_calendar(name="New", spec=OFFICE)
        assert hours.calendar.slug != "new"
        services.create_policy(name="Gold", targets=[target(hours.id)])
        with pytest.raises(DomainError) as refused:
            services.create_policy(name=" gold ", targets=[target(hours.id)])
        assert refused.value.field == "name"


def test_hours_of_another_agency_are_like_hours_that_do_not_exist(cast: Cast) -> None:
    with cast.south.scope():
        foreign = services.create_calendar(name="Office", spec=OFFICE)
        policy = services.create_policy(name="Gold", targets=[target(foreign.id)])
    with cast.north.scope():
        for missing in (foreign.id, random_id()):
            with pytest.raises(DomainError) as refused:
                services.create_policy(name="Gold", targets=[target(missing)])
            assert refused.value.field == "calendar_high"
        for missing in (policy.policy_id, random_id()):
            with pytest.raises(NotFound):
                services.new_policy_version(policy_id=missing, targets=[])
        for missing in (foreign.calendar_id, random_id()):
            with pytest.raises(NotFound):
                services.new_calendar_version(calendar_id=missing, spec=ALWAYS)


def test_a_year_of_clocks_reads_the_same_to_the_byte_after_everything_was_edited(cast: Cast) -> None:
    """Sixty subjects of a year, run through pauses, ends and reopenings over both changes of the clocks."""
    desk = SlaScenario(cast.north, {"first_response": HOUR, "resolution": 6 * HOUR})
    first = utc("2025-07-03 07:20")
    for number in range(60):
        began = first + timedelta(days=6 * number, hours=5 * number % 24)
        moments = [f"{began + timedelta(hours=hours):%Y-%m-%d %H:%M}" for hours in (0, 1, 5, 20, 30)]
        subject = desk.start(moments[0], policy_version_id=desk.policy.id)
        if number % 3:
            desk.record(subject, "pause", moments[1], party="client", reason="A question")
            desk.record(subject, "resume", moments[2], party="client")
        if number % 4:
            desk.record(subject, "satisfy", moments[3])
        if number % 8 == 1:
            desk.record(subject, "reopen", moments[4])
        sweep(moments[4])
    before = exported(desk)
    with desk.at("2026-06-30 08:00"):
        holidays: dict[str, list[Any]] = {f"2025-{month:02d}-01": [] for month in range(7, 13)}
        later: tuple[JsonObject, ...] = (OFFICE | {"dates": holidays}, ALWAYS, OFFICE | {"zone": "Asia/Tokyo"})
        for spec in later:
            services.new_calendar_version(calendar_id=desk.calendar.calendar_id, spec=spec)
        for seconds in (60, 40 * HOUR):
            services.new_policy_version(
                policy_id=desk.policy.policy_id, targets=[target(desk.calendar.id, seconds=seconds)]
            )
        said = Wording(severity_definitions={"high": "Another meaning altogether."}, reopen_days=1)
        services.new_policy_version(policy_id=desk.policy.policy_id, targets=[target(desk.calendar.id)], wording=said)
        office = services.new_calendar_version(calendar_id=desk.calendar.calendar_id, spec=OFFICE)
        services.follow_holidays(calendar_id=office.calendar_id, country="DE")
        days = [row.id for row in selectors.proposed_holidays(office.calendar_id)]
        services.decide_holidays(calendar_id=office.calendar_id, close_ids=days)
        Calendar.objects.update(name="Other hours", archived_at=utc("2026-06-30 08:00"))
        Policy.objects.update(name="Another promise", archived_at=utc("2026-06-30 08:00"))
    assert exported(desk) == before
    assert "breached" in before
    assert "met" in before
