"""The SLA engine as a calculator: its speed beside ``businesstimedelta``, a long history, and a hundred thousand cases.

No database takes part. The cases are those of ``tests/slas/engine``, beside an oracle that counts seconds.
"""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytz
from businesstimedelta import BusinessTimeDelta, Rules, WorkDayRule
from hypothesis import HealthCheck, given, seed, settings

from bench.harness import Figure, seconds_of, side_by_side
from slas.engine import CalendarSpec, Event, EventKind, Terms, compile_calendar, format_instant, judge
from slas.engine.instants import parse_instant
from tests.cast import AgencyFixture
from tests.slas.engine.beside import assert_equal_to_the_oracle
from tests.slas.engine.strategies import clocks

ZONE = "Europe/Berlin"
HOURS = 40
STARTS = 200
EVENTS = 1000
# So many times what reading such a history costs.
MOST_TIMES = 6
CASES = int(os.environ.get("BENCH_CASES", "100000"))
SEEDS = (20_260_601, 20_261_121)


def run(_house: AgencyFixture, _place: Path) -> list[Figure]:
    """Speed first, because the cases keep both cores busy."""
    figures = [*_beside(), _long_history()]
    return [*figures, _cases()]


def _beside() -> list[Figure]:
    """Due time and elapsed time of 40 open hours, one after another from many starts; equal results or none."""
    hours = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    calendar = compile_calendar(CalendarSpec.from_json({"zone": ZONE, "weekly": hours}))
    rule = WorkDayRule(start_time=time(9), end_time=time(17), working_days=[0, 1, 2, 3, 4], tz=pytz.timezone(ZONE))
    rules = Rules([rule])
    first = datetime(2026, 3, 2, 8, 13, 7, tzinfo=UTC)
    instants = [int((first + timedelta(hours=7 * number)).timestamp()) for number in range(STARTS)]
    moments = [datetime.fromtimestamp(instant, ZoneInfo(ZONE)) for instant in instants]
    later = BusinessTimeDelta(rules, hours=HOURS)

    def our_due() -> list[int]:
        return [calendar.add_open(instant, HOURS * 3600) for instant in instants]

    def their_due() -> list[Any]:
        return [moment + later for moment in moments]

    ends = our_due()
    theirs = their_due()
    if ends != [int(moment.timestamp()) for moment in theirs]:
        raise SystemExit("The engine and businesstimedelta differ.")

    def our_elapsed() -> list[int]:
        return [calendar.open_seconds(a, b) for a, b in zip(instants, ends, strict=True)]

    def their_elapsed() -> list[Any]:
        return [rules.difference(a, b).timedelta for a, b in zip(moments, theirs, strict=True)]

    if our_elapsed() != [int(found.total_seconds()) for found in their_elapsed()]:
        raise SystemExit("The engine and businesstimedelta differ.")
    return [
        _faster(f"due after {HOURS} open hours", our_due, their_due),
        _faster(f"elapsed over {HOURS} open hours", our_elapsed, their_elapsed),
    ]


def _faster(name: str, ours: Callable[[], Any], theirs: Callable[[], Any]) -> Figure:
    a, b = side_by_side(lambda: STARTS / seconds_of(ours), lambda: STARTS / seconds_of(theirs))
    return Figure(name, a, "a second", "businesstimedelta", b, "at least 100 times", a / b >= 100)


def _long_history() -> Figure:
    """One clock with a thousand events, judged anew."""
    hours = {day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    terms = Terms(CalendarSpec.from_json({"zone": ZONE, "weekly": hours}), HOURS * 3600)
    start = int(datetime(2026, 1, 5, 8, tzinfo=UTC).timestamp())
    events = [Event(at=start, kind="start")]
    kinds: tuple[EventKind, EventKind] = ("resume", "pause")
    for number in range(1, EVENTS):
        events.append(Event(at=start + number * 1800, kind=kinds[number % 2], party="client", seq=number))
    now = start + EVENTS * 1800
    judge(terms, events, now)
    stored = json.dumps([_stored(event) for event in events])
    ours, plain = side_by_side(
        lambda: _middle(lambda: judge(terms, events, now)), lambda: _middle(lambda: _read(stored)), 7
    )
    return Figure(
        f"recompute of a clock with {EVENTS:,} events",
        *(ours * 1000, "ms", "reading them from JSON", plain * 1000),
        *(f"at most {MOST_TIMES}", ours / plain <= MOST_TIMES),
        *("under 5 ms", ours < 0.005),
    )


def _middle(work: Callable[[], Any]) -> float:
    return statistics.median(seconds_of(work) for _once in range(20))


def _stored(event: Event) -> dict[str, Any]:
    return {"seq": event.seq, "at": format_instant(event.at), "kind": event.kind, "party": event.party or ""}


def _read(stored: str) -> dict[str, int]:
    """What anybody has to do with a history of this length: parse it and its instants, put it in order, and add up how
    long each kind lasted. It grows with the events and the machine as the engine's work does."""
    rows = sorted((parse_instant(row["at"]), row["seq"], row["kind"]) for row in json.loads(stored))
    lasted: dict[str, int] = {}
    for (start, _seq, kind), (end, _next, _kind) in pairwise(rows):
        lasted[kind] = lasted.get(kind, 0) + end - start
    return lasted


def _cases() -> Figure:
    """Seeded random clocks, in two processes; a difference ends the run with the case that shows it."""
    share = CASES // len(SEEDS)
    with ProcessPoolExecutor(len(SEEDS)) as pool:
        seen = sum(pool.map(_compare, SEEDS, [share] * len(SEEDS)))
    return Figure(
        "random clocks equal to the oracle", seen, "cases", bound=f"{CASES:,}, no difference", holds=seen >= CASES
    )


def _compare(number: int, examples: int) -> int:
    seen = 0

    @seed(number)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(clocks())
    def compare(clock: dict[str, Any]) -> None:
        nonlocal seen
        assert_equal_to_the_oracle(clock)
        seen += 1

    compare()
    return seen
