"""A newer policy over a hundred thousand open clocks: how long it takes, and how late alerts are meanwhile."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import stack
from bench.harness import Figure, percentile, say, seconds_of
from bench.sweep import make_due, pattern_of
from core.clock import now
from slas import selectors as slas
from slas import services
from slas.models import Clock, TermsMove
from tests.cast import House

CLOCKS = int(os.environ.get("BENCH_CLOCKS", "100000"))
# Others that fall due while the move runs, so many each second.
DUE_A_SECOND = 20
SECONDS = 60


def run(house: House, _place: Path) -> list[Figure]:
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
        for second in range(SECONDS):
            make_due(standing, DUE_A_SECOND, start + timedelta(seconds=second))
        stack.maintain("slas_clock", "slas_clockevent", "slas_clocknotice")
        with house.scope():
            move = services.prepare_move(policy_version_id=move_to)
        counting = seconds_of(_work)
        with house.scope():
            services.apply_move(move_id=move.id)
        moved = seconds_of(_work)
        _check(house, move.id)
        # Where it was quick, the first alerts are still to come.
        stack.wait_until(lambda: now() > start + timedelta(seconds=10), 30)
        lateness = _lateness(standing, start)
    took, late = counting + moved, percentile(lateness, 0.99)
    return [
        Figure(f"count what {CLOCKS:,} open clocks would come to", counting, "s"),
        Figure("count and move them", took, "s", bound="under 60 s", holds=took < 60),
        Figure("p99 lateness of alerts meanwhile", late, "s", bound="under 10 s", holds=late < 10),
    ]


def _newer(house: House, pattern: Clock) -> Any:
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


def _check(house: House, move_id: Any) -> None:
    with house.scope():
        move = TermsMove.objects.get(id=move_id)
    if (move.state, move.counts.get("moved", 0)) != ("done", move.total) or move.total < CLOCKS:
        raise SystemExit(f"The move did not come to its end: {move.state}, {move.counts} of {move.total}.")


def _lateness(pattern: Clock, start: Any) -> list[float]:
    """Of every alert that fell due so far: how long after its deadline it was raised."""
    with stack.owner() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM coalesce(told.raised_at, %s) - clock.due_at) FROM slas_clock clock"
            " LEFT JOIN slas_clocknotice told ON told.clock_id = clock.id AND told.threshold = 'breach'"
            " WHERE clock.policy_version_id = %s AND clock.due_at BETWEEN %s AND %s",
            [now(), str(pattern.policy_version_id), start, now() - timedelta(seconds=1)],
        )
        return [float(row[0]) for row in cursor.fetchall()]
