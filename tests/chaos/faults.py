"""What is done to the stack. Each fault hurts, waits, and mends; what it touched and for how long is written down."""

from __future__ import annotations

import os
import random
import resource
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg2

from retainer.local import kernel
from tests.chaos.crash import AFTER_THE_COMMIT, POINTS, WEB_POINTS
from tests.chaos.hurts import Hurt
from tests.chaos.receivers import Receivers
from tests.chaos.stack import Stack

DAY, HOUR, MINUTE = 86_400, 3600, 60
# A process that was killed works again after so long on a busy machine.
BOOT = 15.0
# A clock that was ahead leaves due times behind that lie in the future. Somebody has to notice within this.
NOTICED = 60.0
TABLES = ("monitoring_check", "core_outboxevent", "slas_clock", "notifications_delivery", "incidents_incident")


@dataclass
class Scene:
    """All that a fault can touch. ``longest`` is how long one may last, in seconds."""

    stack: Stack
    receivers: Receivers
    longest: float


Act = Callable[[Scene, random.Random], Any]


@dataclass(frozen=True)
class Fault:
    """``touches`` are the parts that it lays hands on; two faults at once touch different ones. ``excuses`` are the
    columns of its ``Hurt``."""

    name: str
    act: Act
    touches: frozenset[str]
    excuses: dict[str, Any]


def kill(name: str, scene: Scene, dice: random.Random) -> None:
    scene.stack.kill(name)
    time.sleep(dice.uniform(0.5, 2))
    scene.stack.start(name)


def kill_a_process_in_the_middle(scene: Scene, _dice: random.Random) -> None:
    scene.stack.kill_one_child("worker-2")


def two_beats(scene: Scene, _dice: random.Random) -> None:
    scene.stack.start("beat-2")
    time.sleep(scene.longest / 2)
    scene.stack.kill("beat-2")


def flush_redis(scene: Scene, _dice: random.Random) -> None:
    scene.stack.redis().flushall()


def stop_redis(scene: Scene, _dice: random.Random) -> None:
    pid = scene.stack.redis_pid()
    kernel.send(pid, signal.SIGSTOP)
    time.sleep(scene.longest)
    kernel.send(pid, signal.SIGCONT)
    scene.stack.wait_for_redis()


def kill_redis(scene: Scene, _dice: random.Random) -> None:
    kernel.send(scene.stack.redis_pid(), signal.SIGKILL)
    time.sleep(0.5)
    scene.stack.wait_for_redis()


def end_postgres(number: signal.Signals, scene: Scene, _dice: random.Random) -> None:
    before = scene.stack.postgres()[0]
    kernel.send(before, number)
    deadline = time.monotonic() + 30
    while kernel.is_alive(before) and time.monotonic() < deadline:
        time.sleep(0.1)
    scene.stack.wait_for_postgres()


def lock_tables(scene: Scene, dice: random.Random) -> None:
    """Somebody holds a table for himself: a migration that waits, a clumsy report."""
    link = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        with link.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '20s'; LOCK TABLE {dice.choice(TABLES)} IN ACCESS EXCLUSIVE MODE")
            time.sleep(scene.longest * dice.uniform(0.3, 1))
    except psycopg2.Error:
        # It was not to be had in time.
        return
    finally:
        link.close()


def slow_postgres(scene: Scene, _dice: random.Random) -> None:
    """A disk or a processor that others use: every session stands still most of the time."""
    until = time.monotonic() + scene.longest
    while time.monotonic() < until:
        pids = scene.stack.postgres()[1:]
        for number, seconds in ((signal.SIGSTOP, 0.3), (signal.SIGCONT, 0.1)):
            for pid in pids:
                kernel.send(pid, number)
            time.sleep(seconds)


def fill_the_disk(scene: Scene, _dice: random.Random) -> None:
    """No file of PostgreSQL's may grow any more, which it treats as a full disk: it ignores the signal that comes with
    it for that very purpose."""
    _let_files_grow_to(scene, 64 * 1024)
    time.sleep(min(scene.longest, 10))
    # Again and again, because a process that is born meanwhile may have the limit of before.
    scene.stack.wait_for_postgres(meanwhile=lambda: _let_files_grow_to(scene, resource.RLIM_INFINITY))


def _let_files_grow_to(scene: Scene, most: int) -> None:
    try:
        pids = scene.stack.postgres()
    except (OSError, IndexError):
        return
    for pid in pids:
        try:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
        except (ProcessLookupError, PermissionError):
            continue


def stop_the_receiver(scene: Scene, _dice: random.Random) -> None:
    scene.receivers.refuse(True)
    time.sleep(scene.longest)
    scene.receivers.refuse(False)


def freeze_a_worker(least: float, most: float, scene: Scene, dice: random.Random) -> None:
    """``least`` and ``most`` in times of the longest."""
    scene.stack.signal("worker-2", signal.SIGSTOP)
    time.sleep(scene.longest * dice.uniform(least, most))
    scene.stack.signal("worker-2", signal.SIGCONT)


def cut_off(what: str, scene: Scene, dice: random.Random) -> None:
    """The second worker alone hears no more of it; in half of the cases the connections break, in half they hang."""
    proxy = scene.stack.to_postgres if what == "postgres" else scene.stack.to_redis
    (proxy.cut if dice.random() < 0.5 else proxy.stall)()
    time.sleep(scene.longest * dice.uniform(0.3, 1))
    proxy.mend()


def jump(seconds: float, scene: Scene, _dice: random.Random) -> None:
    """The domain clock of all: as if everything had been asleep, or somebody had corrected it."""
    scene.stack.clocks.move(seconds)


