"""F59 The five client questions: portal page answers: what happens when it breaks, how fast, what is included, what is
separate, what we must do."""

from __future__ import annotations

from tests.cast import AgencyFixture
from tests.mission.acting import Somebody, Target, at
from tests.mission.doing import PORTAL, covers, drafts, owns, promises, watches

QUESTIONS = (
    "What happens when something breaks?",
    "How fast do you respond?",
    "What is included?",
    "What is separate?",
    "What do we need to do?",
)
WORDS = {
    "covered": "Repair of what we built.",
    "excluded": "New channels.",
    "client_duties": "Name somebody who answers.",
    "reporting": "We watch the share of solved cases.",
}


def answers(contact: Somebody) -> dict[str, str]:
    """What stands on the page below each question, up to the next."""
    text = contact.reads(f"{PORTAL}agreement/").text
    starts = [text.index(question) for question in QUESTIONS]
    assert starts == sorted(starts)
    return {q: text[a:b] for q, a, b in zip(QUESTIONS, starts, [*starts[1:], len(text)], strict=True)}


def test_the_portal_answers_each_from_what_was_signed(
    owner: Somebody, contact: Somebody, house: AgencyFixture, target: Target
) -> None:
    house.allow(target.host, target.port)
    with at("2026-01-01 08:00"):
        promises(owner, "Own words", first_response_critical="45m", **WORDS)
        owns(owner)
        retainer = drafts(owner, hours_minutes="7h").path
        covers(owner, retainer, "Own words")
        owner.presses(retainer, "/activate/")
        unwatched = answers(contact)
        watches(owner, target.url)
        said = answers(contact)
    broken, fast, included, separate, duties = said.values()
    assert "Nothing watches Support bot at present." in unwatched[QUESTIONS[0]]
    assert "We watch Support bot." in broken
    assert "an incident opens" in broken
    assert "We watch the share of solved cases." in broken
    assert "First response 24x7 · guaranteed Critical 45 min" in fast
    for line in ("Repair of what we built.", "Weekly metric review of every system", "7 h of work a month"):
        assert line in included
    assert "New channels." in separate
    assert "Name somebody who answers." in duties
    assert "While we wait for you, our clocks stand still and say so." in duties


def test_a_draft_answers_nothing_yet(owner: Somebody, contact: Somebody) -> None:
    with at("2026-01-01 08:00"):
        covers(owner, drafts(owner).path)
        page = contact.reads(f"{PORTAL}agreement/").text
    assert "No agreement at present" in page
    assert not any(question in page for question in QUESTIONS)
