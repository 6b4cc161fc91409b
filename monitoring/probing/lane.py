"""One parser process and who waits for it. Whoever asks it never waits: what is ready is fetched with ``pump``."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from core.net.stalls import LONGEST_LOOK, FairClock
from monitoring.probing.parse import Reading
from monitoring.probing.parser import FAILED, TOOK_TOO_LONG, Told, frame
from monitoring.probing.turns import Turns

_JSON = json.JSONDecoder()
ROOT = Path(__file__).resolve().parents[2]
# What an answer counts before it was read, so that a frame is filled in turns.
COST = 0.000_05
MOST_BYTES_AT_ONCE = 1 << 20
# Longer than any frame takes on a machine that does its work; then the process is taken for stuck.
STUCK_SECONDS = 15.0
MOST_TRIES = 2
FRAME_EVERY = 0.01
PIPE_BYTES = 1 << 20


@dataclass(slots=True, eq=False)
class Job:
    """One answer to read; ``tag`` comes back with what was read."""

    owner: Hashable
    kind: str
    metrics: Sequence[Mapping[str, str]]
    body: bytes
    tag: Any
    tries: int = 0
    # By the clock of its lane.
    came: float = 0.0


@dataclass(frozen=True, slots=True)
class Pace:
    """What an answer may take of processor time, and a frame of so many; how long one may wait; how nice it all is."""

    seconds: float
    turn: float
    most: int
    patience: float
    niceness: int
    memory: int = 384 << 20


Done = list[tuple[Job, Reading]]


class Lane:
    """A parser process, started when it is first needed and replaced when it dies."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self._turns: Turns[Job] = Turns()
        self._process: subprocess.Popen[bytes] | None = None
        self._given: deque[Job] = deque()
        self._unsent = memoryview(b"")
        self._heard = b""
        # While we stand still nobody waits for the process.
        self._clock, self._since, self._looked = FairClock(), 0.0, 0.0

    @property
    def pid(self) -> int | None:
        """The process that reads now, where there is one."""
        return self._process.pid if self._process else None

    @property
    def waiting(self) -> int:
        """How many are not read yet."""
        return len(self._turns) + len(self._given)

    def put(self, job: Job) -> None:
        """Queues an answer up."""
        job.came, job.tries = self._clock.now, 0
        self._turns.put(job.owner, job)

    def pump(self, *, hurry: bool) -> Done:
        """Sends and fetches what can be sent and fetched now; returns what was read and what is given up.

        Without ``hurry`` a frame is not begun right after another, so that it holds several.
        """
        done: Done = []
        self._clock.tick()
        if self._given:
            self._send()
            done += self._hear()
        if len(self._turns):
            done += self._give_up()
        if not self._given:
            self._turns.forget()
            if len(self._turns) and (hurry or self._clock.now - self._since >= FRAME_EVERY):
                self._begin()
        return done

    def wait(self, seconds: float) -> None:
        """Waits until the process has something to say, no longer than a look may be away."""
        if self._process is not None and self._given:
            assert self._process.stdout is not None
            select.select([self._process.stdout], [], [], min(seconds, LONGEST_LOOK / 2))

    def close(self) -> None:
        """Ends the process and forgets who waits."""
        self._turns, self._given = Turns(), deque()
        self._end()

    def _give_up(self) -> Done:
        """Those who have waited too long behind others of their own agency."""
        at = self._clock.now
        if at - self._looked < 0.25:
            return []
        self._looked = at
        over = self._turns.take_if(lambda job: at - job.came > self.pace.patience)
        return [(job, TOOK_TOO_LONG) for job in over]

    def _begin(self) -> None:
        """Gives the process the next frame, filled in turns."""
        size = 0
        while len(self._turns) and len(self._given) < self.pace.most and size < MOST_BYTES_AT_ONCE:
            job = self._turns.pop(COST)
            self._given.append(job)
            size += len(job.body)
            if job.tries:
                # It was there when the process died, and is read alone.
                break
        if not self._given:
            return
        self._unsent, self._since = memoryview(self._frame()), self._clock.now
        self._send()

    def _frame(self) -> bytes:
        places: dict[int, int] = {}
        wanted: list[tuple[str, Sequence[Mapping[str, str]]]] = []
        answers = []
        for job in self._given:
            # Equal metrics are mostly the same object.
            place = places.setdefault(id(job.metrics), len(wanted))
            if place == len(wanted):
                wanted.append((job.kind, job.metrics))
            elif wanted[place][0] != job.kind:
                place = len(wanted)
                wanted.append((job.kind, job.metrics))
            answers.append((place, job.body))
        return frame(wanted, answers)

    def _send(self) -> None:
        if not self._unsent:
            return
        # A process that died is noticed where it is heard.
        with suppress(OSError):
            while self._unsent:
                sent = os.write(self._pipe().fileno(), self._unsent)
                self._unsent = self._unsent[sent:]

    def _pipe(self) -> IO[bytes]:
        if self._process is None:
            self._start()
        assert self._process is not None
        assert self._process.stdin is not None
        return self._process.stdin

    def _start(self) -> None:
        pace = self.pace
        limits = pace.seconds, pace.turn, pace.memory, pace.niceness
        argv = [sys.executable, "-m", "monitoring.probing.parser", *map(str, limits)]
        # Nothing of our environment, where the secrets are.
        env = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME") if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603
            argv, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self._heard = b""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)
            # A big answer goes through at once, where the system has room for it.
            with suppress(OSError, AttributeError):
                fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)

    def _hear(self) -> Done:
        done: Done = []
        ended = False
        if self._process is not None:
            assert self._process.stdout is not None
            ended = self._read(self._process.stdout.fileno())
            whole, end, rest = self._heard.rpartition(b"\n")
            self._heard = rest
            for line in whole.decode().split("\n") if end else ():
                for told in _JSON.decode(line):
                    done += self._told(told)
        if ended or self._clock.now - self._since > STUCK_SECONDS:
            done += self._mourn()
        return done

    def _read(self, pipe: int) -> bool:
        """Reads what is there; whether that was the last."""
        with suppress(BlockingIOError):
            while True:
                part = os.read(pipe, PIPE_BYTES)
                if not part:
                    return True
                self._heard += part
        return False

    def _told(self, told: Told | None) -> Done:
        job = self._given.popleft()
        if told is None:
            self._turns.charge(job.owner, -COST)
            self._turns.put(job.owner, job, first=True)
            return []
        values, error_class, detail, spent = told
        self._turns.charge(job.owner, spent - COST)
        return [(job, Reading(values, error_class, detail))]

    def _mourn(self) -> Done:
        """The process has died or is stuck over one of those it has not told of. Each of them is read alone."""
        code, alone = self._end(), len(self._given) == 1
        done: Done = []
        while self._given:
            job = self._given.pop()
            job.tries += 1
            if alone and (code == -signal.SIGVTALRM or job.tries >= MOST_TRIES):
                done.append((job, TOOK_TOO_LONG if code == -signal.SIGVTALRM else FAILED))
            else:
                self._turns.put(job.owner, job, first=True)
        return done

    def _end(self) -> int | None:
        process, self._process, self._unsent, self._heard = self._process, None, memoryview(b""), b""
        if process is None:
            return None
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()
        # One that has ended keeps its code; one that has not is ended.
        with suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=0.05)
        process.kill()
        return process.wait()
