"""The workbench: a head with one next act, the others under More, and a timeline whose newest line is last."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from core import clock
from core.models import User
from incidents import services
from retainer.dashboard.acts import Audience, send_words
from retainer.dashboard.timeline import FEWEST_FOLDED, LATEST, folded
from tests.incidents.scenario import IncidentScenario


@pytest.fixture
def ward(standing_ward: IncidentScenario) -> IncidentScenario:
    return standing_ward


def opened(ward: IncidentScenario, minutes: int = 5, **more: Any) -> Any:
    """An incident of a few minutes ago, since pages are read now."""
    values: dict[str, Any] = {"title": "Answers are wrong", "severity": "high", "source": "staff"} | more
    with clock.at(clock.now() - timedelta(minutes=minutes)), ward.house.scope():
        return services.open_incident(system_id=ward.house.system.id, **values)


def act(ward: IncidentScenario, name: str, row: Any, **more: Any) -> None:
    with ward.house.scope():
        getattr(services, name)(incident_id=row.id, **more)


def page_of(ward: IncidentScenario, row: Any, person: User | None = None, **headers: Any) -> str:
    browser = Browser()
    browser.force_login(person or ward.house.owner)
    answer = browser.get(f"/a/{ward.house.agency.slug}/incidents/{row.number}/", **headers)
    assert answer.status_code == 200
    return answer.content.decode()


def head_of(page: str) -> str:
    found = re.search(r'<header class="bench-head".*?</header>', page, flags=re.S)
    assert found is not None
    return found[0]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def primary(page: str) -> str:
    found = re.findall(r'<(?:a|button)\b[^>]*id="next-step".*?</(?:a|button)>', page, flags=re.S)
    assert len(found) == 1, found
    return words(found[0])


def test_the_head_says_what_it_is_how_it_stands_and_what_runs_out(ward: IncidentScenario) -> None:
    head = words(head_of(page_of(ward, opened(ward))))
    for said in ("Answers are wrong", "High", "New", "INC-1", "North Client", "Support bot", "Owner: owner of north"):
        assert said in head, said
    assert re.search(r"First response \w+: \d+ min left", head)
    assert "Resolution" in head


def test_the_head_says_who_is_waited_on(ward: IncidentScenario) -> None:
    row = opened(ward)
    act(ward, "acknowledge", row)
    act(ward, "pause", row, party="vendor", reason="A new key")
    head = words(head_of(page_of(ward, row)))
    assert "Waiting on a vendor" in head
    assert "Waiting since" in head


def test_only_open_clocks_stand_in_the_head_and_the_nearest_is_first(ward: IncidentScenario) -> None:
    row = opened(ward)
    act(ward, "acknowledge", row)
    promised = re.findall(r'class="bench-promise">([^<]+)', head_of(page_of(ward, row)))
    assert "First response" not in promised
    assert promised[-1] == "Resolution"


def test_a_closed_critical_incident_does_not_shout(ward: IncidentScenario) -> None:
    row = opened(ward, severity="critical")
    assert "is-solid" in head_of(page_of(ward, row))
    act(ward, "resolve", row, body="It works again.")
    act(ward, "close", row)
    head = head_of(page_of(ward, row))
    assert "tone-bad" not in head
    assert "Critical" in head


def test_one_act_is_next_from_new_to_closed(ward: IncidentScenario) -> None:
    row = opened(ward, source="alert", fingerprint="check:1")
    assert primary(page_of(ward, row)) == "Acknowledge"
    act(ward, "acknowledge", row)
    assert primary(page_of(ward, row)) == "Confirm and show to North Client"
    act(ward, "confirm", row)
    assert primary(page_of(ward, row)) == "Mark workaround in place"
    act(ward, "mitigate", row)
    assert primary(page_of(ward, row)) == "Resolve"
    act(ward, "resolve", row, body="It works again.")
    assert primary(page_of(ward, row)) == "Close"
    act(ward, "close", row)
    page = page_of(ward, row)
    assert 'id="next-step"' not in page


def test_the_update_is_next_when_it_is_near(ward: IncidentScenario) -> None:
    """Two hours between updates for what is high; after most of them the next one presses."""
    row = opened(ward, minutes=24 * 60)
    act(ward, "acknowledge", row)
    page = page_of(ward, row)
    assert primary(page) == "Send update"
    assert 'href="#composer-update"' in head_of(page)
    assert 'id="composer-update"' in page


def test_the_key_a_acknowledges_and_r_replies(ward: IncidentScenario) -> None:
    page = page_of(ward, opened(ward))
    assert re.search(r'data-shortcut="a"\s', head_of(page))
    assert re.search(r'id="composer-tab-update"[^>]*data-shortcut="r"', page)


def test_under_more_stands_what_else_is_possible_and_what_the_client_sees_of_it(ward: IncidentScenario) -> None:
    held = opened(ward, source="alert", fingerprint="check:1")
    more = words(head_of(page_of(ward, held)).split('<details class="menu bench-more"')[1])
    for said in ("Confirm and show to North Client", "Mark workaround in place North Client does not see this yet."):
        assert said in more, said
    assert "Call it a false alarm North Client never sees it." in more
    for impossible in ("Reopen", "Close", "Let the clocks run again"):
        assert impossible not in more
    act(ward, "confirm", held)
    more = words(head_of(page_of(ward, held)).split('<details class="menu bench-more"')[1])
    assert "Mark workaround in place North Client reads this." in more
    assert "false alarm" not in more


def test_what_is_sent_names_how_many_get_it(ward: IncidentScenario) -> None:
    assert send_words(Audience("Norvik", 2)) == "Send to 2 people"
    assert send_words(Audience("Norvik", 1)) == "Send to 1 person"
    assert send_words(Audience("Norvik", 0)) == "Show to Norvik"
    row = opened(ward)
    assert "Show to North Client" in page_of(ward, row)
    ward.house.client.live_at = clock.now()
    with ward.house.scope():
        ward.house.client.save()
    page = page_of(ward, row)
    assert "Send to 1 person" in page
    assert "Resolve and tell 1 person" in page


def test_who_may_only_look_has_neither_acts_nor_composer(ward: IncidentScenario) -> None:
    page = page_of(ward, opened(ward), ward.house.viewer)
    assert "Answers are wrong" in head_of(page)
    for absent in ('id="next-step"', "bench-more", "data-composer", 'id="act-'):
        assert absent not in page


def test_the_live_part_brings_the_head_and_the_promises_with_it(ward: IncidentScenario) -> None:
    row = opened(ward)
    part = page_of(ward, row, HTTP_HX_REQUEST="true")
    assert "<html" not in part
    assert part.lstrip().startswith('<div id="incident"')
    for name in ("incident-head", "incident-promises"):
        assert re.search(rf'id="{name}" data-live-with="incident" hx-swap-oob="true"', part), name
    assert "data-composer" not in part, "what is half written is never swapped"
    assert "hx-swap-oob" not in page_of(ward, row)


def test_the_newest_line_is_last_right_above_the_composer(ward: IncidentScenario) -> None:
    row = opened(ward)
    for text in ("First found", "Then found", "Found last"):
        act(ward, "post_note", row, body=text)
    page = page_of(ward, row)
    places = [page.index(text) for text in ("First found", "Then found", "Found last", "data-composer")]
    assert places == sorted(places)


def test_earlier_lines_are_folded_and_counted(ward: IncidentScenario) -> None:
    row = opened(ward)
    for number in range(30):
        act(ward, "post_note", row, body=f"Note {number} of many")
    page = page_of(ward, row)
    written = page.count('<li class="line')
    assert f"Show {written - LATEST} earlier" in words(page)
    latest = page.split('id="latest"')[1].split("</ol>")[0]
    assert re.findall(r"Note (\d+) of many", latest) == [str(number) for number in range(30 - LATEST, 30)]


@pytest.mark.parametrize(
    ("many", "hidden"), [(0, 0), (LATEST, 0), (LATEST + FEWEST_FOLDED - 1, 0), (LATEST + FEWEST_FOLDED, FEWEST_FOLDED)]
)
def test_a_fold_hides_more_than_a_line_or_two(many: int, hidden: int) -> None:
    lines: list[Any] = list(range(many))
    earlier, latest = folded(lines)
    assert len(earlier) == hidden
    assert [*earlier, *latest] == lines


def test_a_long_text_is_folded_and_a_short_one_is_not(ward: IncidentScenario) -> None:
    row = opened(ward)
    act(ward, "post_note", row, body="Short and plain.")
    act(ward, "post_note", row, body="A long one. " * 30)
    lines = page_of(ward, row).split('<li class="line')
    short, long = (next(line for line in lines if text in line) for text in ("Short and plain.", "A long one."))
    assert "<details" not in short
    assert '<details class="line-fold" data-keep-open="line-' in long


def test_only_what_the_client_can_read_is_marked_so(ward: IncidentScenario) -> None:
    row = opened(ward, source="alert", fingerprint="check:1")
    act(ward, "acknowledge", row)
    assert "Client sees this" not in page_of(ward, row), "nothing of a held incident is seen"
    act(ward, "confirm", row)
    assert "Client sees this" in page_of(ward, row)


def test_drafts_are_kept_apart_by_person(ward: IncidentScenario) -> None:
    row = opened(ward)
    for person in (ward.house.owner, ward.house.engineer):
        page = page_of(ward, row, person)
        assert f'data-person="{person.id}"' in page
        assert page.count("data-draft=") >= 4
