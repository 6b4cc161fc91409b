"""The page of a move: counted, seen, decided, done, and nobody's but those who may change response times."""

from __future__ import annotations

import re

import pytest
from django.test import Client as Browser

from core import clock
from slas import services
from slas.models import TermsMove
from tests.cast import Cast
from tests.slas.scenario import HOUR, OFFICE, SlaScenario, utc
from tests.slas.test_moves import newer, state, step


@pytest.fixture
def desk(cast: Cast) -> SlaScenario:
    desk = SlaScenario(cast.north, {"resolution": 8 * HOUR})
    desk.start("2026-06-01 08:00")
    newer(desk, "2026-06-01 08:30", 10 * HOUR)
    return desk


def browser_of(desk: SlaScenario, who: str = "owner") -> Browser:
    browser = Browser()
    browser.force_login(getattr(desk.house, who))
    return browser


def test_from_the_policys_page_to_moved_clocks(desk: SlaScenario) -> None:
    browser, slug = browser_of(desk), desk.policy.policy.slug
    with clock.at(utc("2026-06-01 08:31")):
        policy = browser.get(f"/a/north/settings/response-times/{slug}/").content.decode()
        assert "Move open clocks" in policy
        where = browser.post(f"/a/north/settings/response-times/{slug}/move/")["Location"]
        assert "Counting what would change" in browser.get(where).content.decode()
        step("2026-06-01 08:31")
        counted = browser.get(where).content.decode()
        assert "What would change" in counted
        assert re.search(r"Deadlines that come later</div>\s*<span class=\"num\">1<", counted)
        browser.post(f"{where}apply/")
        step("2026-06-01 08:31")
        assert "What was changed" in browser.get(where).content.decode()
        again = browser.post(f"{where}apply/", follow=True).content.decode()
    assert "This has been decided already." in again


def test_a_calendars_newest_hours_can_be_moved_to_and_the_move_discarded(desk: SlaScenario) -> None:
    with desk.at("2026-06-01 08:40"):
        closed = OFFICE | {"dates": {"2026-06-02": []}}
        version = services.new_calendar_version(calendar_id=desk.calendar.calendar_id, spec=closed)
    browser, slug = browser_of(desk), version.calendar.slug
    assert (
        f"calendars/{slug}/move/" in browser.get(f"/a/north/settings/response-times/calendars/{slug}/").content.decode()
    )
    where = browser.post(f"/a/north/settings/response-times/calendars/{slug}/move/")["Location"]
    browser.post(f"{where}discard/")
    with desk.house.scope():
        move = TermsMove.objects.get()
    assert state(desk, move).state == "discarded"
    assert "Nothing was changed." in browser.get(where).content.decode()


def test_who_may_only_look_sees_it_and_decides_nothing(desk: SlaScenario) -> None:
    with desk.at("2026-06-01 08:40"):
        move = services.prepare_move(calendar_version_id=desk.calendar.id)
    where = f"/a/north/settings/response-times/moves/{move.id}/"
    viewer = browser_of(desk, "viewer")
    assert viewer.get(where).status_code == 200
    assert "Leave everything" not in viewer.get(where).content.decode()
    assert viewer.post(f"{where}discard/").status_code == 403


def test_a_policy_with_one_version_has_nothing_to_move(desk: SlaScenario) -> None:
    with desk.at("2026-06-01 08:40"):
        slug = desk.new_policy({"resolution": HOUR}).policy.slug
    assert "Move open clocks" not in browser_of(desk).get(f"/a/north/settings/response-times/{slug}/").content.decode()
