"""The faults of a chaos run: the same seed does the same, and each excuses what it touched and no more."""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable

import pytest

from tests.chaos.books import GOOD, Book
from tests.chaos.crash import POINTS, WEB_POINTS, Point
from tests.chaos.faults import FAULTS, Choice, Fault
from tests.chaos.hurts import LEASE, Hurt, Hurts, seconds_in

BY_NAME = {fault.name: fault for fault in FAULTS}


def hurt(name: str, since: float, until: float) -> Hurt:
    """The fault of this name, suffered for that time."""
    return Hurt(name, since, until, **BY_NAME[name].excuses)


def chosen(seed: int, count: int) -> list[list[Fault]]:
    choice = Choice(random.Random(seed))
    return [choice.next() for _ in range(count)]


def test_the_same_seed_chooses_the_same_faults_and_another_one_others() -> None:
    assert chosen(7, 60) == chosen(7, 60)
    assert chosen(7, 60) != chosen(8, 60)


def test_every_kind_comes_before_long() -> None:
    assert {fault.name for faults in chosen(7, 60) for fault in faults} == set(BY_NAME)


def test_two_at_once_lay_hands_on_different_parts() -> None:
    pairs = [faults for faults in chosen(7, 300) if len(faults) == 2]
    assert len(pairs) == 100
    assert not any(one.touches & two.touches for one, two in pairs)


@pytest.mark.parametrize("point", [*POINTS, *WEB_POINTS], ids=lambda point: point.name)
def test_a_named_point_is_a_function_that_its_module_calls(point: Point) -> None:
    """A point that nobody comes to any more would be a fault that does nothing."""
    assert callable(getattr(importlib.import_module(point.module), point.function))


def excused(*hurts: Hurt, until: float = 200.0) -> float:
    return seconds_in(Hurts(hurts).unasked(), 0, until)


def test_a_frozen_worker_excuses_one_lease_while_the_other_one_can_ask() -> None:
    assert excused(hurt("a worker freezes for long", 10, 100)) == LEASE


def test_two_workers_that_cannot_ask_excuse_the_time_in_which_neither_could() -> None:
    frozen, killed = hurt("a worker freezes for long", 10, 100), hurt("a worker is killed", 50, 51)
    # A lease from each beginning, and the time until the second worker works again, which lies within its lease.
    assert excused(frozen, killed) == 2 * LEASE


def test_a_stop_of_postgres_excuses_its_time_and_what_came_back_in_the_middle() -> None:
    stopped = hurt("postgres is restarted", 10, 20)
    assert excused(stopped) == 10 + stopped.recovers + LEASE


def test_faults_that_overlap_excuse_their_time_once() -> None:
    stopped = hurt("postgres is restarted", 10, 20)
    assert excused(stopped, stopped) == excused(stopped)


@pytest.mark.parametrize("name", ["the receivers refuse", "two beats run", "redis is flushed"])
def test_what_touches_no_check_excuses_none(name: str) -> None:
    assert excused(hurt(name, 10, 100)) == 0
    assert Hurts([hurt(name, 10, 100)]).losses(0, 200) == 0


def test_a_book_can_be_read_while_it_is_written() -> None:
    """The run crashed on that: names come while others are looked at."""
    book = Book()
    works: list[Callable[[], object]] = [lambda: book.answered("one", GOOD), lambda: book.becomes("two", GOOD)]
    for work in works:
        work()
    pages = book.pages()
    book.answered("three", GOOD)
    book.answered("one", GOOD)
    assert set(pages) == {"one", "two"}
    assert len(pages["one"].answers) == 1
