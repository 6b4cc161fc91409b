"""What a version says besides its times: kept as written, carried on, refused where it cannot be meant."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.errors import DomainError
from slas import selectors, services
from slas.escalation import EscalationPolicy, EscalationStep
from slas.models import PolicyVersion, Target
from slas.policies.content import Wording
from tests.cast import Cast, random_id
from tests.slas.scenario import HOUR, SlaScenario, sweep, utc

FULL = Wording(
    severity_definitions={"critical": "Nobody can order.", "low": "A typo."},
    covered=("Repair", "Watching"),
    excluded=("New features",),
    client_duties=("Answer within a day",),
    reporting="Latency and errors, weekly.",
    response_rule="message",
    reopen_days=3,
    uptime_target=Decimal("99.9"),
    maintenance_counts=True,
    escalation=EscalationPolicy((EscalationStep(to="owner", percent=50),), ("20:00", "07:00")),
)


@pytest.fixture
def desk(cast: Cast) -> SlaScenario:
    return SlaScenario(cast.north, {"resolution": 4 * HOUR})


def policy(desk: SlaScenario, wording: Wording | None = None, **more: Any) -> PolicyVersion:
    target = {"severity": "high", "metric": "resolution", "seconds": 4 * HOUR, "calendar_version_id": desk.calendar.id}
    return services.create_policy(name=f"Policy {random_id()}", targets=[target | more], wording=wording)


def test_a_version_says_what_was_written_and_the_next_goes_on_saying_it(desk: SlaScenario) -> None:
    with desk.at("2026-06-01 08:00"):
        first = policy(desk, FULL)
        row = selectors.policy_version(first.id)
        assert selectors.wording(row) == FULL
        target = {"severity": "high", "metric": "resolution", "seconds": HOUR, "calendar_version_id": desk.calendar.id}
        second = services.new_policy_version(policy_id=first.policy_id, targets=[target])
        assert selectors.wording(selectors.policy_version(second.id)) == FULL
        third = services.new_policy_version(policy_id=first.policy_id, targets=[target], wording=Wording())
        assert selectors.wording(selectors.policy_version(third.id)) == Wording()
        # What was signed stays what it was.
        assert selectors.wording(selectors.policy_version(first.id)) == FULL


def test_a_severity_means_what_the_version_says_and_else_what_it_usually_means(desk: SlaScenario) -> None:
    with desk.at("2026-06-01 08:00"):
        texts = selectors.severity_texts(policy(desk, FULL).id)
        usual = selectors.severity_texts(None)
    assert list(texts) == ["critical", "high", "medium", "low"]
    assert (texts["critical"], texts["low"]) == ("Nobody can order.", "A typo.")
    assert texts["high"] == usual["high"]


REFUSED: dict[str, tuple[Wording, str]] = {
    "an unknown severity": (Wording(severity_definitions={"awful": "x"}), "severity"),
    "too many clauses": (Wording(covered=tuple(f"Clause {n}" for n in range(41))), "covered"),
    "a clause without end": (Wording(excluded=("x" * 501,)), "excluded"),
    "an unknown rule": (Wording(response_rule="telepathy"), "response_rule"),
    "a negative time to reopen": (Wording(reopen_days=-1), "reopen_days"),
    "two years to reopen": (Wording(reopen_days=700), "reopen_days"),
    "more uptime than there is": (Wording(uptime_target=Decimal("100.1")), "uptime_target"),
    "no uptime": (Wording(uptime_target=Decimal(0)), "uptime_target"),
    "quiet hours of no length": (
        Wording(escalation=EscalationPolicy((EscalationStep(to="owner", percent=1),), ("08:00", "08:00"))),
        "quiet",
    ),
    "a ladder into the sky": (
        Wording(escalation=EscalationPolicy((EscalationStep(to="owner", percent=1),) * 51)),
        "escalation",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_meant_is_refused_by_its_field(desk: SlaScenario, case: str) -> None:
    wording, field = REFUSED[case]
    with desk.at("2026-06-01 08:00"), pytest.raises(DomainError) as refused:
        policy(desk, wording)
    assert refused.value.field == field


def test_warnings_of_a_target_are_given_when_it_says(desk: SlaScenario) -> None:
    with desk.at("2026-06-01 08:00"):
        version = policy(desk, warn=[{"percent": 25}, {"seconds_before": 1800}])
    subject = desk.start("2026-06-01 08:00", policy_version_id=version.id)
    sweep("2026-06-01 08:59")
    assert desk.told(subject) == []
    sweep("2026-06-01 09:00")
    assert desk.told(subject) == ["percent:25"]
    sweep("2026-06-01 11:30")
    assert desk.told(subject) == ["percent:25", "before:1800"]


def test_without_warnings_of_its_own_a_target_has_the_usual_one(desk: SlaScenario) -> None:
    subject = desk.start("2026-06-01 08:00")
    sweep("2026-06-01 11:00")
    assert desk.told(subject) == ["percent:75"]


@pytest.mark.parametrize(
    "warn",
    [
        [{"percent": 0}],
        [{"percent": 101}],
        [{"seconds_before": -1}],
        [{"seconds_before": 4 * HOUR}],
        [{"seconds_before": 5 * HOUR}],
        [{"percent": 50, "seconds_before": 60}],
        [{"half": 1}],
        [{"percent": n} for n in range(1, 12)],
    ],
)
def test_a_warning_that_could_not_be_given_in_time_is_refused(desk: SlaScenario, warn: list[dict[str, int]]) -> None:
    with desk.at("2026-06-01 08:00"), pytest.raises(DomainError) as refused:
        policy(desk, warn=warn)
    assert refused.value.field == "resolution_high"


def test_a_promise_stops_for_those_whom_it_names(desk: SlaScenario) -> None:
    with desk.at("2026-06-01 08:00"):
        version = policy(desk, pausing=["client", "client"])
        assert Target.objects.get(version=version).pausing == ["client"]
    stops = desk.start("2026-06-01 08:00", policy_version_id=version.id)
    runs = desk.start("2026-06-01 08:00", policy_version_id=version.id)
    desk.record(stops, "pause", "2026-06-01 09:00", party="client")
    desk.record(runs, "pause", "2026-06-01 09:00", party="vendor")
    assert (desk.clock(stops).state, desk.clock(stops).next_fire_at) == ("paused", None)
    assert desk.clock(runs).state == "running"
    assert desk.clock(runs).due_at == utc("2026-06-01 12:00")


def test_all_parties_are_the_same_as_none_named_and_an_unknown_one_is_refused(desk: SlaScenario) -> None:
    with desk.at("2026-06-01 08:00"):
        version = policy(desk, pausing=["window", "provider", "vendor", "client"])
        assert Target.objects.get(version=version).pausing == []
        with pytest.raises(DomainError):
            policy(desk, pausing=["neighbour"])


def test_the_policies_of_a_new_agency_say_all_of_it(cast: Cast) -> None:
    with cast.north.scope():
        services.install_catalogue()
        for version in selectors.latest_policy_versions():
            said = selectors.wording(version)
            assert len(said.severity_definitions) == 4
            assert (len(said.covered), len(said.excluded), len(said.client_duties)) == (5, 4, 5)
            assert said.reporting
            assert [(step.to, step.percent) for step in said.escalation.steps] == [
                ("on_call", 50),
                ("account_manager", 75),
                ("agency_owner", 100),
            ]
            assert said.escalation.quiet == ("20:00", "07:00")
