"""M9, M10, M41: the loop that keeps many requests in flight, where none waits for another."""

from __future__ import annotations

import time
from collections.abc import Hashable

import pytest

from core.net.client import Failure, MultiLoop, Outcome, Request, Response
from tests.core.net.lab import endless, hangs, says, serving


def _all(loop: MultiLoop, seconds: float = 5.0) -> list[tuple[Hashable, Outcome]]:
    outcomes: list[tuple[Hashable, Outcome]] = []
    deadline = time.monotonic() + seconds
    while loop.active and time.monotonic() < deadline:
        outcomes += loop.poll(0.05)
    return outcomes


def test_five_targets_that_hang_delay_none_of_fifty_that_answer() -> None:
    drips = endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x", pause=0.02)
    with serving(hangs) as slow, serving(drips) as dripping, serving(says()) as fast:
        loop = MultiLoop(55)
        for number in range(5):
            loop.add((slow, dripping)[number % 2].request(timeout_ms=3000), ("slow", number))
        for number in range(50):
            loop.add(fast.request(timeout_ms=3000), ("fast", number))
        began, done = time.monotonic(), list[tuple[Hashable, Outcome]]()
        while len(done) < 50 and time.monotonic() - began < 3:
            done += loop.poll(0.05)
        took = time.monotonic() - began
        assert (loop.active, loop.free) == (5, 50)
        loop.close()
    assert took < 1.0
    assert {tag for tag, _outcome in done} == {("fast", number) for number in range(50)}
    assert all(isinstance(outcome, Response) for _tag, outcome in done)


def test_a_small_loop_goes_round_many_times_and_mixes_up_no_answer() -> None:
    with serving(says(b"one")) as one, serving(says(b"two", status="503 Busy")) as two:
        loop = MultiLoop(8)
        waiting = [(wire, number) for number in range(60) for wire in (one, two)]
        done: list[tuple[Hashable, Outcome]] = []
        while waiting or loop.active:
            while waiting and loop.free:
                wire, number = waiting.pop()
                loop.add(wire.request(), (wire.port, number))
            done += loop.poll(0.01)
        loop.close()
    assert len({tag for tag, _outcome in done}) == len(done) == 120
    expected = {one.port: (200, b"one"), two.port: (503, b"two")}
    for tag, outcome in done:
        assert isinstance(outcome, Response)
        assert isinstance(tag, tuple)
        assert (outcome.status, outcome.body) == expected[tag[0]]


def test_a_place_that_failed_is_as_good_as_new_for_the_next() -> None:
    """A block, a flood and a timeout leave nothing behind on the handle they were on."""
    with serving(hangs) as slow, serving(says(b"x" * 100)) as good:
        loop = MultiLoop(1)
        classes = []
        for request in (
            Request(good.url),
            good.request(),
            good.request(max_bytes=10),
            good.request(),
            slow.request(timeout_ms=100),
            good.request(),
        ):
            loop.add(request, None)
            [(_tag, outcome)] = _all(loop)
            classes.append(outcome.error_class if isinstance(outcome, Failure) else len(outcome.body))
        loop.close()
    assert classes == ["blocked", 100, "too_large", 100, "timeout", 100]


def test_m41_a_request_that_cannot_be_written_takes_no_place_with_it() -> None:
    with serving(says()) as wire:
        loop = MultiLoop(2)
        for number in range(5):
            with pytest.raises(UnicodeEncodeError):
                loop.add(Request(f"http://b\u00fccher.example/{number}"), number)
            with pytest.raises(ValueError, match="control character"):
                loop.add(wire.request(headers={"A": "b\r\nC: d"}), number)
        assert (loop.free, loop.active) == (2, 0)
        loop.add(wire.request(), "good")
        assert [type(outcome) for _tag, outcome in _all(loop)] == [Response]
        loop.close()


def test_a_full_loop_takes_no_more() -> None:
    with serving(hangs) as wire:
        loop = MultiLoop(1)
        loop.add(wire.request(), 1)
        with pytest.raises(IndexError):
            loop.add(wire.request(), 2)
        loop.close()


def test_an_idle_loop_does_not_wait() -> None:
    loop = MultiLoop(3)
    began = time.monotonic()
    assert loop.poll(5) == []
    assert time.monotonic() - began < 0.5
    loop.close()


def test_waiting_for_a_target_costs_no_processor_time() -> None:
    with serving(hangs) as wire:
        loop = MultiLoop(20)
        for number in range(20):
            loop.add(wire.request(timeout_ms=5000), number)
        loop.poll(0.2)
        began = time.thread_time()
        loop.poll(1.0)
        spent = time.thread_time() - began
        loop.close()
    assert spent < 0.2


def test_closing_lets_go_of_what_is_in_flight() -> None:
    with serving(hangs) as wire:
        loop = MultiLoop(3)
        for number in range(3):
            loop.add(wire.request(timeout_ms=30_000), number)
        loop.poll(0.1)
        began = time.monotonic()
        loop.close()
        assert time.monotonic() - began < 0.5
        assert (loop.active, loop.free) == (0, 0)
