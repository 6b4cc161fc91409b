"""Public holidays arrive as proposals: nothing moves until somebody closes the calendar on them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.errors import DomainError, NotFound
from slas import selectors, services
from slas.models import HolidayFeed, HolidayProposal
from tests.cast import Cast, random_id
from tests.slas.scenario import HOUR, SlaScenario, utc

NOW = "2026-04-01 08:00"


@pytest.fixture
def desk(cast: Cast) -> SlaScenario:
    return SlaScenario(cast.north, {"resolution": HOUR})


def follow(desk: SlaScenario, country: str = "DE", region: str = "", moment: str = NOW) -> list[HolidayProposal]:
    with desk.at(moment):
        services.follow_holidays(calendar_id=desk.calendar.calendar_id, country=country, region=region)
        return list(selectors.proposed_holidays(desk.calendar.calendar_id))


def test_s03_an_unapproved_holiday_moves_no_deadline(desk: SlaScenario) -> None:
    """V9 without the decision: a Thursday 16:30 in Berlin runs over into the first of May, a holiday that is only
    proposed."""
    proposed = follow(desk)
    assert "2026-05-01" in [row.date.isoformat() for row in proposed]
    subject = desk.start("2026-04-30 14:30")
    assert desk.clock(subject).due_at == utc("2026-05-01 07:30")


def test_v9_once_it_is_closed_new_clocks_pass_it_and_open_ones_stay(desk: SlaScenario) -> None:
    early = desk.start("2026-04-30 14:00")
    before = desk.clock(early).due_at
    day = next(row for row in follow(desk) if row.date.isoformat() == "2026-05-01")
    with desk.at(NOW):
        assert services.decide_holidays(calendar_id=desk.calendar.calendar_id, close_ids=[day.id]) == 1
    late = desk.start("2026-04-30 14:30")
    assert desk.clock(late).due_at == utc("2026-05-04 07:30")
    assert desk.clock(early).due_at == before


def test_what_is_decided_is_not_proposed_again(desk: SlaScenario) -> None:
    first = follow(desk)
    with desk.at(NOW):
        calendar = desk.calendar.calendar_id
        services.decide_holidays(calendar_id=calendar, close_ids=[first[0].id], rest="declined")
        assert not selectors.proposed_holidays(calendar).exists()
    assert follow(desk) == []


def test_only_days_ahead_that_the_calendar_says_nothing_of_are_proposed(cast: Cast) -> None:
    desk = SlaScenario(cast.north, {"resolution": HOUR})
    with desk.at("2026-04-01 07:00"):
        spec = {**desk.calendar.spec, "dates": {"2026-12-25": [["09:00", "12:00"]]}}
        services.new_calendar_version(calendar_id=desk.calendar.calendar_id, spec=spec)
    days = [row.date.isoformat() for row in follow(desk)]
    assert "2026-01-01" not in days
    assert "2026-12-25" not in days
    assert {"2026-05-01", "2026-12-26", "2028-12-26"} <= set(days)


def test_a_region_has_days_of_its_own(desk: SlaScenario) -> None:
    country = {row.date.isoformat() for row in follow(desk)}
    region = {row.date.isoformat() for row in follow(desk, region="BY")}
    assert "2026-11-01" in region - country


@pytest.mark.parametrize(("country", "region", "field"), [("XX", "", "country"), ("DE", "ZZ", "region")])
def test_an_unknown_country_or_region_is_refused_and_proposes_nothing(
    desk: SlaScenario, country: str, region: str, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        follow(desk, country, region)
    assert refused.value.field == field
    with desk.at(NOW):
        assert not HolidayProposal.objects.exists()


def test_following_nobody_withdraws_what_is_open_and_keeps_what_was_decided(desk: SlaScenario) -> None:
    first = follow(desk)
    with desk.at(NOW):
        services.decide_holidays(calendar_id=desk.calendar.calendar_id, close_ids=[first[0].id])
    assert follow(desk, "") == []
    with desk.at(NOW):
        assert [row.state for row in selectors.all_holidays(desk.calendar.calendar_id)] == ["closed"]
        assert selectors.holiday_feed(desk.calendar.calendar_id) is None


def test_a_day_that_is_not_proposed_cannot_be_closed(desk: SlaScenario) -> None:
    first = follow(desk)
    with desk.at(NOW):
        calendar = desk.calendar.calendar_id
        with pytest.raises(NotFound):
            services.decide_holidays(calendar_id=calendar, close_ids=[first[0].id, random_id()])
        with pytest.raises(DomainError):
            services.decide_holidays(calendar_id=calendar, close_ids=[])
        assert selectors.proposed_holidays(calendar).count() == len(first)


def test_a_new_year_comes_within_reach_by_itself(desk: SlaScenario) -> None:
    follow(desk)
    with clock.at(utc(NOW)):
        assert services.read_feeds() == 0
    with clock.at(utc("2027-01-02 08:00")):
        assert services.read_feeds() == 1
        assert services.read_feeds() == 0
    with desk.at("2027-01-02 08:00"):
        assert HolidayProposal.objects.filter(date__year=2029).exists()
        assert HolidayFeed.objects.get().next_due_at == utc("2027-01-02 08:00") + timedelta(days=30)


def test_new_hours_begin_on_their_day_and_never_in_the_past(desk: SlaScenario) -> None:
    longer = {**desk.calendar.spec, "weekly": {"mon": [["06:00", "20:00"]]}}
    with desk.at(NOW):
        calendar = desk.calendar.calendar_id
        with pytest.raises(DomainError) as refused:
            services.new_calendar_version(calendar_id=calendar, spec=longer, starts_at=utc("2026-03-31 08:00"))
        assert refused.value.field == "starts_at"
        services.new_calendar_version(calendar_id=calendar, spec=longer, starts_at=utc("2026-06-01 00:00"))
        # What is written later and begins sooner is in force until then, and not after.
        services.new_calendar_version(calendar_id=calendar, spec=desk.calendar.spec)
    assert desk.clock(desk.start("2026-05-25 04:30")).due_at == utc("2026-05-25 08:00")
    assert desk.clock(desk.start("2026-06-01 04:30")).due_at == utc("2026-06-01 05:30")


def test_s44_another_agencys_calendar_is_not_there(cast: Cast, desk: SlaScenario) -> None:
    with cast.south.scope(), pytest.raises(NotFound):
        services.follow_holidays(calendar_id=desk.calendar.calendar_id, country="DE")


def test_closing_a_day_changes_no_hours_and_holds_in_those_that_are_to_come(desk: SlaScenario) -> None:
    longer = {**desk.calendar.spec, "weekly": {"fri": [["06:00", "20:00"]], "mon": [["06:00", "20:00"]]}}
    with desk.at(NOW):
        services.new_calendar_version(
            calendar_id=desk.calendar.calendar_id, spec=longer, starts_at=utc("2026-04-20 00:00")
        )
    day = next(row for row in follow(desk) if row.date.isoformat() == "2026-05-01")
    with desk.at(NOW):
        services.decide_holidays(calendar_id=desk.calendar.calendar_id, close_ids=[day.id])
    # Before the longer hours begin a Monday opens at nine in Berlin, and at six once they have.
    assert desk.clock(desk.start("2026-04-13 03:00")).due_at == utc("2026-04-13 08:00")
    assert desk.clock(desk.start("2026-04-27 03:00")).due_at == utc("2026-04-27 05:00")
    # The first of May is closed in them as well.
    assert desk.clock(desk.start("2026-05-01 03:00")).due_at == utc("2026-05-04 05:00")
