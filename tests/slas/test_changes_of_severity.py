"""Raising or lowering a severity names what happens to the time that is used up."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import DomainError
from slas import services
from slas.models import Clock
from tests.cast import Cast
from tests.slas.scenario import ALWAYS, HOUR, SUBJECT, SlaScenario, sweep, utc


def desk_with_two_severities(cast: Cast) -> SlaScenario:
    """High: response 1 h, resolution 4 h. Critical: response 30 min, resolution 2 h, updates hourly. Low: response."""
    desk = SlaScenario(cast.north, {"resolution": HOUR}, ALWAYS)
    times = {
        "high": {"first_response": HOUR, "resolution": 4 * HOUR},
        "critical": {"first_response": HOUR // 2, "resolution": 2 * HOUR, "periodic_update": HOUR},
        "low": {"first_response": 8 * HOUR},
    }
    with desk.at("2026-01-01 00:00"):
        desk.policy = services.create_policy(
            name="Two",
            targets=[
                {"severity": severity, "metric": metric, "seconds": seconds, "calendar_version_id": desk.calendar.id}
                for severity, row in times.items()
                for metric, seconds in row.items()
            ],
        )
    return desk


def change(desk: SlaScenario, subject: Any, severity: str, moment: str, **more: Any) -> list[Clock]:
    with desk.at(moment):
        return services.retarget(
            subject_type=SUBJECT,
            subject_id=subject,
            severity=severity,
            policy_version_id=desk.policy.id,
            at=utc(moment),
            **more,
        )


@pytest.mark.parametrize(
    ("mode", "due"),
    [
        ("carry_elapsed", "2026-06-01 10:00"),
        ("retroactive", "2026-06-01 10:00"),
        ("fresh", "2026-06-01 11:00"),
        ("carry_fraction", "2026-06-01 10:30"),
    ],
)
def test_each_mode_carries_the_used_time_its_own_way(cast: Cast, mode: str, due: str) -> None:
    desk = desk_with_two_severities(cast)
    subject = desk.start("2026-06-01 08:00")
    change(desk, subject, "critical", "2026-06-01 09:00", mode=mode)
    moved = desk.clock(subject)
    assert (moved.due_at, moved.severity) == (utc(due), "critical")


def test_what_was_kept_stays_kept_and_what_was_missed_stays_missed(cast: Cast) -> None:
    desk = desk_with_two_severities(cast)
    kept, missed = desk.start("2026-06-01 08:00"), desk.start("2026-06-01 08:00")
    desk.record(kept, "satisfy", "2026-06-01 08:40", metrics=["first_response"])
    change(desk, kept, "critical", "2026-06-01 08:50")
    change(desk, missed, "low", "2026-06-01 10:00")
    assert desk.clock(kept, "first_response").state == "met"
    assert desk.clock(missed, "first_response").breached_at == utc("2026-06-01 09:00")
    assert desk.told(missed) == ["breach"]


def test_s47_a_change_back_does_not_warn_again(cast: Cast) -> None:
    desk = desk_with_two_severities(cast)
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "satisfy", "2026-06-01 08:01", metrics=["first_response"])
    sweep("2026-06-01 11:00")
    for moment in ("2026-06-01 11:10", "2026-06-01 11:20"):
        change(desk, subject, "high", moment, mode="retroactive")
        sweep(moment)
    assert desk.told(subject) == ["percent:75"]


def test_a_promise_that_is_dropped_ends_and_comes_back_with_the_severity(cast: Cast) -> None:
    desk = desk_with_two_severities(cast)
    subject = desk.start("2026-06-01 08:00")
    open_then = change(desk, subject, "low", "2026-06-01 08:30")
    assert [row.metric for row in open_then] == ["first_response"]
    assert desk.clock(subject).state == "cancelled"
    change(desk, subject, "high", "2026-06-01 09:30")
    again = desk.clock(subject)
    assert (again.state, again.due_at) == ("running", utc("2026-06-01 13:00"))


def test_s15_a_promise_that_is_new_starts_with_the_change_and_waits_with_the_rest(cast: Cast) -> None:
    desk = desk_with_two_severities(cast)
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "pause", "2026-06-01 08:10", party="client")
    change(desk, subject, "critical", "2026-06-01 08:20")
    new = desk.clock(subject, "periodic_update")
    assert (new.started_at, new.state) == (utc("2026-06-01 08:20"), "paused")


def test_a_subject_that_is_over_is_not_moved(cast: Cast) -> None:
    desk = desk_with_two_severities(cast)
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "cancel", "2026-06-01 08:10", reason="False alarm")
    assert change(desk, subject, "critical", "2026-06-01 08:20") == []
    assert desk.events(subject).count("retarget") == 0


def test_a_repeating_promise_that_was_dropped_does_not_go_on(cast: Cast) -> None:
    desk = desk_with_two_severities(cast)
    subject = desk.start("2026-06-01 08:00", severity="critical")
    change(desk, subject, "low", "2026-06-01 08:20")
    with desk.at("2026-06-01 08:30"):
        following = services.next_cycle(
            subject_type=SUBJECT, subject_id=subject, metric="periodic_update", at=utc("2026-06-01 08:30")
        )
    assert following is None
    assert desk.clock(subject, "periodic_update").state == "cancelled"


def test_an_unknown_mode_or_severity_is_refused(cast: Cast) -> None:
    desk = desk_with_two_severities(cast)
    subject = desk.start("2026-06-01 08:00")
    for severity, mode, field in (("high", "guess", "mode"), ("urgent", "fresh", "severity")):
        with pytest.raises(DomainError) as refused:
            change(desk, subject, severity, "2026-06-01 08:20", mode=mode)
        assert refused.value.field == field
