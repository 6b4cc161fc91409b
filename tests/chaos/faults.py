"""What is done to the stack. Each fault hurts, waits, and mends; how long it lasted is written down."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from retainer.local import kernel
from tests.chaos.receivers import Receivers
from tests.chaos.stack import Stack

JUMP = 40 * 86_400


@dataclass(frozen=True)
class Hurt:
    """One fault that happened, in real seconds."""

    name: str
    since: float
    until: float


@dataclass
class Scene:
    """All that a fault can touch. ``longest`` is how long one may last, in seconds."""

    stack: Stack
    receivers: Receivers
    shift: Path
    longest: float


def kill_a_worker(scene: Scene) -> None:
    scene.stack.kill("worker-1")
    time.sleep(1)
    scene.stack.start("worker-1")


def kill_a_process_in_the_middle(scene: Scene) -> None:
    scene.stack.kill_one_child("worker-2")


def kill_beat(scene: Scene) -> None:
    scene.stack.kill("beat")
    time.sleep(2)
    scene.stack.start("beat")


def two_beats(scene: Scene) -> None:
    scene.stack.start("beat-2")
    time.sleep(scene.longest / 2)
    scene.stack.kill("beat-2")


def flush_redis(scene: Scene) -> None:
    scene.stack.redis().flushall()


def stop_redis(scene: Scene) -> None:
    pid = scene.stack.redis_pid()
    kernel.send(pid, signal.SIGSTOP)
    time.sleep(scene.longest)
    kernel.send(pid, signal.SIGCONT)
    scene.stack.wait_for_redis()


def kill_redis(scene: Scene) -> None:
    kernel.send(scene.stack.redis_pid(), signal.SIGKILL)
    time.sleep(0.5)
    scene.stack.wait_for_redis()


def restart_postgres(scene: Scene) -> None:
    before = scene.stack.postmaster()
    # The fast shutdown: every session is cut off in the middle of what it does.
    kernel.send(before, signal.SIGINT)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            if scene.stack.postmaster() != before:
                time.sleep(1)
                return
        except (OSError, IndexError):
            pass
        time.sleep(0.1)
    raise SystemExit("PostgreSQL did not come back.")


def stop_the_receiver(scene: Scene) -> None:
    scene.receivers.refuse(True)
    time.sleep(scene.longest)
    scene.receivers.refuse(False)


def freeze_a_worker(scene: Scene) -> None:
    scene.stack.signal("worker-2", signal.SIGSTOP)
    time.sleep(scene.longest)
    scene.stack.signal("worker-2", signal.SIGCONT)


def jump_forty_days(scene: Scene) -> None:
    """The domain clock only: as if everything had been asleep."""
    making = scene.shift.with_suffix(".making")
    making.write_text(str(float(scene.shift.read_text()) + JUMP))
    os.replace(making, scene.shift)


FAULTS: tuple[Callable[[Scene], None], ...] = (
    kill_a_worker,
    kill_a_process_in_the_middle,
    kill_beat,
    two_beats,
    flush_redis,
    stop_redis,
    kill_redis,
    restart_postgres,
    stop_the_receiver,
    freeze_a_worker,
    jump_forty_days,
)


def suffer(fault: Callable[[Scene], None], scene: Scene) -> Hurt:
    """Does it and says how long it lasted."""
    since = time.monotonic()
    fault(scene)
    return Hurt(fault.__name__, since, time.monotonic())
