"""F46 1-hour initial triage for production issues: a triage clock separate from response; breach alerts before the hour
ends."""

from __future__ import annotations

from tests.cast import AgencyFixture
from tests.mission.acting import Program, Somebody, at, mails, work
from tests.mission.doing import MORNING, opens, promises, signs

ROWS = {f"{metric}_critical": "1h" for metric in ("triage", "first_response")}


def test_triage_has_an_hour_and_a_clock_of_its_own_beside_the_response(owner: Somebody, program: Program) -> None:
    promises(owner, "Written", response_rule="message", **ROWS)
    signs(owner, "Written")
    with at(MORNING):
        incident = opens(owner)
        assert "Triage Running 1 h left due 09:00" in owner.reads(incident).text
    with at("2026-06-01 08:20"):
        page = owner.presses(incident, "/steps/acknowledge/").text
        assert "Triage Met 40 min to spare done 08:20, due 09:00" in page
        assert "First response Running 40 min left" in page
    with at("2026-06-01 08:25"):
        states = {row["metric"]: row["state"] for row in program.finds("clocks/")}
    assert (states["triage"], states["first_response"]) == ("met", "running")


def test_whoever_has_the_system_is_warned_before_the_hour_is_over(owner: Somebody, house: AgencyFixture) -> None:
    signs(owner)
    with at(MORNING):
        incident = opens(owner)
        work()
    before = mails(house.engineer.email)
    with at("2026-06-01 08:29"):
        work()
        assert "Deadline near Triage" not in owner.reads(incident).text
    with at("2026-06-01 08:50"):
        work()
        page = owner.reads(incident).text
        assert "Deadline near Triage" in page
        assert "Deadline missed Triage" not in page
        assert "Triage At risk 10 min left" in page
    warned = mails(house.engineer.email)[len(before) :]
    assert any("triage" in subject.lower() for subject in warned), warned
    with at("2026-06-01 09:01"):
        work()
        assert "Deadline missed Triage" in owner.reads(incident).text
