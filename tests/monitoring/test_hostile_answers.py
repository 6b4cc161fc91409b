"""What one target answers costs no other target its verdict, and the prober neither its memory nor its processes."""

from __future__ import annotations

import gc
import gzip
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core import clock
from core.clock import now
from monitoring.checks import services
from monitoring.models import Check
from monitoring.polling import prober
from monitoring.polling.prober import probe_round
from monitoring.polling.results import Result
from monitoring.probing import reader as readers
from tests.cast import AgencyFixture, Cast
from tests.core.net.lab import Script, Wire, endless, says
from tests.monitoring.probing.hostile import ANSWERS, EMPTY_OBJECTS, LONG_PATH, metrics
from tests.monitoring.probing.test_reader import is_alive
from tests.monitoring.scenario import MonitoringScenario, Target

JSON = "Content-Type: application/json"
BOMB = says(gzip.compress(b" " * (20 << 20)), JSON, "Content-Encoding: gzip")
HEADERS = endless(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 1000 + b"\r\n")
DRIPS = endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x", pause=0.05)


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A slow lane that gives each answer a tenth of what the product gives it."""
    for one in readers._idle:
        one.close()
    readers._idle.clear()
    monkeypatch.setattr(readers, "SLOW", replace(readers.SLOW, seconds=0.1))
    yield
    readers._idle.clear()


@pytest.fixture
def wires() -> Iterator[ExitStack]:
    with ExitStack() as open_ones:
        yield open_ones


def serve(wires: ExitStack, script: Script, *houses: AgencyFixture) -> Wire:
    wire = Wire(script)
    wires.callback(wire.close)
    for house in houses:
        with house.scope():
            house.allow("127.0.0.1", wire.port)
    return wire


def watch(house: AgencyFixture, name: str, wire: Wire, **more: object) -> None:
    values = {"kind": "http_json", "metrics": [{"name": "rate"}], "timeout_ms": 1000, "interval_seconds": 3600} | more
    with house.scope():
        services.create_check(system_id=house.system.id, name=name, url=wire.url, **values)  # type: ignore[arg-type]


def found(house: AgencyFixture) -> dict[str, Check]:
    with house.scope():
        return {check.name: check for check in Check.objects.all()}


@pytest.mark.django_db
def test_an_answer_that_takes_long_to_read_makes_no_other_target_late(cast: Cast, wires: ExitStack) -> None:
    """The innocent of the other agency answer within their second, while twenty answers want twenty seconds each."""
    bad, good = cast.north, cast.south
    hostile = serve(wires, says(EMPTY_OBJECTS, JSON), bad)
    for number in range(20):
        watch(bad, f"hostile {number}", hostile, metrics=metrics([LONG_PATH]))
    innocent = serve(wires, says(b'{"rate": 0.9}', JSON), good)
    for number in range(20):
        watch(good, f"innocent {number}", innocent)
    began = now()
    # Few places, so that most of the innocent are asked while the others are read.
    probe_round(seconds=30, size=24)
    ends = [check.last_finished_at for check in found(good).values() if check.last_values.get("rate") == 0.9]
    assert len(ends) == 20
    # In one queue with the others they would wait for all of their seconds.
    assert all(end and end - began < timedelta(seconds=15) for end in ends)
    assert {(check.last_error, check.last_detail) for check in found(bad).values()} == {
        ("parse", "Reading the answer took too long.")
    }


@pytest.mark.django_db
def test_a_stored_path_of_too_many_parts_fails_its_check_and_says_why(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    path = "[?" + "||".join(["a"] * 97) + "]"
    with lab.at():
        Check.objects.filter(id=check_id).update(metrics=metrics([path]))
    target.body = EMPTY_OBJECTS
    lab.round()
    check = lab.check(check_id)
    assert (check.last_error, check.last_detail) == ("parse", "A path of this check has too many parts.")


def test_how_long_an_answer_took_is_left_out_where_we_stood_still(
    lab: MonitoringScenario, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Storing what came first takes two seconds; the answer that comes meanwhile is one, and nobody knows of when."""
    slow, quick = lab.watch(target, name="Slow", timeout_ms=1000), lab.watch(target, name="Quick", kind="http")
    target.says(rate=0.9)
    target.delay = 0.5
    original, stalls = prober._store, [2.0]

    def store(results: list[Result]) -> int:
        time.sleep(stalls.pop() if stalls else 0)
        return original(results)

    monkeypatch.setattr(prober, "_store", store)
    lab.round()
    for check in (lab.check(slow), lab.check(quick)):
        assert (check.last_error, check.health) == ("", "healthy")
        assert "latency" not in check.last_values
        assert check.last_latency_us is None
    assert lab.check(slow).last_values == {"rate": 0.9}


@pytest.mark.django_db
@pytest.mark.usefixtures("short_patience")
def test_memory_stays_where_it_was_over_hundreds_of_hostile_answers(cast: Cast, wires: ExitStack) -> None:
    house = cast.north
    for name, (kind, paths, body) in ANSWERS.items():
        watch(house, name, serve(wires, says(body), house), kind=kind, metrics=metrics(paths))
    for name, script in {"bomb": BOMB, "headers": HEADERS, "drips": DRIPS}.items():
        watch(house, name, serve(wires, script, house), timeout_ms=300)
    after = []
    for number in range(20):
        with clock.at(now() + timedelta(hours=2 * number)):
            assert probe_round(seconds=20, size=8) == len(ANSWERS) + 3
        after.append(memory())
    # The first rounds fill what is kept for good.
    assert max(after[-4:]) < 1.2 * max(after[2:6])
    [reader] = readers._idle
    assert reader.waiting == 0
    assert [pid for pid in (reader.quick.pid, reader.slow.pid) if pid and is_alive(pid)] == children()


def memory() -> int:
    """What this process and its parsers hold."""
    gc.collect()
    return sum(resident(pid) for pid in (os.getpid(), *children()))


def children() -> list[int]:
    """The parsers of this process."""
    found = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in found if b"probing.parser" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def resident(pid: int) -> int:
    """In bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
