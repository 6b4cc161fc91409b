"""After a stall of ours nobody is judged by the time that we lost: a frozen process, a commit that took long."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.net.client import Failure, MultiLoop, Outcome, Response
from tests.core.net.lab import Wire, hangs, says, serving

ROOT = Path(__file__).resolve().parents[3]
# Asks once, says that it has begun, and tells what came of it.
ASKS = """
import json, sys
from core.net.client import MultiLoop, Request
from core.net.guard import Allowance
loop = MultiLoop(1)
url, port, timeout = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
loop.add(Request(url, timeout_ms=timeout, allowances=(Allowance("127.0.0.1", port),)), None)
loop.poll(0.1)
print("begun", flush=True)
while loop.active:
    for _tag, outcome in loop.poll(0.1):
        print(json.dumps(outcome._asdict() | {"body": None}), flush=True)
"""


def slowly(wire: Wire, line: socket.socket) -> None:
    """Answers after half a second."""
    time.sleep(0.5)
    says(b"in time")(wire, line)


def hangs_up(wire: Wire, line: socket.socket) -> None:
    """Ends the connection after half a second, as a server does that has waited for long."""
    del wire
    time.sleep(0.5)
    line.close()


@contextmanager
def asking(wire: Wire, *, timeout_ms: int) -> Iterator[MultiLoop]:
    """A loop with one request on its way."""
    loop = MultiLoop(2)
    loop.add(wire.request(timeout_ms=timeout_ms), "first")
    loop.poll(0.1)
    yield loop
    loop.close()


def end_of(loop: MultiLoop, *, lose: float = 0.0) -> Outcome:
    """What comes of it, losing so many seconds between any two looks."""
    done: list[tuple[Hashable, Outcome]] = []
    while not done:
        time.sleep(lose)
        done = loop.poll(0.3)
    return done[0][1]


def test_an_answer_that_came_while_nobody_looked_is_an_answer() -> None:
    with serving(slowly) as wire, asking(wire, timeout_ms=1000) as loop:
        time.sleep(2.5)
        outcome = end_of(loop)
    assert isinstance(outcome, Response)
    assert (outcome.body, outcome.stalled) == (b"in time", True)


def test_a_target_that_had_no_time_to_answer_while_somebody_looked_gets_it_afterwards() -> None:
    with serving(slowly) as wire, asking(wire, timeout_ms=1500) as loop:
        loop.add(wire.request(timeout_ms=1500), "second")
        # Its request was not even written before the stall.
        time.sleep(2.5)
        outcomes: list[Outcome] = []
        while loop.active:
            outcomes += [outcome for _tag, outcome in loop.poll(0.1)]
    assert [type(outcome) for outcome in outcomes] == [Response, Response]


def test_a_connection_that_was_torn_meanwhile_is_our_own_failure() -> None:
    with serving(hangs_up) as wire, asking(wire, timeout_ms=5000) as loop:
        time.sleep(2.5)
        outcome = end_of(loop)
    assert isinstance(outcome, Failure)
    assert outcome.error_class == "internal"


def test_without_a_stall_the_same_is_the_targets() -> None:
    with serving(hangs_up) as wire, asking(wire, timeout_ms=5000) as loop:
        torn = end_of(loop)
    with serving(slowly) as wire, asking(wire, timeout_ms=5000) as loop:
        answered = end_of(loop)
    assert isinstance(torn, Failure)
    assert torn.error_class == "protocol"
    assert isinstance(answered, Response)
    assert not answered.stalled


def test_a_target_that_hangs_is_late_however_often_we_stall() -> None:
    """Commits of a third of a second between any two looks: it takes longer to say so, and is said."""
    with serving(hangs) as wire, asking(wire, timeout_ms=1000) as loop:
        outcome = end_of(loop, lose=0.3)
    assert isinstance(outcome, Failure)
    assert outcome.error_class == "timeout"


def test_a_target_that_hangs_before_it_is_secured_is_late_too() -> None:
    with serving(hangs) as wire:
        loop = MultiLoop(1)
        request = wire.request(timeout_ms=3000, connect_timeout_ms=1000)
        loop.add(request._replace(url=request.url.replace("http:", "https:")), None)
        outcome = end_of(loop, lose=0.2)
        loop.close()
    assert isinstance(outcome, Failure)
    assert outcome.error_class == "timeout"


def test_a_stall_longer_than_any_timer_is_no_answer_and_nobodys_timeout() -> None:
    """The target never answers; after so long a freeze libcurl's own timer has run out, and nothing is known."""
    with serving(hangs) as wire, frozen(wire, timeout_ms=500, seconds=11.5) as outcome:
        assert outcome["error_class"] == "internal"


def test_a_process_that_was_frozen_judges_no_target_by_it() -> None:
    with serving(slowly) as wire, frozen(wire, timeout_ms=1000, seconds=2.5) as outcome:
        assert (outcome.get("status"), outcome.get("stalled")) == (200, True)


@contextmanager
def frozen(wire: Wire, *, timeout_ms: int, seconds: float) -> Iterator[dict[str, object]]:
    """What a process tells that asks the target and is frozen while it waits."""
    argv = [sys.executable, "-c", ASKS, wire.url, str(wire.port), str(timeout_ms)]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGCONT)
        yield json.loads(process.stdout.readline())
