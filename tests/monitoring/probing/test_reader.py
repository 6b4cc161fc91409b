"""Answers are read by processes of their own, which may be slow, grow or die without anybody else noticing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.probing import reader as readers
from monitoring.probing.lane import Done, Job, Lane
from monitoring.probing.parse import Reading, check_path, read
from monitoring.probing.parser import FAILED, TOOK_TOO_LONG, TOOK_TOO_MUCH
from monitoring.probing.reader import SLOW, Reader, borrow, give_back
from tests.monitoring.probing.hostile import ANSWERS, EMPTY_OBJECTS, LONG_PATH, MIB, metrics

ROOT = Path(__file__).resolve().parents[3]
GOOD = b'{"rate": 0.9}'
RATE = [{"name": "rate", "path": "rate", "unit": ""}]
SLOW_ONE = ("http_json", metrics([LONG_PATH]), EMPTY_OBJECTS)


@pytest.fixture
def reader() -> Iterator[Reader]:
    one = Reader()
    # Less than the product allows, and as much too little for what is hostile.
    one.slow.pace = replace(SLOW, seconds=0.4)
    yield one
    one.close()


@pytest.fixture
def lane() -> Iterator[Lane]:
    one = Lane(SLOW)
    yield one
    one.close()


def put(reader: Reader, tag: Any, *, owner: int = 1, body: bytes = GOOD) -> None:
    reader.put(owner=owner, check_id=tag, kind="http_json", metrics=RATE, body=body, tag=tag)


def put_hostile(reader: Reader, tag: Any, *, owner: int) -> None:
    kind, wanted, body = SLOW_ONE
    reader.put(owner=owner, check_id=tag, kind=kind, metrics=wanted, body=body, tag=tag)


def read_all(reader: Reader) -> list[tuple[Any, Reading]]:
    """Everything that waits, in the order in which it was read."""
    done: list[tuple[Any, Reading]] = []
    while reader.waiting:
        done += reader.pump()
        reader.wait(0.05)
    return done


def pump_all(lane: Lane) -> Done:
    done: Done = []
    while lane.waiting:
        done += lane.pump(hurry=True)
        lane.wait(0.05)
    return done


@pytest.mark.parametrize("name", ANSWERS)
def test_no_answer_takes_more_than_its_share(reader: Reader, name: str) -> None:
    kind, paths, body = ANSWERS[name]
    for path in paths:
        check_path(kind, path)
    assert len(body) <= MIB
    reader.put(owner=1, check_id=1, kind=kind, metrics=metrics(paths), body=body, tag="hostile")
    put(reader, "good", owner=2)
    done = dict(read_all(reader))
    assert done["good"] == Reading({"rate": 0.9})
    # It was read in time, or is a failure of the check's own with a word about why.
    assert done["hostile"].error_class in ("", "parse")
    assert bool(done["hostile"].error_class) == bool(done["hostile"].detail)
    for one in (reader.quick, reader.slow):
        assert one.pid is None or cpu_seconds(one.pid) < SLOW.seconds + 1


def test_a_path_that_would_take_twenty_seconds_is_a_failure_of_its_check(reader: Reader) -> None:
    put_hostile(reader, "hostile", owner=1)
    assert read_all(reader) == [("hostile", TOOK_TOO_LONG)]
    assert TOOK_TOO_LONG.error_class == "parse"


def test_fifty_that_take_long_keep_nobody_else_waiting(reader: Reader) -> None:
    # The less each is given, the sooner all fifty have had it.
    reader.slow.pace = replace(SLOW, seconds=0.1)
    for number in range(50):
        put_hostile(reader, f"hostile {number}", owner=1)
    for number in range(200):
        put(reader, f"good {number}", owner=2)
    order = [str(tag).split()[0] for tag, _reading in read_all(reader)]
    assert order[:200] == ["good"] * 200
    assert order[200:] == ["hostile"] * 50


def test_what_takes_long_and_is_honest_waits_for_one_turn_of_others(reader: Reader) -> None:
    """Two agencies in the slow lane: the one that comes last, with less, is not behind all of the other's."""
    kind, paths, body = ANSWERS["many lists"]
    for number in range(8):
        put_hostile(reader, f"hostile {number}", owner=1)
    reader.put(owner=2, check_id=99, kind=kind, metrics=metrics(paths), body=body, tag="honest")
    done = read_all(reader)
    place = [tag for tag, _reading in done].index("honest")
    assert place <= 2
    assert done[place][1].values == {"m1": 349_523.0}


def test_a_check_that_took_long_is_read_slowly_from_then_on(reader: Reader) -> None:
    put_hostile(reader, "hostile", owner=1)
    read_all(reader)
    put_hostile(reader, "hostile", owner=1)
    assert (reader.quick.waiting, reader.slow.waiting) == (0, 1)
    put_hostile(reader, "another", owner=1)
    assert (reader.quick.waiting, reader.slow.waiting) == (1, 1)
    assert [reading for _tag, reading in read_all(reader)] == [TOOK_TOO_LONG] * 2


def test_who_waits_too_long_behind_others_of_its_own_is_given_up(lane: Lane) -> None:
    lane.pace = replace(SLOW, patience=0.5)
    kind, wanted, body = SLOW_ONE
    for number in range(40):
        lane.put(Job(1, kind, wanted, body, number))
    done = pump_all(lane)
    assert [reading for _job, reading in done] == [TOOK_TOO_LONG] * 40
    assert lane.pid is not None
    assert cpu_seconds(lane.pid) < 5


