"""F42 Response time target: clock starts at report, stops at acknowledge-and-begin; met or missed shown."""

from __future__ import annotations

from tests.mission.acting import Program, Somebody, at, work
from tests.mission.doing import MORNING, PORTAL, opens, signs

# Priority promises a first response to what is critical within 30 minutes.
REPORTED = "2026-06-01T07:50"


def test_a_response_in_time_is_met_counted_from_the_report(
    owner: Somebody, engineer: Somebody, contact: Somebody, program: Program
) -> None:
    signs(owner)
    with at(MORNING):
        incident = opens(owner, opened_at=REPORTED)
        assert "First response Running 20 min left due 08:20" in owner.reads(incident).text
    with at("2026-06-01 08:10"):
        said = "First response Met 10 min to spare done 08:10, due 08:20"
        assert said in engineer.presses(incident, "/steps/acknowledge/").text
        assert said in contact.reads(f"{PORTAL}incidents/1/").text
    (clock,) = program.finds("clocks/", metric="first_response")
    assert (clock["state"], clock["target_seconds"], clock["consumed_seconds"]) == ("met", 1800, 1200)
    assert (clock["started_at"], clock["satisfied_at"]) == ("2026-06-01T07:50:00Z", "2026-06-01T08:10:00Z")


def test_a_response_that_comes_late_is_missed_and_stays_so(
    owner: Somebody, engineer: Somebody, contact: Somebody, program: Program
) -> None:
    signs(owner)
    with at(MORNING):
        incident = opens(owner)
    with at("2026-06-01 08:31"):
        work()
        assert "First response Breached" in owner.reads(incident).text
        assert "Deadline missed First response" in owner.reads(incident).text
    with at("2026-06-01 08:45"):
        assert "First response Breached done 15 min late" in engineer.presses(incident, "/steps/acknowledge/").text
        assert "First response Missed done 15 min late" in contact.reads(f"{PORTAL}incidents/1/").text
    (clock,) = program.finds("clocks/", metric="first_response")
    assert (clock["state"], clock["overrun_seconds"]) == ("breached", 900)
