"""A hostile target beside 200 innocent ones, and a flood of ten thousand hostile answers.

How late a check starts is the time from its slot to the arrival of its request. It is measured with and without the
hostile target in turns; the round whose ratio is the median counts. A silent target is asked in both, so that the
probers look for what is due at their own pace and not at that of the clock which wakes them.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import stack
from bench.crowd import LONG_PATH
from bench.harness import Figure, percentile, say, side_by_side
from monitoring.polling.schedule import next_slot
from monitoring.tasks import probe_due
from monitoring.uptime.months import DOWN
from retainer.local import kernel
from tests.cast import AgencyFixture, build_house

INNOCENT = 200
INTERVAL = 5
SECONDS = 15.0
PAIRS = 7
WORKERS = 2
FLOOD = 10_000
SILENT = 12
KINDS = ("objects", "line", "series", "drip", "bomb", "headers")
# Of the answers of the flood that take long to read there are few, because each takes its second.
FLOODS = ("objects", "line", "bomb", "half", "deep", *("bomb", "half", "deep", "line") * 11)


def run(house: AgencyFixture, place: Path) -> list[Figure]:
    """How late the innocent start, how many of them were judged falsely, and what a flood leaves in memory."""
    bad, quiet = build_house(f"{house.agency.slug}-bad"), build_house(f"{house.agency.slug}-silent")
    log = place / "asked.log"
    log.write_text("")
    port, bad_port = stack.free_port(), stack.free_port()
    targets = [[sys.executable, "-m", "bench.crowd", str(number), str(log)] for number in (port, bad_port)]
    with stack.process(targets[0]), stack.process(targets[1]):
        stack.wait_until(lambda: stack.listens(port) and stack.listens(bad_port), 10)
        _allow(house, port)
        _allow(bad, bad_port)
        _allow(quiet, bad_port)
        for number in range(INNOCENT):
            _seed(house, f"Innocent {number}", f"http://127.0.0.1:{port}/innocent/{number}", "rate")
        for number in range(SILENT):
            _seed(quiet, f"Silent {number}", f"http://127.0.0.1:{bad_port}/silent", "rate", timeout_ms=4000)
        for kind in KINDS:
            _seed(bad, kind, f"http://127.0.0.1:{bad_port}/{kind}", _path_for(kind))
        with stack.worker("poll", WORKERS), stack.beat(TICK_SECONDS="0.5"):
            _begin(house, True)
            _begin(quiet, True)
            time.sleep(2 * INTERVAL)
            beside, alone = side_by_side(lambda: _lateness(bad, log, True), lambda: _lateness(bad, log, False), PAIRS)
            _begin(bad, False)
            wrong = _judged_falsely(house)
            _begin(house, False)
    ratio = beside / alone
    return [
        Figure("p99 start of 200 checks beside a hostile target", beside, "s", "without it", alone,
               "moved by less than a tenth", ratio < 1.1),
        Figure("verdicts on them that were false", wrong, "", bound="none", holds=not wrong),
    ]  # fmt: skip


def flood(house: AgencyFixture, place: Path) -> list[Figure]:
    """Memory of a worker and its parsers after ten thousand hostile answers, beside what it was after the first."""
    port = stack.free_port()
    with stack.process([sys.executable, "-m", "bench.crowd", str(port), str(place / "flood.log")]):
        stack.wait_until(lambda: stack.listens(port), 10)
        _allow(house, port)
        for number, kind in enumerate(FLOODS):
            _seed(house, f"{kind} {number}", f"http://127.0.0.1:{port}/{kind}", _path_for(kind), every=86_400)
        with stack.worker("poll", 1) as worker:
            sizes = []
            for turn in range(FLOOD // len(FLOODS) + 1):
                _begin(house, True)
                probe_due.delay()
                stack.wait_until(lambda: not _due(house), 120)
                sizes.append(sum(_resident(pid) for pid in [worker.pid, *kernel.descendants(worker.pid)]))
                if turn % 20 == 0:
                    say(f"  {turn * len(FLOODS)} answers, {sizes[-1]:.0f} MiB")
    # The first rounds fill what is kept for good.
    first, last = max(sizes[2:12]), max(sizes[-10:])
    return [Figure("memory after 10,000 hostile answers", last, "MiB", "after the first 500", first,
                   "within a fifth", last < 1.2 * first)]  # fmt: skip


def _allow(house: AgencyFixture, port: int) -> None:
    with house.scope():
        house.allow("127.0.0.1", port)


def _path_for(kind: str) -> str:
    return {"objects": LONG_PATH, "line": "wanted", "series": 'wanted{m="1"}'}.get(kind, "rate")


def _seed(house: AgencyFixture, name: str, url: str, path: str, every: int = INTERVAL, timeout_ms: int = 2000) -> None:
    """A check that is not due."""
    kind = "prometheus" if path.startswith("wanted") else "http_json"
    metrics = json.dumps([{"name": "rate", "path": path, "unit": ""}])
    owners = (house.agency.id, house.client.id, house.system.id, house.environment.id)
    with stack.owner() as cursor:
        cursor.execute(
            "INSERT INTO monitoring_check (id, agency_id, client_id, created_at, system_id, environment_id, name, kind,"
            " url, metrics, interval_seconds, timeout_ms, bad_count, good_count, enabled, health, bad_streak,"
            " good_streak, unknown_streak, last_values, last_error, last_detail, skipped_slots)"
            f" SELECT {stack.UUID7}, %s, %s, now(), %s, %s, %s, %s, %s, %s, %s, %s, 100, 2,"
            " true, 'unknown', 0, 0, 0, '{}', '', '', 0",
            [*map(str, owners), name, kind, url, metrics, every, timeout_ms],
        )


def _begin(house: AgencyFixture, on: bool) -> None:
    due = "now()" if on else "NULL"
    with stack.owner() as cursor:
        cursor.execute(
            f"UPDATE monitoring_check SET next_due_at = {due}, lease_id = NULL, enabled = %s WHERE agency_id = %s",
            [on, str(house.agency.id)],
        )


def _due(house: AgencyFixture) -> bool:
    with stack.owner() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM monitoring_check WHERE next_due_at <= now() AND agency_id = %s)",
            [str(house.agency.id)],
        )
        return bool(cursor.fetchone()[0])


def _lateness(bad: AgencyFixture, log: Path, hostile: bool) -> float:
    """The 99th percentile of how late the innocent started, in seconds, over so many seconds."""
    _begin(bad, hostile)
    time.sleep(INTERVAL)
    size = log.stat().st_size
    time.sleep(SECONDS)
    with stack.owner() as cursor:
        cursor.execute("SELECT substr(name, 10), id FROM monitoring_check WHERE name LIKE 'Innocent %'")
        ids = {name: uuid.UUID(str(check_id)) for name, check_id in cursor.fetchall()}
    late = []
    with log.open() as lines:
        lines.seek(size)
        for line in lines:
            name, at = line.split()
            late.append(_late(ids[name], datetime.fromtimestamp(float(at), UTC)))
    # Slots lie on whole seconds, so that a window holds one second of them more or less.
    expected = INNOCENT * (SECONDS - 1) / INTERVAL
    if len(late) < 0.98 * expected:
        raise SystemExit(f"{len(late)} of {expected:.0f} questions were asked.")
    p99 = percentile(late, 0.99)
    say(f"  {'beside' if hostile else 'without'}: {p99:.3f} s")
    return p99


def _late(check_id: uuid.UUID, at: datetime) -> float:
    slot = next_slot(check_id, INTERVAL, at - timedelta(seconds=INTERVAL))
    return (at - slot).total_seconds()


def _judged_falsely(house: AgencyFixture) -> int:
    with stack.owner() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM monitoring_sample WHERE agency_id = %s AND metric = %s)"
            " + (SELECT count(*) FROM monitoring_check WHERE agency_id = %s AND last_error <> '')",
            [str(house.agency.id), DOWN, str(house.agency.id)],
        )
        return int(cursor.fetchone()[0])


def _resident(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
