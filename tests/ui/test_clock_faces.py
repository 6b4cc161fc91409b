"""A clock says what is left, when it is due and who used the time; its bar adds up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core import clock
from retainer.ui.clocks import BAR, SLIVER, SegmentFields, bar, face

NOW = datetime(2026, 3, 24, 13, 30, tzinfo=UTC)


def segment(kind: str, seconds: int, party: str = "") -> SegmentFields:
    return {"kind": kind, "seconds": seconds, "party": party}


def test_a_bar_is_split_by_party_and_adds_up_to_the_target() -> None:
    rows = [segment("open", 1800), segment("paused", 1800, "client"), segment("open", 900)]
    pieces, tick = bar(rows, consumed=2700, target=5400, warn_percent=75)
    assert [piece.fill for piece in pieces] == ["us", "client", "us"]
    # 7,200 s of counted, paused and remaining time share the bar; three quarters of 5,400 s lie at 5,850 s of it.
    assert [piece.width for piece in pieces] == [250, 250, 125]
    assert tick == round(BAR * 5850 / 7200)


def test_a_weekend_outside_hours_is_a_sliver_and_not_the_whole_bar() -> None:
    pieces, _tick = bar([segment("open", 600), segment("closed", 230_000)], consumed=600, target=1200, warn_percent=75)
    assert pieces[1].width == SLIVER


def test_the_tick_stands_inside_a_stretch_that_has_passed_it() -> None:
    _pieces, tick = bar([segment("open", 90)], consumed=90, target=100, warn_percent=75)
    assert tick == 750


def test_a_bar_without_segments_still_has_its_tick() -> None:
    assert bar([], consumed=0, target=100, warn_percent=75) == ((), 750)


def test_a_running_clock_says_what_is_left_and_when_it_is_due() -> None:
    with clock.at(NOW):
        shown = face(
            {
                "state": "running",
                "target_seconds": 7200,
                "consumed_seconds": 4380,
                "due_at": NOW + timedelta(minutes=47),
            }
        )
    assert shown.left == "47 min left"
    assert shown.due_text == "due 14:17"
    assert shown.running


def test_a_clock_outside_hours_tells_when_it_goes_on_and_does_not_count_down() -> None:
    shown = face(
        {
            "state": "outside_hours",
            "remaining_seconds": 1200,
            "sentence": "20 min left · continues Mon 09:00 · due Mon 09:20",
        }
    )
    assert shown.due_text == "continues Mon 09:00 · due Mon 09:20"
    assert not shown.running


def test_hovering_a_due_time_shows_it_in_the_zone_of_the_agreement() -> None:
    shown = face({"state": "running", "due_at": NOW, "zone": "America/New_York"})
    assert shown.due_title == "Tue 24 Mar 2026 09:30 EDT"


def test_a_promise_done_late_says_how_late() -> None:
    shown = face(
        {"state": "breached", "overrun_seconds": 1500, "satisfied_at": NOW, "due_at": NOW - timedelta(minutes=25)}
    )
    assert shown.left == "done 25 min late"


def test_a_missed_promise_that_is_still_open_is_late_and_was_due() -> None:
    with clock.at(NOW):
        shown = face({"state": "breached", "overrun_seconds": 1500, "due_at": NOW - timedelta(minutes=25)})
    assert (shown.left, shown.due_text) == ("25 min late", "was due 13:05")
