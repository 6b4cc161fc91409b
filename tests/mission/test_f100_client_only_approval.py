"""F100 Client-only approval: approval by a right-holding contact, time-stamped, on a frozen version."""

from __future__ import annotations

import re

from tests.mission.acting import Page, Program, Somebody, at, work
from tests.mission.doing import HOME, PORTAL, covers, drafts, owns

ASKED, DECIDED = "2026-06-01 08:00", "2026-06-02 10:30"


def proposes(owner: Somebody) -> str:
    """A draft with all that it needs, proposed to whoever may approve; returns its address."""
    with at(ASKED):
        owns(owner)
        retainer = drafts(owner).path
        covers(owner, retainer)
        form = owner.reads(f"{retainer}propose/").form("contact_ids")
        owner.fills(f"{retainer}propose/", contact_ids=form.options["contact_ids"], words="As on Tuesday.")
        work()
    return retainer


def page_of(contact: Somebody) -> str:
    """Where the portal sends them to decide; empty where nothing waits."""
    found = re.search(r'href="(/approve/[^"]+)"', contact.reads(PORTAL).html)
    return found[1] if found else ""


def record(owner: Somebody) -> Page:
    """What the staff reads of the newest approval."""
    found = re.search(rf'href="({HOME}approvals/[0-9a-f-]+/)"', owner.reads(f"{HOME}approvals/").html)
    assert found
    return owner.reads(found[1])


def test_a_contact_with_the_right_approves_and_the_time_is_kept(
    owner: Somebody, contact: Somebody, program: Program
) -> None:
    retainer = proposes(owner)
    with at(DECIDED):
        contact.fills(page_of(contact), act="approve", words="Fine with us.")
        work()
        assert "Accepted" in owner.reads(retainer).text
    said = record(owner).text
    assert "Approved" in said
    assert "Fine with us." in said
    row = program.finds("approvals/")[0]
    acts = program.reads(f"approvals/{row['id']}/")["acts"]
    assert (row["state"], row["decided_at"]) == ("approved", "2026-06-02T10:30:00Z")
    assert [(act["act"], act["at"]) for act in acts][-1] == ("approved", "2026-06-02T10:30:00Z")


def test_nobody_else_approves_it(owner: Somebody, contact: Somebody, colleague: Somebody, program: Program) -> None:
    proposes(owner)
    where = page_of(contact)
    for other in (owner, colleague):
        assert other.reads(where).status == 404
    row = program.finds("approvals/")[0]
    assert program.sends(f"approvals/{row['id']}/approve/")["status"] == 404, "no program does either"
    assert program.finds("approvals/")[0]["state"] == "open"


def test_what_was_shown_does_not_change_and_is_what_was_approved(
    owner: Somebody, contact: Somebody, program: Program
) -> None:
    retainer = proposes(owner)
    where = page_of(contact)
    shown = contact.reads(where).text
    assert "€400.00 a month" in shown
    assert "Withdraw the proposal first" in owner.fills(f"{retainer}edit/", price_minor="450").text
    owner.presses(retainer, "back-to-draft")
    owner.fills(f"{retainer}edit/", price_minor="450")
    assert "€400.00 a month" in contact.reads(where).text, "the old page shows what it showed"
    assert [row["state"] for row in program.finds("approvals/")] == ["withdrawn"]
