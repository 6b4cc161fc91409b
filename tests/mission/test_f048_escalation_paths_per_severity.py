"""F48 Escalation paths per severity: unacknowledged work climbs the chain on schedule."""

from __future__ import annotations

from tests.cast import AgencyFixture
from tests.mission.acting import Somebody, after, at, mails, work
from tests.mission.doing import MORNING, opens, promises, signs

TIMES = {"first_response_critical": "1h", "first_response_low": "1h"}
# What is critical goes to the account managers after half of the hour and to the owners at its end; the rest waits.
LADDER = {
    "rung_0_when": "50%",
    "rung_0_to": "account_manager",
    "rung_0_severities": "critical",
    "rung_1_when": "100%",
    "rung_1_to": "agency_owner",
    "rung_1_severities": "critical",
    "rung_2_when": "150%",
    "rung_2_to": "agency_owner",
    "rung_2_severities": "medium,low",
}


def climbed(owner: Somebody, incident: str) -> list[str]:
    """Whom it has gone to, as its page says."""
    text = owner.reads(incident).text
    names = ("the account managers", "the agency's owners")
    return [name for name in names if f"Escalated First response · {name}" in text]


def pass_time(minutes: int) -> None:
    """The workers run at that minute of the incident."""
    with at(after(MORNING, minutes=minutes)):
        work()


def test_each_severity_climbs_its_own_chain_while_nobody_acknowledges(owner: Somebody, house: AgencyFixture) -> None:
    promises(owner, "Ladder", **TIMES, **LADDER)
    signs(owner, "Ladder")
    with at(MORNING):
        critical, low = opens(owner), opens(owner, "A typing error", "low")
        work()
    before = len(mails(house.manager.email))
    steps: dict[int, tuple[list[str], list[str]]] = {29: ([], []), 30: (["the account managers"], [])}
    steps |= {60: (["the account managers", "the agency's owners"], [])}
    steps |= {90: (["the account managers", "the agency's owners"], ["the agency's owners"])}
    for minutes, expected in steps.items():
        pass_time(minutes)
        with at(after(MORNING, minutes=minutes)):
            assert (climbed(owner, critical), climbed(owner, low)) == expected, minutes
    told = mails(house.manager.email)[before:]
    assert any("Answers are wrong" in subject or "INC-1" in subject for subject in told), told


def test_what_is_acknowledged_climbs_no_further(owner: Somebody) -> None:
    promises(owner, "Ladder", **TIMES, **LADDER)
    signs(owner, "Ladder")
    with at(MORNING):
        incident = opens(owner)
    pass_time(30)
    with at("2026-06-01 08:40"):
        owner.presses(incident, "/steps/acknowledge/")
    pass_time(120)
    with at("2026-06-01 10:00"):
        assert climbed(owner, incident) == ["the account managers"]
