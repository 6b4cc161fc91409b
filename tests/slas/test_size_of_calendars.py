"""A calendar is as large as hours and holidays need; one from before there were limits keeps what was promised."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from core.errors import DomainError
from core.json_values import JsonObject
from slas import services
from slas.calendars.forms import CalendarForm
from slas.engine import MOST_DATES, MOST_WINDOWS
from slas.models import CalendarVersion
from tests.api.support import call, token_of
from tests.cast import Cast
from tests.slas.scenario import SlaScenario, utc

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def windows(many: int) -> list[list[str]]:
    return [[f"{n // 30:02d}:{n % 30 * 2:02d}", f"{n // 30:02d}:{n % 30 * 2 + 1:02d}"] for n in range(many)]


def dates(many: int) -> dict[str, list[Any]]:
    return {(date(2026, 1, 1) + timedelta(days=n)).isoformat(): [] for n in range(many)}


def spec(**more: Any) -> dict[str, Any]:
    return {"zone": "Europe/Berlin", "weekly": {"mon": [["09:00", "17:00"]]}} | more


LARGE: dict[str, tuple[dict[str, Any], str]] = {
    "windows": (spec(weekly={"mon": windows(MOST_WINDOWS + 1)}), "weekly.mon"),
    "windows of a date": (spec(dates={"2026-06-01": windows(720)}), "dates.2026-06-01"),
    "dates": (spec(dates=dates(MOST_DATES + 1)), "dates"),
    "sixty thousand dates": (spec(dates=dates(60_000)), "dates"),
    "a date that is never counted": (spec(dates={"2200-01-01": []}), "dates.2200-01-01"),
}


@pytest.mark.parametrize(("data", "field"), LARGE.values(), ids=LARGE.keys())
def test_a_calendar_larger_than_that_is_neither_made_nor_changed_to(
    cast: Cast, data: dict[str, Any], field: str
) -> None:
    with cast.north.scope():
        small = services.create_calendar(name="Small", spec=spec())
        with pytest.raises(DomainError) as made:
            services.create_calendar(name="Large", spec=data)
        with pytest.raises(DomainError) as changed:
            services.new_calendar_version(calendar_id=small.calendar_id, spec=data)
        assert (made.value.field, changed.value.field) == (field, field)
        assert CalendarVersion.objects.filter(calendar__name__in=["Small", "Large"]).count() == 1


# More than a body may hold is refused before it is read.
READ = {name: case for name, case in LARGE.items() if name != "sixty thousand dates"}


def test_programs_are_refused_what_no_body_holds(cast: Cast) -> None:
    data, _field = LARGE["sixty thousand dates"]
    assert call("POST", "calendars/", token_of(cast.north), {"name": "Large", "spec": data}).status_code == 413


@pytest.mark.parametrize(("data", "field"), READ.values(), ids=READ.keys())
def test_programs_are_told_which_part(cast: Cast, data: dict[str, Any], field: str) -> None:
    answer = call("POST", "calendars/", token_of(cast.north), {"name": "Large", "spec": data})
    assert answer.status_code == 400
    assert f'"field": "{field}"' in answer.content.decode()


def test_a_calendar_at_its_limits_is_made(cast: Cast) -> None:
    full = spec(weekly=dict.fromkeys(WEEK, windows(MOST_WINDOWS)), dates=dates(MOST_DATES))
    with cast.north.scope():
        assert services.create_calendar(name="Full", spec=full).spec["zone"] == "Europe/Berlin"


def test_the_form_says_it_beside_the_field_and_keeps_what_was_typed() -> None:
    lines = "\n".join(dates(MOST_DATES + 1))
    form = CalendarForm({"name": "Office", "zone": "UTC", "mon": ",".join(["9:0-9:1"] * 13), "dates": lines})
    assert set(form.errors) == {"mon", "dates"}
    assert "12" in form.errors["mon"][0]
    assert "1000" in form.errors["dates"][0]
    assert form["dates"].value() == lines


def test_a_clock_in_a_larger_calendar_goes_on_and_the_calendar_can_be_made_smaller(cast: Cast) -> None:
    """Stored before there were limits: what was promised in it stands, and its next version keeps within them."""
    desk = SlaScenario(cast.north, {"resolution": 3600})
    old: JsonObject = {"zone": "UTC", "weekly": dict.fromkeys(WEEK, windows(720)), "dates": dates(MOST_DATES + 1)}
    with cast.north.scope():
        CalendarVersion.objects.filter(id=desk.calendar.id).update(spec=old)
    subject = desk.start("2030-06-03 08:00")
    assert desk.clock(subject).due_at == utc("2030-06-03 09:59")
    desk.record(subject, "pause", "2030-06-03 08:30", party="client")
    desk.record(subject, "resume", "2030-06-03 09:30", party="client")
    assert desk.clock(subject).due_at == utc("2030-06-03 10:59")
    with desk.at("2030-06-03 10:00"):
        with pytest.raises(DomainError):
            services.new_calendar_version(calendar_id=desk.calendar.calendar_id, spec=old)
        services.new_calendar_version(calendar_id=desk.calendar.calendar_id, spec=spec())
    assert desk.clock(subject).due_at == utc("2030-06-03 10:59")