def test_an_answer_that_fills_the_memory_is_a_failure_of_its_check_and_the_process_is_new() -> None:
    lane = Lane(replace(SLOW, memory=50 << 20, most=10, turn=1.0, seconds=10.0))
    for tag, body in (("before", GOOD), ("hostile", EMPTY_OBJECTS), ("after", GOOD)):
        lane.put(Job(1, "http_json", RATE, body, tag))
    first = lane.pump(hurry=True)
    pid = lane.pid
    done = {job.tag: reading for job, reading in first + pump_all(lane)}
    assert done == {"before": Reading({"rate": 0.9}), "hostile": TOOK_TOO_MUCH, "after": Reading({"rate": 0.9})}
    assert lane.pid != pid
    lane.close()


def test_a_process_that_is_killed_loses_nothing_of_anybodys(reader: Reader) -> None:
    for number in range(100):
        put(reader, number)
    reader.pump()
    assert reader.quick.pid is not None
    os.kill(reader.quick.pid, signal.SIGKILL)
    assert sorted(tag for tag, reading in read_all(reader) if reading.values == {"rate": 0.9}) == list(range(100))


@pytest.mark.parametrize(("number", "expected"), [(signal.SIGVTALRM, TOOK_TOO_LONG), (signal.SIGSEGV, FAILED)])
def test_an_answer_over_which_the_process_dies_again_is_judged_alone(
    lane: Lane, number: signal.Signals, expected: Reading
) -> None:
    lane.pace = replace(SLOW, seconds=30.0, most=10, turn=30.0)
    kind, wanted, body = SLOW_ONE
    lane.put(Job(1, kind, wanted, body, "hostile"))
    lane.put(Job(2, "http_json", RATE, GOOD, "good"))
    done: Done = []
    while not any(job.tag == "hostile" for job, _reading in done):
        done += lane.pump(hurry=True)
        if lane.pid is not None and cpu_seconds(lane.pid) > 0.4:
            os.kill(lane.pid, number)
        lane.wait(0.05)
    done += pump_all(lane)
    assert {job.tag: reading for job, reading in done} == {"hostile": expected, "good": Reading({"rate": 0.9})}


def test_a_process_that_stands_still_is_replaced(lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.probing.lane.STUCK_SECONDS", 0.5)
    lane.put(Job(1, "http_json", RATE, GOOD, "first"))
    pump_all(lane)
    assert lane.pid is not None
    os.kill(lane.pid, signal.SIGSTOP)
    lane.put(Job(1, "http_json", RATE, GOOD, "second"))
    assert [(job.tag, reading.values) for job, reading in pump_all(lane)] == [("second", {"rate": 0.9})]


def test_nothing_is_left_behind_when_whoever_asked_is_killed() -> None:
    script = (
        "import sys; from tests.monitoring.probing.test_reader import *; r = Reader(); put(r, 1);"
        "put_hostile(r, 2, owner=1); read_all(r); print(r.quick.pid, r.slow.pid, flush=True); sys.stdin.read()"
    )
    argv = [sys.executable, "-c", script]
    with subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pids = [int(pid) for pid in process.stdout.readline().split()]
        assert all(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids)
        process.kill()
    deadline = time.monotonic() + 10
    while any(is_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(is_alive(pid) for pid in pids)


def test_the_process_gets_nothing_of_our_environment(reader: Reader) -> None:
    put(reader, 1)
    read_all(reader)
    given = Path(f"/proc/{reader.quick.pid}/environ").read_bytes()
    names = {entry.partition(b"=")[0].decode() for entry in given.split(b"\0") if entry}
    assert names <= {"PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "LC_CTYPE"}


def test_a_process_is_kept_from_one_round_to_the_next_and_a_broken_round_leaves_it_no_work() -> None:
    one = borrow()
    put(one, 1)
    read_all(one)
    pid = one.quick.pid
    give_back(one)
    again = borrow()
    assert again.quick.pid == pid
    put_hostile(again, 2, owner=1)
    again.pump()
    give_back(again)
    last = borrow()
    assert last.waiting == 0
    put(last, 3)
    assert [tag for tag, _reading in read_all(last)] == [3]
    give_back(last)


def test_a_fork_does_not_speak_to_the_processes_of_whoever_forked_it() -> None:
    one = borrow()
    put(one, 1)
    read_all(one)
    give_back(one)
    child = os.fork()
    if not child:
        os._exit(len(readers._idle))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(readers._idle) == 1


SHARED = Reader()
PATHS = ["rate", "a.b[0]", "[0]", "length(@)", "[*].a", "nosuch(a)", "sum(a)", "@"]
SELECTORS = ["wanted", 'wanted{a="1"}', "other"]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("ab") | st.just("rate"), inner),
    max_leaves=12,
)
BODIES = JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40)
LINES = st.lists(st.sampled_from([b"wanted 3", b'wanted{a="1"} 4', b"other NaN", b"wanted{", b"# x", b"\xff"]))


@given(
    st.lists(st.tuples(st.just("http_json"), st.sampled_from(PATHS), BODIES), max_size=8),
    st.lists(st.tuples(st.just("prometheus"), st.sampled_from(SELECTORS), LINES.map(b"\n".join)), max_size=8),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_it_reads_what_reading_in_place_reads(
    of_json: list[tuple[str, str, bytes]], of_text: list[tuple[str, str, bytes]]
) -> None:
    answers = of_json + of_text
    for number, (kind, path, body) in enumerate(answers):
        SHARED.put(owner=number % 3, check_id=number, kind=kind, metrics=metrics([path]), body=body, tag=number)
    done = dict(read_all(SHARED))
    assert done == {number: read(kind, metrics([path]), body) for number, (kind, path, body) in enumerate(answers)}


def is_alive(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def cpu_seconds(pid: int) -> float:
    """The processor time of a process that runs."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
