"""F38 Timely access and context: "waiting on client" starts a client clock and pauses ours, with reason and
reminders."""

from __future__ import annotations

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


def test_the_client_is_asked_at_once_and_reminded_until_they_answer(owner: Somebody, contact: Somebody) -> None:
    incident = ask(owner)
    with at("2026-06-01 09:01"):
        work()
    asked = mails(contact.email)
    for day in range(2, 12):
        with at(f"2026-06-{day:02d} 09:01"):
            work()
    reminders = mails(contact.email)[len(asked) :]
    assert [QUESTION in subject or "INC-1" in subject for subject in reminders] == [True] * 3, reminders
    with at("2026-06-12 09:00"):
        assert owner.reads(incident).text.count("Client reminded") == 3
