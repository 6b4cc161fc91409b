"""A clock explains itself, the same to everybody."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import connection
from django.test.utils import CaptureQueriesContext

from slas import selectors, services
from slas.selectors import ClockView
from tests.cast import Cast
from tests.slas.scenario import ALWAYS, HOUR, SUBJECT, SlaScenario, utc


def seen(desk: SlaScenario, subject: object, moment: str, zone: str = "Europe/Berlin") -> ClockView:
    with desk.at(moment):
        return selectors.clock_views(selectors.clocks_of(SUBJECT, str(subject)), utc(moment), ZoneInfo(zone))[0]


def test_on_friday_afternoon_the_sentence_says_how_it_goes_on(cast: Cast) -> None:
    """The words that the defaults ask for."""
    desk = SlaScenario(cast.north, {"resolution": HOUR})
    subject = desk.start("2026-06-05 14:40")
    view = seen(desk, subject, "2026-06-05 14:40")
    assert view.sentence == "20 min left today · continues Mon 09:00 · due Mon 09:40"
    assert (view.remaining_seconds, view.target_seconds, view.label) == (HOUR, HOUR, "Resolution")
    assert view.warn_percent == 50
    assert seen(desk, subject, "2026-06-05 14:40", "America/New_York").sentence.endswith("due Mon 03:40")


def test_the_segments_add_up_to_the_second(cast: Cast) -> None:
    desk = SlaScenario(cast.north, {"resolution": 4 * HOUR})
    subject = desk.start("2026-06-05 13:00")
    desk.record(subject, "pause", "2026-06-05 14:00:07", party="client", reason="Waiting")
    waiting = seen(desk, subject, "2026-06-08 06:00")
    assert (waiting.state, waiting.waiting_on) == ("paused", "client")
    assert [(part.kind, part.waiting_on) for part in waiting.segments] == [("open", ""), ("paused", "client")]
    desk.record(subject, "resume", "2026-06-08 08:00", party="client")
    view = seen(desk, subject, "2026-06-08 09:00:30")
    total = (view.segments[-1].ends_at - view.segments[0].starts_at).total_seconds()
    assert sum(part.seconds for part in view.segments) == total
    assert sum(part.seconds for part in view.segments if part.kind == "open") == view.consumed_seconds == 2 * HOUR + 37
    assert view.remaining_seconds == view.target_seconds - view.consumed_seconds


def test_a_missed_clock_says_by_how_much(cast: Cast) -> None:
    desk = SlaScenario(cast.north, {"resolution": HOUR}, ALWAYS, is_guarantee=True)
    subject = desk.start("2026-06-01 08:00")
    view = seen(desk, subject, "2026-06-01 09:20")
    assert (view.state, view.overrun_seconds, view.remaining_seconds) == ("breached", 1200, 0)
    assert (view.breached_at, view.used_percent, view.is_guarantee) == (utc("2026-06-01 09:00"), 100, True)
    assert view.sentence == "20 min late · was due 11:00"


def test_the_client_reads_the_same_numbers_in_the_portal(cast: Cast) -> None:
    desk = SlaScenario(cast.north, {"resolution": HOUR})
    subject = desk.start("2026-06-05 14:40")
    staff = seen(desk, subject, "2026-06-05 14:50")
    with cast.north.portal():
        client = selectors.clock_views(selectors.clocks_of(SUBJECT, subject), utc("2026-06-05 14:50"), "Europe/Berlin")
        assert client == [staff]
        assert selectors.target_table(desk.policy.id)[0].cells[1].text == "1 h"
    with cast.north.portal(cast.north.other_client):
        assert selectors.clocks_of(SUBJECT, subject) == []


def test_many_clocks_are_read_in_two_queries(cast: Cast) -> None:
    desk = SlaScenario(cast.north, {"first_response": HOUR, "resolution": 4 * HOUR})
    subjects = [desk.start("2026-06-01 08:00") for _number in range(5)]
    with desk.at("2026-06-01 09:00"), CaptureQueriesContext(connection) as queries:
        rows = selectors.open_clocks_of(SUBJECT, subjects)
        views = selectors.clock_views(rows, utc("2026-06-01 09:00"), "Europe/Berlin")
    assert len(views) == 10
    assert len(queries) == 2
    assert [view.metric for view in views] == ["first_response"] * 5 + ["resolution"] * 5


def test_a_repeating_promise_goes_on_in_cycles_of_its_own(cast: Cast) -> None:
    """S22: an update was sent, so the clock of the last one stands and the next one runs."""
    desk = SlaScenario(cast.north, {"periodic_update": 2 * HOUR})
    subject = desk.start("2026-06-01 08:00")
    with desk.at("2026-06-01 09:00"):
        for _twice in range(2):
            services.next_cycle(
                subject_type=SUBJECT, subject_id=subject, metric="periodic_update", at=utc("2026-06-01 09:00")
            )
        first, second = selectors.clocks_of(SUBJECT, subject)
    assert (first.state, first.satisfied_at) == ("met", utc("2026-06-01 09:00"))
    assert (second.state, second.due_at) == ("running", utc("2026-06-01 11:00"))
