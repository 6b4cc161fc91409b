"""F43 Resolution time target, separate: own clock, stops at fix or stabilise; labelled target or guarantee."""

from __future__ import annotations

from tests.mission.acting import Program, Somebody, at
from tests.mission.doing import HOME, MORNING, PORTAL, opens, promises, signs

HOURS = {f"{metric}_critical": time for metric, time in (("first_response", "30m"), ("mitigation", "4h"))}


def clocks(program: Program) -> dict[str, tuple[str, int, bool]]:
    """By promise: how it stands, how much of it was used, and whether it is guaranteed."""
    rows = program.finds("clocks/")
    return {row["metric"]: (row["state"], row["consumed_seconds"], row["is_guarantee"]) for row in rows}


def test_the_resolution_has_a_clock_of_its_own_that_only_the_fix_stops(
    owner: Somebody, contact: Somebody, program: Program
) -> None:
    signs(owner)
    with at(MORNING):
        incident = opens(owner)
    with at("2026-06-01 08:20"):
        page = owner.presses(incident, "/steps/acknowledge/").text
        assert "First response Met" in page
        assert "Resolution Running 7 h 40 min left due 16:00" in page
    with at("2026-06-01 10:00"):
        page = owner.fills(incident, "/steps/resolve/", body="Rolled the prompt back.").text
        said = "Resolution Met 6 h to spare done 10:00, due 16:00"
        assert said in page
        assert said in contact.reads(f"{PORTAL}incidents/1/").text
    found = clocks(program)
    assert found["first_response"][:2] == ("met", 20 * 60)
    assert found["resolution"][:2] == ("met", 2 * 3600)


def test_where_stabilising_is_promised_it_stops_a_clock_of_its_own(owner: Somebody, program: Program) -> None:
    promises(owner, "Stable", resolution_critical="8h", guarantee_resolution="on", **HOURS)
    signs(owner, "Stable")
    with at(MORNING):
        incident = opens(owner)
    with at("2026-06-01 09:00"):
        page = owner.presses(incident, "/steps/mitigate/").text
        assert "Mitigation Met 3 h to spare" in page
        assert "Resolution Running 7 h left" in page
    with at("2026-06-01 09:30"):
        found = clocks(program)
    assert (found["mitigation"][:2], found["resolution"][0]) == (("met", 3600), "running")


def test_each_is_labelled_a_target_or_a_guarantee(owner: Somebody, contact: Somebody, program: Program) -> None:
    signs(owner)
    with at(MORNING):
        incident = opens(owner)
    with at("2026-06-01 08:10"):
        for page in (owner.reads(incident).text, contact.reads(f"{PORTAL}incidents/1/").text):
            assert "Guaranteed: 30 min of support time." in page
            assert "The target is 8 h of support time." in page
        found = clocks(program)
    assert (found["first_response"][2], found["resolution"][2]) == (True, False)
    agreement = contact.reads(f"{PORTAL}agreement/").text
    assert "First response Guaranteed" in agreement
    assert "Resolution Guaranteed" not in agreement
    promises(owner, "Sworn", resolution_critical="8h", guarantee_resolution="on", **HOURS)
    assert "Resolution 24x7 · guaranteed Critical 8 h" in owner.reads(f"{HOME}settings/response-times/sworn/").text
