"""F50 Support hours: business calendar, time zone, holidays; 24/7 for high."""

from __future__ import annotations

from tests.mission.acting import Page, Program, Somebody, at
from tests.mission.doing import HOME, PORTAL, opens, promises, signs

RULES = f"{HOME}settings/response-times/"
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-17:00")
TIMES = {f"first_response_{severity}": "4h" for severity in ("high", "low")}


def signs_hours(owner: Somebody) -> None:
    """Office hours in New York with a holiday for what is low, around the clock for what is high."""
    new = f"{RULES}calendars/new/"
    owner.fills(new, name="Office", zone="America/New_York", dates="2026-07-03 closed", **WEEK)
    form = owner.reads(f"{RULES}new/")
    hours = {
        "calendar_high": form.choice("calendar_high", "24x7"),
        "calendar_low": form.choice("calendar_low", "Office"),
    }
    promises(owner, "By hours", **TIMES, **hours)
    signs(owner, "By hours")


def due(program: Program, severity: str) -> str:
    """When the first response to the incident of this severity is due."""
    rows = program.finds("clocks/", metric="first_response")
    return str(next(row["due_at"] for row in rows if row["severity"] == severity))


def test_time_counts_in_the_hours_of_the_severity_in_their_zone_and_not_on_holidays(
    owner: Somebody, contact: Somebody, program: Program
) -> None:
    signs_hours(owner)
    # Thursday, two hours before New York closes; Friday is the holiday.
    with at("2026-07-02 19:00"):
        high, low = opens(owner, "Down", "high"), opens(owner, "A question", "low")
        assert (due(program, "high"), due(program, "low")) == ("2026-07-02T23:00:00Z", "2026-07-06T15:00:00Z")
    with at("2026-07-03 15:00"):
        assert "First response Outside hours" in owner.reads(low).text
        assert "First response Breached" in owner.reads(high).text
    agreement = contact.reads(f"{PORTAL}agreement/").text
    assert "Support hours Around the clock High" in agreement
    assert "Mon–Fri 09:00–17:00" in agreement, agreement


def follows_german_holidays(owner: Somebody, calendar: str) -> Page:
    """Has the public holidays proposed for the calendar."""
    owner.fills(f"{calendar}holidays/", country="DE")
    return owner.reads(calendar)


def test_public_holidays_are_proposed_and_close_the_calendar_once_chosen(owner: Somebody, program: Program) -> None:
    calendar = f"{RULES}calendars/mon-fri-09-17/"
    with at("2026-12-01 08:00"):
        proposed = follows_german_holidays(owner, calendar)
        assert "Fri 25 Dec 2026" in proposed.text
        owner.fills(calendar, "/decide/", close_ids=proposed.choice_of("close_ids", "Fri 25 Dec 2026"))
        assert "Fri 25 Dec special closed" in owner.reads(calendar).text
