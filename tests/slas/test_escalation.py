"""Rungs of a ladder: told once each, in open time, before the deadline and after it, and not at night."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError
from core.models import OutboxEvent
from slas import services
from slas.engine import from_instant, to_instant
from slas.escalation import EscalationPolicy, EscalationStep, after_quiet
from slas.policies.content import Wording
from slas.policies.services import create_policy
from tests.cast import Cast, random_id
from tests.slas.scenario import ALWAYS, HOUR, OFFICE, SlaScenario, sweep, utc

BERLIN = ZoneInfo("Europe/Berlin")


def desk_with(
    cast: Cast, *steps: EscalationStep, severity: str = "high", spec: Any = OFFICE, quiet: Any = None
) -> SlaScenario:
    """A desk whose policy promises a first response within four hours, with these rungs."""
    desk = SlaScenario(cast.north, {"first_response": 4 * HOUR}, spec)
    with desk.at("2026-01-01 00:00"):
        target = {
            "severity": severity,
            "metric": "first_response",
            "seconds": 4 * HOUR,
            "calendar_version_id": desk.calendar.id,
        }
        wording = Wording(escalation=EscalationPolicy(steps, quiet))
        desk.policy = create_policy(name=f"Ladder {random_id()}", targets=[target], wording=wording)
    return desk


def called(desk: SlaScenario, subject_id: uuid.UUID) -> list[str]:
    """Whom the rungs called, in order."""
    with desk.house.scope():
        rows = OutboxEvent.objects.filter(payload__subject_id=str(subject_id), name="slas.clock.escalated")
        return [row.payload["to"] for row in rows.order_by("created_at", "id")]


SOMEBODY = "person:0199aaaa-0000-7000-8000-000000000000"
LADDER = (
    EscalationStep(to="owner", percent=0),
    EscalationStep(to="on_call", percent=50),
    EscalationStep(to="account_manager", percent=75),
    EscalationStep(to="agency_owner", percent=100),
    EscalationStep(to=SOMEBODY, seconds=6 * HOUR),
)


def test_each_rung_is_told_once_when_it_is_reached_also_after_the_deadline(cast: Cast) -> None:
    desk = desk_with(cast, *LADDER)
    subject = desk.start("2026-06-01 08:00")
    steps = {
        "2026-06-01 08:00": ["owner"],
        "2026-06-01 09:59": ["owner"],
        "2026-06-01 10:00": ["owner", "on_call"],
        "2026-06-01 11:00": ["owner", "on_call", "account_manager"],
        "2026-06-01 12:00": ["owner", "on_call", "account_manager", "agency_owner"],
        "2026-06-01 13:59": ["owner", "on_call", "account_manager", "agency_owner"],
        "2026-06-01 14:00": ["owner", "on_call", "account_manager", "agency_owner", SOMEBODY],
        "2026-06-02 14:00": ["owner", "on_call", "account_manager", "agency_owner", SOMEBODY],
    }
    for moment, expected in steps.items():
        sweep(moment)
        assert called(desk, subject) == expected, moment


def test_the_sweep_comes_back_for_the_next_rung_and_for_nothing_after_the_last(cast: Cast) -> None:
    desk = desk_with(cast, EscalationStep(to="on_call", percent=150))
    subject = desk.start("2026-06-01 08:00")
    sweep("2026-06-01 12:01")
    assert desk.clock(subject, "first_response").next_fire_at == utc("2026-06-01 14:00")
    sweep("2026-06-01 14:00")
    assert called(desk, subject) == ["on_call"]
    assert desk.clock(subject, "first_response").next_fire_at is None


def test_s42_waiting_for_the_client_is_not_climbing(cast: Cast) -> None:
    desk = desk_with(cast, *LADDER)
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "pause", "2026-06-01 09:00", party="client")
    sweep("2026-06-01 12:00")
    assert called(desk, subject) == ["owner"]
    assert desk.clock(subject, "first_response").next_fire_at is None
    desk.record(subject, "resume", "2026-06-01 13:00", party="client")
    sweep("2026-06-01 13:59")
    assert called(desk, subject) == ["owner"]
    sweep("2026-06-01 14:00")
    assert called(desk, subject) == ["owner", "on_call"]


def test_whoever_begins_stops_the_climb(cast: Cast) -> None:
    desk = desk_with(cast, *LADDER)
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "satisfy", "2026-06-01 09:59")
    for moment in ("2026-06-01 10:00", "2026-06-01 14:00"):
        sweep(moment)
    assert called(desk, subject) == ["owner"]


def test_it_climbs_in_open_time_over_a_weekend(cast: Cast) -> None:
    desk = desk_with(cast, EscalationStep(to="on_call", percent=50))
    # A Friday 16:00 in Berlin: one hour is left of that day.
    subject = desk.start("2026-06-05 14:00")
    sweep("2026-06-08 07:59")
    assert called(desk, subject) == []
    sweep("2026-06-08 08:00")
    assert called(desk, subject) == ["on_call"]


def test_rungs_of_other_severities_and_other_promises_are_not_climbed(cast: Cast) -> None:
    desk = desk_with(
        cast,
        EscalationStep(to="owner", percent=0, severities=("critical",)),
        EscalationStep(to="on_call", percent=0, metric="resolution"),
        EscalationStep(to="agency_owner", percent=0, severities=("high", "critical")),
    )
    subject = desk.start("2026-06-01 08:00")
    sweep("2026-06-01 08:00")
    assert called(desk, subject) == ["agency_owner"]


def test_after_an_outage_everybody_is_called_once(cast: Cast) -> None:
    """Rungs that would call the same people twice now collapse; nobody is left out."""
    steps = (
        EscalationStep(to="owner", percent=25),
        EscalationStep(to="on_call", percent=50),
        EscalationStep(to="owner", percent=75),
    )
    desk = desk_with(cast, *steps)
    subject = desk.start("2026-06-01 08:00")
    sweep("2026-06-01 13:00")
    assert sorted(called(desk, subject)) == ["on_call", "owner"]
    assert {f"escalate:{step.key}" for step in steps} <= desk.noted(subject)


def test_s47_another_version_calls_nobody_twice_and_leaves_nobody_out(cast: Cast) -> None:
    """A rung that both versions have was told; one that is new, wherever it stands, is not."""
    desk = desk_with(cast, EscalationStep(to="owner", percent=25), EscalationStep(to="on_call", percent=50))
    subject = desk.start("2026-06-01 08:00")
    sweep("2026-06-01 09:00")
    with desk.at("2026-06-01 09:10"):
        target = {
            "severity": "high",
            "metric": "first_response",
            "seconds": 4 * HOUR,
            "calendar_version_id": desk.calendar.id,
        }
        steps = (
            EscalationStep(to="agency_owner", percent=25),
            EscalationStep(to="owner", percent=25),
            EscalationStep(to="on_call", percent=50),
        )
        newer = services.new_policy_version(
            policy_id=desk.policy.policy_id, targets=[target], wording=Wording(escalation=EscalationPolicy(steps))
        )
        services.retarget(
            subject_type="incident",
            subject_id=subject,
            severity="high",
            policy_version_id=newer.id,
            at=utc("2026-06-01 09:10"),
        )
    sweep("2026-06-01 10:00")
    assert called(desk, subject) == ["owner", "agency_owner", "on_call"]


def test_up_to_an_agreed_date_waiting_counts_too(cast: Cast) -> None:
    desk = desk_with(
        cast, EscalationStep(to="owner", percent=50), EscalationStep(to="on_call", percent=100), spec=ALWAYS
    )
    subject = desk.start("2026-06-01 08:00")
    with desk.at("2026-06-01 08:00"):
        services.agree_date(
            subject_type="incident", subject_id=subject, metric="first_response", agreed_at=utc("2026-06-01 12:00")
        )
    desk.record(subject, "pause", "2026-06-01 08:10", party="client")
    sweep("2026-06-01 10:00")
    assert called(desk, subject) == ["owner"]
    sweep("2026-06-01 12:00")
    assert called(desk, subject) == ["owner", "on_call"]


def test_two_sweepers_tell_it_once(cast: Cast) -> None:
    desk = desk_with(cast, *LADDER)
    subject = desk.start("2026-06-01 08:00")
    for _pass in range(3):
        sweep("2026-06-01 10:00")
    assert called(desk, subject) == ["owner", "on_call"]


@pytest.mark.parametrize("severity", ["medium", "low"])
def test_s35_at_night_a_rung_waits_for_the_morning(cast: Cast, severity: str) -> None:
    desk = desk_with(
        cast, EscalationStep(to="on_call", percent=50), severity=severity, spec=ALWAYS, quiet=("20:00", "07:00")
    )
    # 20:30 in Berlin; the rung is reached at 22:30.
    subject = desk.start("2026-06-01 18:30", severity=severity)
    sweep("2026-06-01 20:30")
    assert called(desk, subject) == []
    # Morning is 07:00 in Berlin, and the sweep knows it.
    assert desk.clock(subject, "first_response").breached_at is None
    sweep("2026-06-02 04:59")
    assert called(desk, subject) == []
    sweep("2026-06-02 05:00")
    assert called(desk, subject) == ["on_call"]


@pytest.mark.parametrize(("severity", "at_night"), [("high", False), ("critical", False), ("low", True)])
def test_what_is_serious_or_says_so_wakes_people(cast: Cast, severity: str, at_night: bool) -> None:
    step = EscalationStep(to="on_call", percent=50, at_night=at_night)
    desk = desk_with(cast, step, severity=severity, spec=ALWAYS, quiet=("20:00", "07:00"))
    subject = desk.start("2026-06-01 18:30", severity=severity)
    sweep("2026-06-01 20:30")
    assert called(desk, subject) == ["on_call"]


@pytest.mark.parametrize(
    ("local", "quiet", "expected"),
    [
        ("2026-06-01 19:59", ("20:00", "07:00"), "2026-06-01 19:59"),
        ("2026-06-01 20:00", ("20:00", "07:00"), "2026-06-02 07:00"),
        ("2026-06-01 23:59", ("20:00", "07:00"), "2026-06-02 07:00"),
        ("2026-06-02 06:59", ("20:00", "07:00"), "2026-06-02 07:00"),
        ("2026-06-02 07:00", ("20:00", "07:00"), "2026-06-02 07:00"),
        ("2026-06-02 12:30", ("12:00", "13:00"), "2026-06-02 13:00"),
        ("2026-06-02 13:00", ("12:00", "13:00"), "2026-06-02 13:00"),
        # S06: over both changes of the clocks 07:00 stays 07:00.
        ("2026-03-28 22:00", ("20:00", "07:00"), "2026-03-29 07:00"),
        ("2026-10-24 22:00", ("20:00", "07:00"), "2026-10-25 07:00"),
    ],
)
def test_s06_quiet_hours_are_local_and_may_run_over_midnight(local: str, quiet: Any, expected: str) -> None:
    def instant(text: str) -> int:
        return to_instant(datetime.fromisoformat(text).replace(tzinfo=BERLIN))

    assert after_quiet(instant(local), quiet, "Europe/Berlin") == instant(expected)


@given(st.integers(1_780_000_000, 1_812_000_000), st.sampled_from([("20:00", "07:00"), ("00:00", "06:30")]))
def test_nobody_is_called_in_quiet_hours_and_never_a_day_late(instant: int, quiet: tuple[str, str]) -> None:
    heard = after_quiet(instant, quiet, "Europe/Berlin")
    assert after_quiet(heard, quiet, "Europe/Berlin") == heard
    assert instant <= heard < instant + 24 * HOUR
    wall = from_instant(heard).astimezone(BERLIN).strftime("%H:%M")
    assert not (wall >= quiet[0] or wall < quiet[1]) if quiet[0] > quiet[1] else not quiet[0] <= wall < quiet[1]


def test_a_ladder_reads_back_as_it_was_written() -> None:
    escalation = EscalationPolicy(
        (*LADDER, EscalationStep(to="on_call", seconds=60, severities=("low",), at_night=True)), ("20:00", "07:00")
    )
    assert EscalationPolicy.from_json(escalation.to_json()) == escalation
    assert EscalationPolicy().to_json() == {}
    assert EscalationPolicy.from_json({}) == EscalationPolicy()


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (EscalationStep(to="everybody", percent=0), "who is called"),
        (EscalationStep(to="person:bob", percent=0), "who is called"),
        (EscalationStep(to="on_call:", percent=0), "who is called"),
        (EscalationStep(to="person:0199AAAA-0000-7000-8000-000000000000", percent=0), "who is called"),
        (EscalationStep(to="owner", percent=0, metric="lunch"), "not a promise"),
        (EscalationStep(to="owner"), "Say when"),
        (EscalationStep(to="owner", percent=50, seconds=50), "Say when"),
        (EscalationStep(to="owner", percent=-1), "per cent"),
        (EscalationStep(to="owner", percent=1001), "per cent"),
        (EscalationStep(to="owner", seconds=-1), "at most a year"),
        (EscalationStep(to="owner", percent=0, severities=("awful",)), "severities"),
    ],
)
def test_a_rung_that_cannot_be_meant_is_refused_by_its_place(step: EscalationStep, words: str) -> None:
    with pytest.raises(DomainError, match=words) as refused:
        Wording(escalation=EscalationPolicy((EscalationStep(to="owner", percent=0), step))).columns()
    assert refused.value.field == "escalation.1"


def test_s45_a_promise_without_a_ladder_climbs_none(cast: Cast) -> None:
    desk = SlaScenario(cast.north, {"first_response": 4 * HOUR})
    subject = desk.start("2026-06-01 08:00")
    sweep("2026-06-01 16:00")
    assert called(desk, subject) == []
