"""Home begins with who must do what by when; that everything is kept is said only where it is measured."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils.timezone import localtime

from core.clock import now
from incidents import services
from retainer.dashboard import verdict
from tests.cast import Cast
from tests.incidents.scenario import IncidentScenario


@dataclass
class Row:
    clock: Any = None
    title: str = "Search finds nothing"
    client_name: str = "Norvik"


def clock(metric: str, minutes: float = 30, state: str = "running") -> Any:
    return SimpleNamespace(metric=metric, state=state, due_at=now() + timedelta(minutes=minutes))


def time(row: Row) -> str:
    due = localtime(row.clock.due_at)
    return f"{due:%H:%M}" if due.date() == localtime(now()).date() else f"{due:%a} {due.day} {due:%b}, {due:%H:%M}"


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("triage", "Look at “Search finds nothing” by"),
        ("first_response", "Reply to Norvik by"),
        ("next_response", "Answer Norvik by"),
        ("periodic_update", "Send Norvik an update by"),
        ("mitigation", "Contain “Search finds nothing” for Norvik by"),
        ("resolution", "Solve “Search finds nothing” for Norvik by"),
    ],
)
def test_it_says_what_keeps_the_nearest_promise(metric: str, words: str) -> None:
    row = Row(clock(metric))
    assert verdict.of_needs([row]) == f"{words} {time(row)}."


def test_what_is_late_is_to_be_done_now() -> None:
    row = Row(clock("first_response", -10, "breached"))
    assert verdict.of_needs([row]) == f"Reply to Norvik now: it was due by {time(row)}."


def test_it_says_how_many_more_there_are_and_how_many_are_late() -> None:
    late = [Row(clock("resolution", -9 + place, "breached")) for place in range(2)]
    near = [Row(clock("resolution", 5, "at_risk")) for _place in range(2)]
    said = verdict.of_needs([*late, *near, Row()])
    assert said.endswith("4 more need somebody. 2 deadlines are missed. 2 deadlines are near.")


def test_what_waits_for_others_is_nothing_to_do_now() -> None:
    paused, running = Row(clock("resolution", 5, "paused"), client_name="Acme"), Row(clock("first_response", 60))
    assert verdict.of_needs([paused, running]).startswith("Reply to Norvik by")
    assert verdict.of_needs([paused]) == "One thing needs somebody."


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ({"healthy": 3}, "Nothing needs you. Every promise is being kept."),
        ({}, "Nothing needs you. Every promise is being kept."),
        ({"healthy": 3, "degraded": 1}, "Nothing waits for you, but 1 system is not well."),
        ({"down": 1, "degraded": 1, "unknown": 1}, "Nothing waits for you, but 2 systems are not well."),
        ({"healthy": 3, "unknown": 2}, "Nothing waits for you, but 2 systems give no data."),
    ],
)
def test_that_all_is_kept_is_said_only_where_that_is_measured(states: dict[str, int], said: str) -> None:
    assert verdict.of_quiet(Counter(states)) == said


def test_it_is_the_headline_of_the_page(cast: Cast) -> None:
    ward = IncidentScenario(cast.north)
    with ward.house.scope():
        services.open_incident(system_id=ward.house.system.id, title="Slow", severity="high", source="staff")
    browser = Browser()
    browser.force_login(ward.house.owner)
    page = browser.get(f"/a/{ward.house.agency.slug}/").content.decode()
    headline = page.split("<h1>", 1)[1].split("</h1>", 1)[0]
    assert headline.startswith(("Look at", "Reply to"))
    assert page.count("<h1") == 1
