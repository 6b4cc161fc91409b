"""F54 are response targets realistic: attainment and percentile per severity against target, with a suggested
target."""

from __future__ import annotations

from typing import Any

from tests.mission.acting import Program, Somebody, after, at, work
from tests.mission.doing import HOME, MORNING, opens, signs

# The minutes after which each of ten critical and five high incidents was acknowledged; half an hour and one hour are
# promised.
CRITICAL, HIGH = (10, 12, 14, 16, 18, 20, 22, 24, 41, 55), (5, 5, 5, 5, 8)
JUNE = {"from": "2026-05-31T22:00:00Z", "to": "2026-06-30T22:00:00Z"}


def work_off(owner: Somebody) -> None:
    """One incident a day for each of those."""
    signs(owner)
    for day, minutes in enumerate(CRITICAL + HIGH):
        with at(after(MORNING, days=day)):
            incident = opens(owner, f"Number {day}", "critical" if day < len(CRITICAL) else "high")
        with at(after(MORNING, days=day, minutes=minutes)):
            work()
            owner.presses(incident, "/steps/acknowledge/")


def responses(program: Program) -> dict[str, Any]:
    """The first responses of the month by severity."""
    rows = program.reads("attainment/", **JUNE)["by_promise"]
    return {row["severity"]: row for row in rows if row["metric"] == "first_response"}


def test_each_severity_says_how_often_and_how_fast_and_what_would_be_realistic(
    owner: Somebody, program: Program
) -> None:
    work_off(owner)
    with at("2026-06-20 08:00"):
        page = owner.reads(f"{HOME}sla-review/?period=month").text
        found = responses(program)
    assert "First response Critical 80.0 % 8 of 10 18 min 41 min target 30 min 45 min" in page
    assert "First response High 100.0 % 5 of 5 5 min 8 min target 1 h 10 min" in page
    names = ("kept", "decided", "ninth_decile_seconds", "target_seconds", "suggested_target_seconds")
    assert [found["critical"][name] for name in names] == [8, 10, 41 * 60, 30 * 60, 45 * 60]
    assert [found["high"][name] for name in names] == [5, 5, 8 * 60, 60 * 60, 10 * 60]
