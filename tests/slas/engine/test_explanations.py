"""A clock says why it is due: one line beside it, and lines that add up."""

from __future__ import annotations

from typing import Any

import pytest

from slas.engine import CalendarSpec, Explanation, Terms, countdown_text, duration_text, explain, judge, line_text
from tests.slas.engine.support import HOUR, at, log, office

NIGHTS = office(["22:00", "06:00"])
ALWAYS = CalendarSpec.from_json({"zone": "Europe/Berlin", "always": True})


def explained(now: str, target: int, *rows: tuple[Any, ...], calendar: CalendarSpec | None = None) -> Explanation:
    return explain(judge(Terms(calendar or office(), target), log(*rows), at(now)), at(now))


FRIDAY = ("2026-06-05 16:40", "start")
MONDAY = ("2026-06-01 10:00", "start")


@pytest.mark.parametrize(
    ("now", "minutes", "rows", "calendar", "words"),
    [
        ("2026-06-05 16:40", 60, [FRIDAY], None, "20 min left today · continues Mon 09:00 · due Mon 09:40"),
        ("2026-06-05 18:00", 60, [FRIDAY], None, "40 min left · continues Mon 09:00 · due Mon 09:40"),
        ("2026-06-08 09:00", 60, [FRIDAY], None, "40 min left · due 09:40"),
        ("2026-06-01 10:00", 240, [MONDAY], None, "4 h left · due 14:00"),
        ("2026-06-01 10:00", 420, [MONDAY], None, "7 h left · due 17:00"),
        ("2026-06-01 12:30", 60, [("2026-06-01 12:30", "start")], office(["09:00", "13:00"], ["14:00", "18:00"]),
         "1 h left · due 14:30"),
        ("2026-06-01 17:00", 420, [MONDAY], None, "0 s left · due 17:00"),
        ("2026-06-01 10:00", 80 * 60, [MONDAY], None, "7 h left today · continues Tue 09:00 · due Mon 15 Jun 10:00"),
        ("2026-06-01 10:00", 25 * 60, [MONDAY], ALWAYS, "25 h left · due Tue 11:00"),
        ("2026-06-01 23:00", 600, [("2026-06-01 23:00", "start")], NIGHTS,
         "7 h left today · continues Tue 22:00 · due Wed 01:00"),
        ("2026-06-01 12:00", 240, [MONDAY, ("2026-06-01 11:00", "pause", "client")], None,
         "paused with 3 h left · due 15:00 if resumed now"),
        ("2026-06-01 14:25", 240, [MONDAY], None, "25 min late · was due 14:00"),
        ("2026-06-02 10:00", 240, [MONDAY, ("2026-06-01 14:25", "satisfy")], None,
         "done 25 min late · was due Mon 14:00"),
        ("2026-06-02 10:00", 240, [MONDAY, ("2026-06-01 12:20", "satisfy")], None,
         "met with 1 h 40 min to spare · done Mon 12:20"),
        ("2026-06-01 13:00", 240, [MONDAY, ("2026-06-01 12:20", "cancel")], None, "cancelled 12:20"),
        ("2026-06-01 09:00", 240, [MONDAY], None, "not started"),
    ],
)  # fmt: skip
def test_the_countdown_reads_as_a_sentence(
    now: str, minutes: int, rows: list[tuple[Any, ...]], calendar: CalendarSpec | None, words: str
) -> None:
    assert countdown_text(explained(now, minutes * 60, *rows, calendar=calendar)) == words


def test_a_paused_agreed_date_is_due_without_an_if() -> None:
    terms = Terms(office(), None, at("2026-06-02 12:00"))
    now = at("2026-06-01 12:00")
    found = explain(judge(terms, log(MONDAY, ("2026-06-01 11:00", "pause", "client")), now), now)
    assert countdown_text(found) == "paused with 8 h left · due Tue 12:00"


def test_past_and_future_lines_add_up_to_the_target() -> None:
    found = explained("2026-06-05 16:50", HOUR, FRIDAY)
    counted = [line.seconds for line in (*found.lines, *found.ahead) if line.kind == "open"]
    assert sum(counted) == HOUR
    assert found.lines[-1].to == found.ahead[0].from_ == found.now
    assert [line_text(line, found) for line in (*found.lines, *found.ahead)] == [
        "Fri 16:40 to 16:50: 10 min counted",
        "Fri 16:50 to 17:00: 10 min counted",
        "Fri 17:00 to Mon 09:00: 64 h outside hours",
        "Mon 09:00 to 09:40: 40 min counted",
    ]
    assert [line.ahead for line in (*found.lines, *found.ahead)] == [False, True, True, True]


def test_an_agreed_date_outside_hours_is_reached_through_closed_time() -> None:
    now = at("2026-06-01 16:00")
    found = explain(judge(Terms(office(), None, at("2026-06-01 20:00")), log(("2026-06-01 16:00", "start")), now), now)
    assert [(line.kind, line.seconds) for line in found.ahead] == [("open", HOUR), ("closed", 3 * HOUR)]
    assert countdown_text(found) == "1 h left · due 20:00"


def test_a_pause_names_whom_it_waits_for() -> None:
    rows = (
        MONDAY,
        ("2026-06-01 11:00", "pause", "client"),
        ("2026-06-01 12:00", "resume"),
        ("2026-06-01 12:00", "satisfy"),
        ("2026-06-01 13:00", "reopen"),
        ("2026-06-01 13:30", "pause"),
    )
    found = explained("2026-06-02 10:00", 8 * HOUR, *rows)
    assert [line_text(line, found) for line in found.lines] == [
        "Mon 10:00 to 11:00: 1 h counted",
        "Mon 11:00 to 12:00: 1 h paused, waiting on client",
        "Mon 12:00 to 13:00: 1 h done, then reopened",
        "Mon 13:00 to 13:30: 30 min counted",
        "Mon 13:30 to Tue 10:00: 20 h 30 min paused",
    ]
    assert found.ahead == ()


def test_a_reader_elsewhere_reads_in_their_own_zone() -> None:
    now = at("2026-06-05 16:40")
    found = explain(judge(Terms(office(), HOUR), log(FRIDAY), now), now, "America/New_York")
    assert countdown_text(found) == "20 min left today · continues Mon 03:00 · due Mon 03:40"


def test_every_word_goes_through_the_translation() -> None:
    german = {
        "%(duration)s left today": "heute noch %(duration)s",
        "continues %(moment)s": "weiter %(moment)s",
        "due %(moment)s": "fällig %(moment)s",
        "%(minutes)d min": "%(minutes)d Min.",
        "Mon": "Mo",
    }
    asked: list[str] = []

    def translate(text: str) -> str:
        asked.append(text)
        return german[text]

    words = countdown_text(explained("2026-06-05 16:40", HOUR, FRIDAY), translate)
    assert words == "heute noch 20 Min. · weiter Mo 09:00 · fällig Mo 09:40"
    assert set(asked) == set(german)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (3659, "1 h"), (90_060, "25 h 1 min")],
)
def test_a_duration_is_said_in_hours_and_minutes(seconds: int, words: str) -> None:
    assert duration_text(seconds) == words
