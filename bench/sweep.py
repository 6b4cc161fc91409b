"""The sweep of SLA clocks: what it costs while nothing is due, and how late it is when very much is due at once."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2

from bench import bare_sweep, rows, stack
from bench.harness import ROUNDS, Figure, percentile, seconds_of, side_by_side
from core.clock import now
from core.ids import earliest_at, uuid7
from core.tenancy.scope import sweeper_scope
from slas import selectors as slas
from slas import services
from slas.clocks.evaluation import threshold_key
from slas.clocks.judgement import history, judge_clock
from slas.models import Clock
from tests.cast import AgencyFixture

SIZES = (10_000, 100_000, 1_000_000)
DUE_AT_ONCE = 10_000
BATCH = 500
SWEEPERS = 2
TICK = 0.5
# So many times what bare SQL needs for the same rows.
MOST_TIMES = 1.5
MOST_TIMES_IDLE = 10
CLOCK = (
    "agency_id, client_id, created_at, subject_type, metric, severity, cycle, policy_version_id, terms, started_at,"
    " state, consumed_seconds, judged_at, failures, last_error"
)


def run(house: AgencyFixture, place: Path) -> list[Figure]:
    """Idle cost and batch cost at three sizes, then ten thousand at once at the largest."""
    pattern = pattern_of(house)
    figures: list[Figure] = []
    filled, batches = 0, {}
    for size in SIZES:
        _fill(pattern, size - filled)
        filled = size
        figures.append(_idle(size))
        batches[size] = statistics.median(_batch(pattern) for _round in range(3))
    for size in SIZES[1:]:
        name = f"sweep of {BATCH} due among {size:,}"
        figures.append(Figure(name, batches[size] * 1000, "ms", f"among {SIZES[0]:,}", batches[SIZES[0]] * 1000))
    return figures + _burst(pattern, place)


def _idle(size: int) -> Figure:
    """A pass that finds nothing, beside its one statement in a transaction of its own."""
    link = psycopg2.connect(os.environ["DATABASE_URL"])
    claim = rows.sweep(BATCH, TICK, "arrays")
    ours, bare = side_by_side(
        lambda: statistics.median(seconds_of(services.sweep_due) for _pass in range(50)) * 1000,
        lambda: statistics.median(seconds_of(lambda: bare_sweep.batch(link, claim)) for _pass in range(50)) * 1000,
        7,
    )
    link.close()
    held = (f"at most {MOST_TIMES_IDLE}", ours / bare <= MOST_TIMES_IDLE) if size == SIZES[-1] else ("", None)
    aim = ("under 5 ms", ours < 5) if size == SIZES[-1] else ("", None)
    return Figure(f"idle sweep of {size:,} open clocks", ours, "ms", "bare SQL", bare, *held, *aim)


def pattern_of(house: AgencyFixture, policy: str = "Priority") -> Clock:
    """One real clock, made as the product makes them; the others are copies of it."""
    with house.scope():
        services.install_catalogue()
        version = next(version for version in slas.latest_policy_versions() if version.policy.name == policy)
        made = services.start_clocks(
            subject_type="bench",
            subject_id=uuid7(),
            client_id=house.client.id,
            severity="high",
            policy_version_id=version.id,
            started_at=now() - timedelta(seconds=1),
        )
        return next(clock for clock in made if clock.metric == "resolution")


def _fill(pattern: Clock, count: int) -> None:
    """Open clocks that fire some time in the next month."""
    with stack.owner() as cursor:
        cursor.execute(
            f"INSERT INTO slas_clock (id, subject_id, due_at, next_fire_at, {CLOCK})"
            f" SELECT {stack.UUID7}, {stack.UUID7}, now() + interval '40 days',"
            f" now() + interval '1 day' + random() * interval '30 days', {CLOCK}"
            " FROM slas_clock, generate_series(1, %s) WHERE id = %s",
            [count, str(pattern.id)],
        )
    stack.maintain("slas_clock", "slas_clockevent", "slas_clocknotice", "core_outboxevent", "core_auditevent")


def make_due(pattern: Clock, count: int, at: datetime) -> None:
    """Clocks with a history like any other's that are breached at ``at``, all warnings told long ago.

    A promise is missed from the second after its deadline on, and until then the product does not look at it again.
    """
    with stack.owner() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE due ON COMMIT DROP AS SELECT {stack.UUID7} id FROM generate_series(1, %s)", [count]
        )
        due_at = at - timedelta(seconds=1)
        shift = due_at - (pattern.due_at or due_at)
        cursor.execute(
            f"INSERT INTO slas_clock (id, subject_id, due_at, next_fire_at, {CLOCK})"
            f" SELECT due.id, {stack.UUID7}, %s, %s, {CLOCK.replace('started_at', 'started_at + %s')}"
            " FROM slas_clock, due WHERE slas_clock.id = %s",
            [due_at, at, shift, str(pattern.id)],
        )
        cursor.execute(
            "INSERT INTO slas_clockevent (id, agency_id, client_id, created_at, clock_id, seq, at, kind, party, reason,"
            f" evidence, data, actor_kind, recorded_at) SELECT {stack.UUID7}, agency_id, client_id, created_at,"
            " due.id, seq, at + %s, kind, party, reason, evidence, data, actor_kind, recorded_at"
            " FROM slas_clockevent, due WHERE clock_id = %s",
            [shift, str(pattern.id)],
        )
        cursor.execute(
            "INSERT INTO slas_clocknotice (id, agency_id, client_id, created_at, clock_id, threshold, due_at,"
            f" raised_at) SELECT {stack.UUID7}, %s, %s, now(), due.id, threshold, now(), now()"
            " FROM due, unnest(%s) AS threshold",
            [str(pattern.agency_id), str(pattern.client_id), _warnings(pattern)],
        )


def _warnings(pattern: Clock) -> list[str]:
    with sweeper_scope():
        judgement = judge_clock(pattern, history([pattern])[pattern.id], now())
    return [threshold_key(warning.warn) for warning in judgement.warnings]


def _batch(pattern: Clock) -> float:
    make_due(pattern, BATCH, now() - timedelta(seconds=1))
    stack.maintain("slas_clock", "slas_clockevent", "slas_clocknotice")
    return seconds_of(lambda: services.sweep_due(limit=BATCH))


def _burst(pattern: Clock, place: Path) -> list[Figure]:
    """In turns with bare SQL, which writes the same rows from as many processes, in the two ways of sending them."""
    rounds = [
        (
            _lateness(pattern, _ours),
            _lateness(pattern, lambda: _bare(place, "values")),
            _lateness(pattern, lambda: _bare(place, "arrays")),
        )
        for _round in range(ROUNDS)
    ]
    name = f"lateness of {DUE_AT_ONCE:,} clocks due at once"
    values = [(ours, bare) for ours, bare, _arrays in rounds]
    arrays = [(ours, bare) for ours, _values, bare in rounds]
    ours, bare = _middle(values, 0.99)
    held = (f"at most {MOST_TIMES}", ours / bare <= MOST_TIMES)
    return [
        Figure(f"p99 {name}", ours, "s", "bare SQL, same rows", bare, *held, "under 2 s", ours < 2),
        _beside(f"median {name}", "bare SQL, same rows", *_middle(values, 0.5)),
        _beside(f"p99 {name}, once more", "the same, columns as arrays", *_middle(arrays, 0.99)),
    ]


def _beside(name: str, peer: str, ours: float, bare: float) -> Figure:
    return Figure(name, ours, "s", peer, bare)


def _middle(rounds: list[tuple[list[float], list[float]]], share: float) -> tuple[float, float]:
    """The round whose ratio is the median."""
    pairs = [(percentile(ours, share), percentile(bare, share)) for ours, bare in rounds]
    return sorted(pairs, key=lambda pair: pair[0] / pair[1])[len(pairs) // 2]


@contextmanager
def _ours() -> Iterator[None]:
    with stack.worker("sweep", SWEEPERS), stack.beat(TICK_SECONDS=str(TICK)):
        yield


@contextmanager
def _bare(place: Path, way: str) -> Iterator[None]:
    said = place / "bare_sweep.json"
    said.write_text(json.dumps(rows.sweep(BATCH, TICK, way)))
    argv = [sys.executable, "-m", "bench.bare_sweep", str(said)]
    with ExitStack() as running:
        for _sweeper in range(SWEEPERS):
            running.enter_context(stack.process(argv))
        yield


def _lateness(pattern: Clock, sweeping: Callable[[], AbstractContextManager[None]]) -> list[float]:
    """How long after its deadline each breach was to be seen from outside, with its outbox row, in order."""
    with sweeping():
        at = (now() + timedelta(seconds=12)).replace(microsecond=0)
        make_due(pattern, DUE_AT_ONCE, at)
        stack.maintain("slas_clock", "slas_clockevent", "slas_clocknotice")
        if now() >= at:
            raise SystemExit("Making the clocks took longer than they had.")
        return _watch(at)


def _watch(at: datetime) -> list[float]:
    # Looking costs the machine that is measured, so it is done ten times a second and reads new rows alone.
    lateness: list[float] = []
    with stack.owner() as cursor:
        while len(lateness) < DUE_AT_ONCE:
            time.sleep(0.1)
            lateness += [(now() - at).total_seconds()] * (_seen(cursor, at) - len(lateness))
            if now() - at > timedelta(seconds=90):
                raise SystemExit(f"{DUE_AT_ONCE - len(lateness)} breaches were not there after 90 s.")
    return lateness


def _seen(cursor: Any, since: datetime) -> int:
    """Breaches that are committed with notice and outbox row."""
    first = str(earliest_at(since.timestamp()))
    cursor.execute(
        "SELECT least((SELECT count(*) FROM slas_clocknotice WHERE id >= %s AND threshold = 'breach'),"
        " (SELECT count(*) FROM core_outboxevent WHERE id >= %s AND name = 'slas.clock.breached'))",
        [first, first],
    )
    return int(cursor.fetchone()[0])
