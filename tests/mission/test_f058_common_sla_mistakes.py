"""F58 Common SLA mistakes: a lint warns on: general availability only, no support/enhancement split, vague severity,
implied resolution guarantee, no client duties, undefined reporting/monitoring."""

from __future__ import annotations

import pytest

from tests.mission.acting import Program, Somebody
from tests.mission.doing import HOME, promises

SOUND = {f"first_response_{severity}": "1h" for severity in ("critical", "high")} | {"resolution_critical": "8h"}
NOTHING = "Nothing that leads to disputes was found in the newest version."
# What is written into the form for each mistake, and what the page says then.
MISTAKES: dict[str, tuple[dict[str, str | None], str]] = {
    "general_availability_only": (
        {"first_response_critical": None, "first_response_high": None, "uptime_target": "99.9"},
        "Nobody promises to answer: Critical, High",
    ),
    "no_support_enhancement_split": (
        {"excluded": None},
        "What is included and what is separate is not told apart",
    ),
    "vague_severity": ({"definition_critical": "Urgent"}, "It is not said what these mean: Critical"),
    "implied_resolution_guarantee": ({"guarantee_resolution": "on"}, "A resolution is guaranteed"),
    "no_client_duties": ({"client_duties": None}, "The client has no duties"),
    "undefined_reporting": ({"reporting": None}, "It is not said what is watched and reported"),
}


def found(program: Program, name: str) -> list[str]:
    """The keys of what a program is told of the policy."""
    policy = next(row for row in program.finds("policies/") if row["name"] == name)
    return [finding["key"] for finding in program.finds(f"policies/{policy['id']}/versions/")[0]["findings"]]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_warned_of_by_itself(mistake: str, owner: Somebody, program: Program) -> None:
    written, said = MISTAKES[mistake]
    page = owner.reads(promises(owner, "Mistaken", **SOUND | written)).text
    assert "What this agreement leaves open 1" in page
    assert said in page
    assert found(program, "Mistaken") == [mistake]


def test_what_makes_none_of_them_is_told_so(owner: Somebody, program: Program) -> None:
    assert NOTHING in owner.reads(promises(owner, "Sound", **SOUND)).text
    assert found(program, "Sound") == []


def test_all_six_are_found_in_one_agreement_until_a_new_version_mends_them(owner: Somebody, program: Program) -> None:
    written: dict[str, str | None] = {"resolution_critical": "8h"}
    for fields, _said in MISTAKES.values():
        written |= fields
    policy = promises(owner, "Careless", **written)
    assert found(program, "Careless") == list(MISTAKES)
    owner.fills(f"{HOME}settings/response-times/careless/new-version/", **SOUND, client_duties="Answer in time.")
    assert "no_client_duties" not in found(program, "Careless")
    assert "The client has no duties" not in owner.reads(policy).text
