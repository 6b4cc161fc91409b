"""F38 Timely access and context: "waiting on client" starts a client clock and pauses ours, with reason and
reminders."""

from __future__ import annotations

from tests.cast import AgencyFixture
from tests.mission.acting import Program, Somebody, at, mails, work
from tests.mission.doing import HOME, MORNING, PORTAL, opens, signs

QUESTION = "Which orders are affected?"


def ask(owner: Somebody) -> str:
    """An incident whose clocks stop after an hour, because the client is asked something."""
    signs(owner)
    with at("2026-05-01 08:00"):
        owner.fills(f"{HOME}clients/north-client/go-live/", sure="on")
    with at(MORNING):
        incident = opens(owner, severity="high")
        owner.presses(incident, "/steps/acknowledge/")
    with at("2026-06-01 09:00"):
        owner.fills(incident, "/pause/", party="client", reason=QUESTION)
    return incident


def test_our_clock_stands_still_and_the_clients_counts_while_the_client_is_asked(
    owner: Somebody, contact: Somebody, program: Program
) -> None:
    incident = ask(owner)
    with at("2026-06-01 12:00"):
        page, portal = owner.reads(incident).text, contact.reads(f"{PORTAL}incidents/1/").text
        assert "Waiting on The client" in page
        assert "Resolution Paused 23 h left" in page
        assert "Waiting since 09:00" in page
        assert f"Waiting on you: {QUESTION}" in portal
        assert "Asked 3 h ago" in portal
        assert QUESTION in contact.reads(PORTAL).text
        owner.fills(incident, "/client-message/", body="All of Monday's.")
        assert "Resolution Running 23 h left" in owner.reads(incident).text
    with at("2026-06-01 13:00"):
        (clock,) = program.finds("clocks/", metric="resolution")
    waited = [part for part in clock["segments"] if part["waiting_on"] == "client"]
    assert [(part["kind"], part["seconds"]) for part in waited] == [("paused", 3 * 3600)]
    assert clock["remaining_seconds"] == 22 * 3600


def days_pass(*days: int) -> None:
    """The workers run a minute after nine on each of these days of June."""
    for day in days:
        with at(f"2026-06-{day:02d} 09:01"):
            work()


def test_the_time_that_the_client_took_is_told_apart_from_ours(owner: Somebody, program: Program) -> None:
    incident = ask(owner)
    with at("2026-06-01 12:00"):
        owner.fills(incident, "/client-message/", body="All of Monday's.")
    with at("2026-06-01 14:00"):
        owner.fills(incident, "/steps/resolve/", body="Sent anew.")
        assert "Us 3 h" in owner.reads(f"{HOME}sla-review/").text
        assert "The client 3 h" in owner.reads(f"{HOME}sla-review/").text
        period = {"from": "2026-06-01T00:00:00Z", "to": "2026-06-02T00:00:00Z"}
        sides = {row["side"]: row["seconds"] for row in program.reads("attainment/", **period)["responsibility"]}
    assert sides == {"us": 3 * 3600, "client": 3 * 3600}


def test_the_client_is_asked_at_once_and_reminded_three_times(
    owner: Somebody, contact: Somebody, house: AgencyFixture
) -> None:
    incident = ask(owner)
    days_pass(1)
    asked = mails(house.contact.email)
    assert any(QUESTION in subject for subject in asked), asked
    days_pass(*range(2, 12))
    reminders = mails(house.contact.email)[len(asked) :]
    assert len(reminders) == 3, reminders
    with at("2026-06-12 09:00"):
        assert owner.reads(incident).text.count("Client reminded") == 3
        assert contact.reads(f"{PORTAL}incidents/1/").text.count("Client reminded") == 3


def test_once_the_client_has_answered_nobody_reminds_them(owner: Somebody, house: AgencyFixture) -> None:
    incident = ask(owner)
    days_pass(1, 2)
    before = len(mails(house.contact.email))
    with at("2026-06-02 10:00"):
        owner.fills(incident, "/client-message/", body="All of Monday's.")
    days_pass(*range(3, 12))
    assert len(mails(house.contact.email)) == before
    with at("2026-06-12 09:00"):
        assert owner.reads(incident).text.count("Client reminded") == 1
