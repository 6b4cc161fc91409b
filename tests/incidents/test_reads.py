"""Finding incidents: lists, words, numbers, and the mark by which a page knows that something changed."""

from __future__ import annotations

import pytest

from core.errors import NotFound
from incidents import selectors
from tests.cast import Cast, random_id
from tests.incidents.scenario import IncidentScenario


def test_what_is_over_is_not_open(ward: IncidentScenario) -> None:
    work, done, nothing = ward.open(), ward.open(), ward.held()
    ward.do("resolve", done)
    ward.do("call_false_alarm", nothing, reason="A test of ours")
    with ward.house.scope():
        assert [row.id for row in selectors.open_incidents()] == [work]
        assert selectors.incidents().count() == 3


def test_the_newest_comes_first_and_a_list_can_be_narrowed(ward: IncidentScenario) -> None:
    old, new = ward.open("2026-06-01 08:00"), ward.open("2026-06-02 08:00")
    elsewhere = ward.open("2026-06-03 08:00", system_id=ward.house.other_system.id)
    with ward.house.scope():
        assert [row.id for row in selectors.incidents()] == [elsewhere, new, old]
        assert [row.id for row in selectors.incidents(client_id=ward.house.client.id)] == [new, old]
        assert [row.id for row in selectors.incidents(system_id=ward.house.other_system.id)] == [elsewhere]


@pytest.mark.parametrize("words", ["1", "INC-1", "inc1", " Inc-1 ", "wrong", "ANSWERS ARE"])
def test_an_incident_is_found_by_its_number_and_by_its_words(ward: IncidentScenario, words: str) -> None:
    incident_id = ward.open()
    ward.open(title="Slow")
    with ward.house.scope():
        assert [row.id for row in selectors.search(words)] == [incident_id]


@pytest.mark.parametrize("words", ["", "  ", "%", "_", "\x00", "INC-", "999999999999", "'; --"])
def test_words_that_mean_nothing_find_nothing(ward: IncidentScenario, words: str) -> None:
    ward.open()
    with ward.house.scope():
        assert list(selectors.search(words)) == []


def test_what_is_not_there_is_not_found(ward: IncidentScenario, cast: Cast) -> None:
    theirs = IncidentScenario(cast.south).open()
    with ward.house.scope():
        for incident_id in (theirs, random_id()):
            with pytest.raises(NotFound):
                selectors.incident(incident_id)
        with pytest.raises(NotFound):
            selectors.incident_by_number(1)


def test_the_mark_changes_with_every_change_however_old_the_incident(ward: IncidentScenario) -> None:
    """Sixty incidents, and a note on the very first."""
    rows = [ward.open(f"2026-06-01 08:{minute:02}") for minute in range(60)]
    ward.do("post_note", rows[30], "2026-06-02 08:00", body="Seen")
    seen = set()
    for moment in range(3):
        with ward.house.scope():
            seen.add(selectors.version_token())
        ward.do("post_note", rows[0], f"2026-06-02 09:0{moment}", body="Seen")
    assert len(seen) == 3


def test_the_client_s_mark_changes_when_an_incident_is_shown(ward: IncidentScenario) -> None:
    incident_id = ward.held()
    with ward.house.portal():
        before = selectors.version_token()
    ward.do("confirm", incident_id)
    with ward.house.portal():
        assert selectors.version_token() != before


def test_owners_are_people_on_the_staff(ward: IncidentScenario) -> None:
    with ward.house.scope():
        people = {member.user_id for member in selectors.possible_owners()}
    assert ward.house.engineer.id in people
    assert ward.house.contact.id not in people
