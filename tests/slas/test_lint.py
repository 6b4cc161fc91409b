"""The six common mistakes of an agreement, each found where it is and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from slas import selectors, services
from slas.models import PolicyVersion
from slas.policies.catalogue import POLICIES, wording_of
from slas.policies.content import Wording
from tests.cast import Cast, random_id
from tests.slas.scenario import HOUR, SlaScenario

GOOD = wording_of(POLICIES[1])


@pytest.fixture
def desk(cast: Cast) -> SlaScenario:
    return SlaScenario(cast.north, {"resolution": HOUR})


def policy(
    desk: SlaScenario, wording: Wording, *, answered: tuple[str, ...] = ("critical", "high"), **more: Any
) -> PolicyVersion:
    rows = [("first_response", severity) for severity in answered] + [("resolution", "critical")]
    targets = [
        {"metric": metric, "severity": severity, "seconds": HOUR, "calendar_version_id": desk.calendar.id}
        | (more if metric == "resolution" else {})
        for metric, severity in rows
    ]
    return services.create_policy(name=f"Policy {random_id()}", targets=targets, wording=wording)


def keys(desk: SlaScenario, wording: Wording, **more: Any) -> list[str]:
    with desk.at("2026-06-01 08:00"):
        return [finding.key for finding in selectors.findings(policy(desk, wording, **more))]


def test_a_whole_agreement_leaves_nothing_open(desk: SlaScenario) -> None:
    assert keys(desk, GOOD) == []


ONE_MISTAKE: dict[str, tuple[Wording, dict[str, Any]]] = {
    "general_availability_only": (GOOD, {"answered": ("critical",)}),
    "no_support_enhancement_split": (replace(GOOD, excluded=()), {}),
    "vague_severity": (replace(GOOD, severity_definitions={**GOOD.severity_definitions, "high": "Bad."}), {}),
    "implied_resolution_guarantee": (GOOD, {"is_guarantee": True}),
    "no_client_duties": (replace(GOOD, client_duties=()), {}),
    "undefined_reporting": (replace(GOOD, reporting=" "), {}),
}


@pytest.mark.parametrize("key", ONE_MISTAKE)
def test_each_of_the_six_is_found_alone(desk: SlaScenario, key: str) -> None:
    wording, more = ONE_MISTAKE[key]
    assert keys(desk, wording, **more) == [key]


def test_two_severities_that_mean_the_same_are_vague(desk: SlaScenario) -> None:
    same = dict.fromkeys(("critical", "high"), "Something does not work as it should.")
    assert keys(desk, replace(GOOD, severity_definitions=same)) == ["vague_severity"]


def test_a_severity_for_which_nothing_is_promised_needs_no_words(desk: SlaScenario) -> None:
    said = {name: text for name, text in GOOD.severity_definitions.items() if name in ("critical", "high")}
    assert keys(desk, replace(GOOD, severity_definitions=said)) == []


def test_an_agreement_that_says_nothing_has_them_all_but_the_guarantee(desk: SlaScenario) -> None:
    assert keys(desk, Wording(), answered=()) == [
        "general_availability_only",
        "no_support_enhancement_split",
        "vague_severity",
        "no_client_duties",
        "undefined_reporting",
    ]


def test_the_policies_of_a_new_agency_leave_nothing_open(cast: Cast) -> None:
    with cast.north.scope():
        services.install_catalogue()
        for version in selectors.latest_policy_versions():
            assert selectors.findings(version) == []