def one_clock_wrong(seconds: float, scene: Scene, _dice: random.Random) -> None:
    """One machine's clock alone, which somebody corrects after a while."""
    scene.stack.clocks.move(seconds, "worker-2")
    time.sleep(scene.longest / 2)
    scene.stack.clocks.move(-seconds, "worker-2")


def die_at(point: str, scene: Scene, _dice: random.Random) -> None:
    if not scene.stack.die_at(point, seconds=max(5.0, scene.longest / 2)):
        print(f"    nobody came to the point {point}", flush=True)


def _fault(name: str, act: Act, *touches: str, **excuses: Any) -> Fault:
    return Fault(name, act, frozenset(touches), excuses)


def _stops(*parts: str, recovers: float = BOOT, **more: Any) -> dict[str, Any]:
    return {"stops": frozenset(parts), "recovers": recovers, "strands": True, **more}


_POSTGRES = _stops("postgres")
# Whoever is ahead waits in vain for what is sent, more than once.
_AHEAD: dict[str, Any] = {"strands": True, "puts_off": NOTICED, "shakes": 2, "differs": True}
_BEHIND: dict[str, Any] = {"strands": True, "puts_off": NOTICED, "differs": True}
FORTY_DAYS = _fault("all clocks jump forty days", partial(jump, 40 * DAY), "clocks", strands=True, shakes=1)
FAULTS: tuple[Fault, ...] = (
    _fault("a worker is killed", partial(kill, "worker-1"), "worker-1", **_stops("worker-1")),
    _fault("a process of a worker is killed", kill_a_process_in_the_middle, "worker-2", strands=True),
    _fault("beat is killed", partial(kill, "beat"), "beat", **_stops("beat")),
    _fault("two beats run", two_beats, "beat-2"),
    _fault("the web process is killed", partial(kill, "web"), "web", **_stops("web")),
    _fault("redis is flushed", flush_redis, "redis"),
    _fault("redis stands still", stop_redis, "redis", **_stops("redis")),
    _fault("redis is killed", kill_redis, "redis", **_stops("redis")),
    _fault("postgres is restarted", partial(end_postgres, signal.SIGINT), "postgres", **_POSTGRES),
    _fault("postgres is killed", partial(end_postgres, signal.SIGKILL), "postgres", **_POSTGRES),
    _fault("a table is locked", lock_tables, "postgres", **_POSTGRES),
    _fault("postgres is slow", slow_postgres, "postgres", **_POSTGRES),
    _fault("the disk is full", fill_the_disk, "postgres", **_POSTGRES),
    _fault("the receivers refuse", stop_the_receiver, "receivers"),
    _fault("a worker freezes", partial(freeze_a_worker, 0.3, 1), "worker-2", **_stops("worker-2", shakes=1)),
    # Longer than every lease.
    _fault("a worker freezes for long", partial(freeze_a_worker, 1.5, 3), "worker-2", **_stops("worker-2", shakes=1)),
    _fault(
        "a worker is cut off from postgres", partial(cut_off, "postgres"), "worker-2", **_stops("worker-2", shakes=1)
    ),
    _fault("a worker is cut off from redis", partial(cut_off, "redis"), "worker-2", **_stops("worker-2")),
    FORTY_DAYS,
    _fault("all clocks jump ahead by minutes", partial(jump, 7 * MINUTE), "clocks", strands=True, shakes=1),
    _fault("all clocks jump back by minutes", partial(jump, -3 * MINUTE), "clocks", **_BEHIND),
    _fault("one clock is ahead", partial(one_clock_wrong, 6 * HOUR), "clocks", **_AHEAD),
    _fault("one clock is behind", partial(one_clock_wrong, -10 * MINUTE), "clocks", **_BEHIND),
    *(_fault(f"a worker dies {point.name}", partial(die_at, point.name), "crash", strands=True) for point in POINTS),
    *(
        _fault(f"the web process dies {name}", partial(die_at, name), "crash", **_stops("web"))
        for name in (*(point.name for point in WEB_POINTS), AFTER_THE_COMMIT)
    ),
)


def suffer(faults: list[Fault], scene: Scene, dice: random.Random) -> list[Hurt]:
    """Does one, or several at once, and says how long each lasted."""
    hurts: list[Hurt] = []
    # Thrown here, so that the same seed does the same however the threads take turns.
    rows = [(fault, random.Random(dice.random())) for fault in faults]
    threads = [threading.Thread(target=_suffer_one, args=(*row, scene, hurts)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(hurts) < len(faults):
        raise SystemExit("A fault could not be done or not be mended.")
    return hurts


def _suffer_one(fault: Fault, dice: random.Random, scene: Scene, hurts: list[Hurt]) -> None:
    since = time.time()
    try:
        fault.act(scene, dice)
    except BaseException as error:
        # A thread ends without a word where it is told to exit.
        print(f"  {fault.name}: {type(error).__name__} {error}", flush=True)
        raise
    hurts.append(Hurt(fault.name, since, time.time(), **fault.excuses))


class Choice:
    """Which fault comes next: every kind once before any comes again, and each third time two at once."""

    def __init__(self, dice: random.Random) -> None:
        self._dice, self._waiting = dice, list[Fault]()
        self._count = 0

    def next(self) -> list[Fault]:
        """One fault, or two that touch different parts."""
        self._count += 1
        first = self._take(frozenset())
        return [first, self._take(first.touches)] if self._count % 3 == 0 else [first]

    def _take(self, taken: frozenset[str]) -> Fault:
        if not [fault for fault in self._waiting if not fault.touches & taken]:
            self._waiting = self._dice.sample(FAULTS, len(FAULTS))
        found = next(fault for fault in reversed(self._waiting) if not fault.touches & taken)
        self._waiting.remove(found)
        return found
