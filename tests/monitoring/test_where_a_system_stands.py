"""The state of a system: the worst of its production, and never green where nothing was heard."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from clients import services as client_services
from clients.models import AISystem
from core import clock
from monitoring import selectors
from monitoring.alerts.severity import severity_of
from monitoring.checks import services
from monitoring.models import Check, Threshold
from tests.monitoring.scenario import MonitoringScenario, Target


def _state(lab: MonitoringScenario) -> tuple[str, str]:
    with lab.at():
        view = selectors.system_health([lab.house.system.id])[lab.house.system.id]
    return view.state, view.note


def test_a_system_without_a_check_is_unknown_and_says_so(lab: MonitoringScenario) -> None:
    assert _state(lab) == ("unknown", "no check yet")


def test_a_system_is_as_bad_as_its_worst_check(lab: MonitoringScenario, target: Target, other_target: Target) -> None:
    lab.limit(lab.watch(target))
    lab.watch(other_target)
    target.says(rate=0.9)
    other_target.says(rate=0.9)
    lab.round()
    assert _state(lab)[0] == "healthy"
    target.says(rate=0.71)
    lab.round(3)
    assert _state(lab)[0] == "degraded"
    other_target.fails()
    lab.round(3)
    assert _state(lab)[0] == "down"


def test_preproduction_makes_a_system_neither_better_nor_worse(
    lab: MonitoringScenario, target: Target, other_target: Target
) -> None:
    lab.watch(target)
    lab.watch(other_target, environment_kind="preproduction")
    target.says(rate=0.9)
    other_target.fails()
    lab.round(3)
    assert _state(lab)[0] == "healthy"


def test_silence_is_unknown_and_says_since_when(lab: MonitoringScenario, target: Target) -> None:
    lab.watch(target)
    target.says(rate=0.9)
    lab.round()
    lab.moment += timedelta(minutes=30)
    state, note = _state(lab)
    assert state == "unknown"
    assert note.startswith("no data since")


def test_what_is_down_stays_down_while_it_is_silent(lab: MonitoringScenario, target: Target) -> None:
    """Silence is no recovery."""
    check_id = lab.watch(target)
    target.fails()
    lab.round(3)
    lab.moment += timedelta(minutes=30)
    with clock.at(lab.moment):
        services.mark_stale()
    assert lab.check(check_id).health == "down"


def test_a_paused_system_is_paused(lab: MonitoringScenario, target: Target) -> None:
    lab.watch(target)
    target.fails()
    lab.round(3)
    with lab.at():
        client_services.pause_system(system_id=lab.house.system.id)
    assert _state(lab)[0] == "paused"


def test_the_mark_of_a_page_changes_with_every_answer(lab: MonitoringScenario, target: Target) -> None:
    lab.watch(target)
    target.says(rate=0.9)
    marks = set()
    for _round in range(3):
        lab.round()
        with lab.at():
            marks.add((selectors.freshness(lab.house.system.id), selectors.version_token()))
    assert len(marks) == 3


def test_values_are_shown_with_their_limit_and_a_failed_answer_shows_none(
    lab: MonitoringScenario, target: Target
) -> None:
    lab.limit(lab.watch(target))
    target.says(rate=0.9)
    lab.round()
    with lab.at():
        rate = selectors.metrics_of(lab.house.system.id)[0]
    assert (rate.label, rate.value, rate.tone) == ("Rate", 0.9, "")
    assert "90" in rate.last_text
    assert "77" in rate.threshold_text
    target.fails()
    lab.round()
    with lab.at():
        assert selectors.metrics_of(lab.house.system.id)[0].value is None


@pytest.mark.parametrize(
    ("health", "criticality", "facing", "severity"),
    [
        ("down", "high", False, "critical"),
        ("down", "medium", False, "high"),
        ("down", "low", False, "medium"),
        ("degraded", "high", False, "high"),
        ("degraded", "medium", False, "medium"),
        ("degraded", "low", False, "low"),
        ("down", "high", True, "critical"),
        ("down", "medium", True, "critical"),
        ("degraded", "medium", True, "high"),
        ("degraded", "low", True, "medium"),
    ],
)
def test_how_bad_an_alert_is_follows_the_defaults(health: str, criticality: str, facing: bool, severity: str) -> None:
    assert severity_of(health=health, criticality=criticality, customer_facing=facing) == severity


def test_a_check_is_as_bad_as_the_worst_of_its_limits(lab: MonitoringScenario, target: Target) -> None:
    lab.limit(check_id := lab.watch(target))
    target.says(rate=0.71)
    lab.round(3)
    with lab.at():
        row = selectors.check(check_id)
        assert (row.health, selectors.check_states([row])[check_id]) == ("healthy", "degraded")


def test_the_short_way_for_all_systems_says_the_same_as_the_long_way_for_one(
    lab: MonitoringScenario, target: Target
) -> None:
    """Random states of checks, limits and systems; the home page counts on the database's grouping."""
    chance = random.Random(20261121)
    checks = [lab.watch(target, name=f"Check {number}") for number in range(3)]
    limits = [lab.limit(check) for check in checks]
    for _round in range(60):
        with lab.at():
            for check in checks:
                Check.objects.filter(id=check).update(
                    health=chance.choice(["healthy", "degraded", "down", "unknown"]),
                    enabled=chance.random() < 0.8,
                    last_finished_at=chance.choice([None, lab.moment, lab.moment, lab.moment - timedelta(minutes=9)]),
                )
            for limit in limits:
                Threshold.objects.filter(id=limit).update(
                    health=chance.choice(["healthy", "degraded", "unknown"]), missing_streak=chance.choice([0, 5])
                )
            AISystem.objects.filter(id=lab.house.system.id).update(paused_at=chance.choice([None, None, lab.moment]))
            long_way = selectors.system_health([lab.house.system.id])[lab.house.system.id].state
            assert selectors.system_states().get(lab.house.system.id, "unknown") == long_way
