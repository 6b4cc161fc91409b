"""A newer policy over a hundred thousand open clocks: how long it takes, and how late alerts are meanwhile."""

from __future__ import annotations

import json
import os
import time
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2

from bench import rows, stack
from bench.harness import Figure, percentile, say, seconds_of
from bench.sweep import make_due, pattern_of
from core.clock import now
from core.tenancy.scope import SWEEPER_ROLE
from slas import selectors as slas
from slas import services
from slas.models import Clock, TermsMove
from tests.cast import AgencyFixture

CLOCKS = int(os.environ.get("BENCH_CLOCKS", "100000"))
# Others that fall due while the move runs, so many each second.
DUE_A_SECOND = 20
SECONDS = 90
# Seconds of alerts before the move begins, which say how late they are without it.
ALONE = 12
BATCH = 500
# So many times what bare SQL needs for the rows that are written, and so many times as late as without the move.
MOST_TIMES = 15
MOST_LATER = 3


def run(house: AgencyFixture, _place: Path) -> list[Figure]:
    """Counts and moves in one process, as the worker does; two others sweep."""
    moving = pattern_of(house, "Priority")
    with house.scope():
        # The same promises under another name, which the move leaves alone.
        services.create_policy(name="Standing", targets=_targets(moving, 1.0))
    standing = pattern_of(house, "Standing")
    say(f"  Making {CLOCKS:,} open clocks…")
    make_due(moving, CLOCKS, now() + timedelta(days=2))
    move_to = _newer(house, moving)
    with stack.worker("sweep", 2), stack.beat(TICK_SECONDS="0.5"):
        start = now() + timedelta(seconds=6)
        for second in range(ALONE + SECONDS):
            make_due(standing, DUE_A_SECOND, start + timedelta(seconds=second))
        stack.maintain("slas_clock", "slas_clockevent", "slas_clocknotice")
        moved_from = start + timedelta(seconds=ALONE)
        stack.wait_until(lambda: now() > moved_from, ALONE + 10)
        with house.scope():
            move = services.prepare_move(policy_version_id=move_to)
        counting = seconds_of(_work)
        with house.scope():
            services.apply_move(move_id=move.id)
        moved = seconds_of(_work)
        _check(house, move.id)
        # Where it was quick, the first alerts are still to come.
        stack.wait_until(lambda: now() > moved_from + timedelta(seconds=10), 30)
        alone = percentile(_lateness(standing, start, moved_from), 0.99)
        late = percentile(_lateness(standing, moved_from, now()), 0.99)
    bare = _bare(move_to, moving)
    return [
        Figure(f"count what {CLOCKS:,} open clocks would come to", counting, "s"),
        _moved(counting + moved, bare),
        _late(late, alone),
    ]


def _moved(took: float, bare: float) -> Figure:
    return Figure(
        "count and move them",
        *(took, "s", "bare SQL, same rows", bare),
        *(f"at most {MOST_TIMES}", took / bare <= MOST_TIMES),
        *("under 60 s", took < 60),
    )


def _late(late: float, alone: float) -> Figure:
    return Figure(
        "p99 lateness of alerts meanwhile",
        *(late, "s", "before it began", alone),
        *(f"at most {MOST_LATER}", late / alone <= MOST_LATER),
        *("under 10 s", late < 10),
    )


def _bare(version_id: Any, pattern: Clock) -> float:
    """The rows that the move wrote, written once more by bare SQL: one session, a transaction for each batch."""
    link, after = psycopg2.connect(os.environ["DATABASE_URL"]), str(uuid.UUID(int=0))
    given = {"version": str(version_id), "terms": json.dumps(pattern.terms)}
    started = time.perf_counter()
    while after:
        with link, link.cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, true)", [SWEEPER_ROLE])
            for statement in rows.moved(BATCH):
                cursor.execute(statement, given | {"after": after})
            after = max((row[0] for row in cursor.fetchall()), default="")
    took = time.perf_counter() - started
    link.close()
    return took


def _newer(house: AgencyFixture, pattern: Clock) -> Any:
    """The policy's next version, with half as much time again for everything."""
    with house.scope():
        policy = pattern.policy_version.policy_id
        return services.new_policy_version(policy_id=policy, targets=_targets(pattern, 1.5)).id


def _targets(pattern: Clock, times: float) -> list[dict[str, Any]]:
    return [
        {
            "severity": row.severity,
            "metric": row.metric,
            "seconds": int(row.seconds * times),
            "calendar_version_id": row.calendar_version_id,
            "is_guarantee": row.is_guarantee,
            "pausable": row.pausable,
        }
        for row in slas.targets_of(pattern.policy_version_id)
    ]


def _work() -> None:
    while services.step_moves():
        pass


def _check(house: AgencyFixture, move_id: Any) -> None:
    with house.scope():
        move = TermsMove.objects.get(id=move_id)
    if (move.state, move.counts.get("moved", 0)) != ("done", move.total) or move.total < CLOCKS:
        raise SystemExit(f"The move did not come to its end: {move.state}, {move.counts} of {move.total}.")


def _lateness(pattern: Clock, start: datetime, end: datetime) -> list[float]:
    """Of every alert that fell due in this time: how long after its deadline it was raised."""
    with stack.owner() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM coalesce(told.raised_at, %s) - clock.due_at) FROM slas_clock clock"
            " LEFT JOIN slas_clocknotice told ON told.clock_id = clock.id AND told.threshold = 'breach'"
            " WHERE clock.policy_version_id = %s AND clock.due_at BETWEEN %s AND %s",
            [now(), str(pattern.policy_version_id), start, end - timedelta(seconds=2)],
        )
        return [float(row[0]) for row in cursor.fetchall()]
