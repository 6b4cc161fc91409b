"""People type hours and durations as they say them, and a slip gets a clear word beside its field."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from slas import selectors, services
from slas.calendars.forms import CalendarForm
from slas.fields import duration_text, parse_duration
from slas.policies.forms import PolicyForm
from tests.cast import Cast
from tests.slas.scenario import HOUR, OFFICE

HOURS = {"name": "Office", "zone": "Europe/Berlin", "mon": "09:00-13:00, 14:00-18:00", "tue": "9:00 - 17:00"}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("4h", 14400), ("30 min", 1800), ("1h30", 5400), ("1 h 30 min", 5400), ("90m", 5400), ("2 hours", 7200)],
)
def test_a_duration_is_read_as_it_is_said_and_written_back(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds
    assert parse_duration(duration_text(seconds)) == seconds


@pytest.mark.parametrize("text", ["90", "2d", "2 days", "-4h", "soon", "0h", "h", "4h x"])
def test_a_duration_that_could_mean_two_things_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        parse_duration(text)


def test_a_calendar_is_made_of_what_was_typed(cast: Cast) -> None:
    """S01: the lunch break is a gap between two windows."""
    form = CalendarForm(HOURS | {"dates": "2026-12-25 closed\n2026-12-24 09:00-12:00"})
    assert form.is_valid(), form.errors
    with cast.north.scope():
        version = services.create_calendar(**form.cleaned_data)
        assert version.spec["weekly"]["mon"] == [["09:00", "13:00"], ["14:00", "18:00"]]
        assert version.spec["dates"] == {"2026-12-24": [["09:00", "12:00"]], "2026-12-25": []}
        again = CalendarForm(CalendarForm.initial_of(version), initial=CalendarForm.initial_of(version))
        assert again.is_valid(), again.errors
        following = services.new_calendar_version(calendar_id=version.calendar_id, **again.cleaned_data)
        assert following.spec == version.spec


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mon": "nine to five"}, "mon"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"mon": "", "tue": ""}, "mon"),
        ({"dates": "Christmas closed"}, "dates"),
        ({"dates": "2026-12-25\n2026-12-25 09:00-10:00"}, "dates"),
        ({"always": "on"}, "always"),
        ({"name": ""}, "name"),
    ],
)
def test_a_slip_in_a_calendar_is_named(changes: dict[str, str], field: str) -> None:
    form = CalendarForm(HOURS | changes)
    assert not form.is_valid()
    assert list(form.errors) == [field]


def filled(calendar_id: Any, **more: Any) -> dict[str, Any]:
    hours = {f"calendar_{severity}": str(calendar_id) for severity in ("critical", "high", "medium", "low")}
    said = {"name": "Gold", "publish_after_minutes": "15", "response_rule": "acknowledge"}
    return {**said, "first_response_high": "90m", **hours, **more}


def test_a_policy_is_made_of_what_was_typed(cast: Cast) -> None:
    with cast.north.scope():
        hours = services.create_calendar(name="Office", spec=OFFICE)
        choices = [(str(hours.id), "Office")]
        form = PolicyForm(
            filled(hours.id, resolution_high="8h", guarantee_first_response="on", publish_after_minutes=""),
            calendars=choices,
        )
        assert form.is_valid(), form.errors
        version = services.create_policy(**form.cleaned_data)
        assert version.publish_after_minutes is None
        assert {(row.metric, row.seconds, row.is_guarantee) for row in selectors.targets_of(version.id)} == {
            ("first_response", HOUR * 3 // 2, True),
            ("resolution", 8 * HOUR, False),
        }
        assert form["first_response_high"].value() == "1 h 30 min", "what was understood is shown"
        assert len(form.rows) == 6
        assert len(form.calendar_fields) == len(form.severities) == 4


def test_a_new_version_starts_from_the_last_one_and_loses_nothing(cast: Cast) -> None:
    with cast.north.scope():
        services.install_catalogue()
        old = selectors.versions_of(selectors.policy_by_slug("priority").id)[0]
        kind = {"severity": "high", "metric": "resolution", "request_kind": "performance", "seconds": HOUR}
        targets = [
            {name: getattr(row, name) for name in ("severity", "metric", "seconds", "is_guarantee")}
            | {"calendar_version_id": row.calendar_version_id, "pausable": row.metric != "triage"}
            for row in selectors.targets_of(old.id)
        ]
        hours = targets[0]["calendar_version_id"]
        old = services.new_policy_version(
            policy_id=old.policy_id, targets=[*targets, kind | {"calendar_version_id": hours, "is_guarantee": False}]
        )
        initial = PolicyForm.initial_of(old)
        choices = [(str(row.id), row.calendar.name) for row in selectors.latest_calendar_versions()]
        shown = PolicyForm(calendars=choices, initial=initial)
        form = PolicyForm({bound.name: bound.value() for bound in shown}, calendars=choices, initial=initial)
        assert form.is_valid(), form.errors
        new = services.new_policy_version(policy_id=old.policy_id, **form.cleaned_data)

        def promises(version_id: Any) -> set[Any]:
            names = ("severity", "metric", "request_kind", "seconds", "pausable", "is_guarantee", "calendar_version_id")
            own = ("warn", "pausing")
            return {
                (*(getattr(row, name) for name in names), *(str(getattr(row, name)) for name in own))
                for row in selectors.targets_of(version_id)
            }

        assert promises(new.id) == promises(old.id)
        assert selectors.wording(selectors.policy_version(new.id)) == selectors.wording(
            selectors.policy_version(old.id)
        )


def form_of(version_id: Any, **changes: Any) -> PolicyForm:
    """The form of the next version with what it shows, but for some fields that somebody typed into."""
    version = selectors.policy_version(version_id)
    choices = [(str(row.id), row.calendar.name) for row in selectors.latest_calendar_versions()]
    initial = PolicyForm.initial_of(version)
    shown = PolicyForm(calendars=choices, initial=initial)
    # A list without a choice sends its first.
    calendars = {name: choices[0][0] for name in shown.fields if name.startswith("calendar_")}
    said = {bound.name: bound.value() for bound in shown}
    data = said | {name: said[name] or first for name, first in calendars.items()} | changes
    return PolicyForm(data, calendars=choices, initial=PolicyForm.initial_of(version))


def test_warnings_and_waits_are_set_by_promise_and_others_keep_what_each_severity_had(cast: Cast) -> None:
    with cast.north.scope():
        hours = services.create_calendar(name="Office", spec=OFFICE)
        base = {"seconds": 8 * HOUR, "calendar_version_id": hours.id}
        rows = [
            base | {"metric": "first_response", "severity": "high", "warn": [{"percent": 50}]},
            base | {"metric": "first_response", "severity": "low", "warn": [{"percent": 90}]},
            base | {"metric": "resolution", "severity": "high", "pausing": ["client"]},
        ]
        old = services.create_policy(name="Old", targets=rows)
        form = form_of(old.id, warn_resolution="25%, 2h", pausing_resolution=["client", "vendor"])
        assert form.is_valid(), form.errors
        found = {(one["metric"], one["severity"]): one for one in form.cleaned_data["targets"]}
        assert found["resolution", "high"]["warn"] == [{"percent": 25}, {"seconds_before": 2 * HOUR}]
        assert found["resolution", "high"]["pausing"] == ["client", "vendor"]
        assert found["first_response", "high"]["warn"] == [{"percent": 50}]
        assert found["first_response", "low"]["warn"] == [{"percent": 90}]
        form = form_of(old.id, pausing_resolution=[])
        assert form.is_valid()
        never = next(one for one in form.cleaned_data["targets"] if one["metric"] == "resolution")
        assert (never["pausable"], never["pausing"]) == (False, [])


def test_a_ladder_is_typed_row_by_row(cast: Cast) -> None:
    with cast.north.scope():
        services.install_catalogue()
        old = selectors.versions_of(selectors.policy_by_slug("standard").id)[0]
        added = {
            "rung_3_when": "2h",
            "rung_3_to": "agency_owner",
            "rung_3_severities": "critical",
            "rung_3_night": "on",
        }
        form = form_of(old.id, **added, quiet_from="22:00", quiet_to="06:00")
        assert form.is_valid(), form.errors
        escalation = form.cleaned_data["wording"].escalation
        assert [(step.to, step.percent, step.seconds) for step in escalation.steps] == [
            ("on_call", 50, None),
            ("account_manager", 75, None),
            ("agency_owner", 100, None),
            ("agency_owner", None, 2 * HOUR),
        ]
        assert (escalation.steps[3].severities, escalation.steps[3].at_night) == (("critical",), True)
        assert escalation.quiet == ("22:00", "06:00")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rung_3_when": "50%"}, "rung_3_to"),
        ({"rung_3_to": "owner"}, "rung_3_when"),
        ({"rung_3_when": "soon", "rung_3_to": "owner"}, "rung_3_when"),
        ({"quiet_from": "22:00", "quiet_to": ""}, "quiet_from"),
        ({"warn_resolution": "half"}, "warn_resolution"),
        ({"uptime_target": "much"}, "uptime_target"),
        ({"reopen_days": "400"}, "reopen_days"),
    ],
)
def test_a_slip_in_a_rule_is_named_beside_it(cast: Cast, changes: dict[str, str], field: str) -> None:
    with cast.north.scope():
        services.install_catalogue()
        old = selectors.versions_of(selectors.policy_by_slug("standard").id)[0]
        form = form_of(old.id, **changes)
        assert not form.is_valid()
        assert field in form.errors


def test_a_slip_in_a_policy_is_named_and_everything_typed_stays(cast: Cast) -> None:
    with cast.north.scope():
        hours = services.create_calendar(name="Office", spec=OFFICE)
        choices = [(str(hours.id), "Office")]
        for changes, field in (
            ({"first_response_high": "90"}, "first_response_high"),
            ({"calendar_high": "elsewhere"}, "calendar_high"),
            ({"publish_after_minutes": "-1"}, "publish_after_minutes"),
            ({"first_response_high": ""}, "__all__"),
        ):
            form = PolicyForm(filled(hours.id, **changes), calendars=choices)
            assert not form.is_valid()
            assert list(form.errors) == [field]
            assert form["name"].value() == "Gold"
