"""Reads answers in a process of its own: ``python -m monitoring.probing.parser SECONDS TURN MEMORY NICENESS``.

It knows neither Django nor the database nor a secret. Frames come in on standard input: the length of a header, the
header as JSON, and the bodies. Lines of JSON go out on standard output: lists of what was read and the processor time
it took, in the order of the answers, with ``null`` for those that are handed back unread.

An answer may take SECONDS of processor time, a frame about TURN; what is left of it then is handed back. MEMORY is in
bytes, for everything. It ends with whoever started it, because its input ends.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import struct
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from types import FrameType
from typing import BinaryIO, TypeAlias

from monitoring.probing.numbers import ALL_OF, numbers_in
from monitoring.probing.parse import Reading, read

LENGTH = struct.Struct("!I")
TOOK_TOO_LONG = Reading(error_class="parse", detail="Reading the answer took too long.")
TOOK_TOO_MUCH = Reading(error_class="parse", detail="Reading the answer took too much memory.")
FAILED = Reading(error_class="internal", detail="This check could not be run.")
# What no handler of ours can interrupt is ended from outside of Python, by the death of the process.
DEATH_AFTER = 2.0
SAY_EVERY = 0.005


# The kind of a check and its metrics.
_Wanted: TypeAlias = tuple[str, Sequence[Mapping[str, str]]]
# The values, the class of what was wrong, its detail, and the processor time it took.
Told: TypeAlias = tuple[dict[str, float], str, str, float]


class TooLong(BaseException):
    """Raised in the middle of reading. Not an Exception, so that nothing on the way takes it for a bad answer."""


def frame(wanted: Sequence[_Wanted], answers: Sequence[tuple[int, bytes]]) -> bytes:
    """Answers to read, each with the place in ``wanted`` of its kind and metrics."""
    header = json.dumps([wanted, [(place, len(body)) for place, body in answers]]).encode()
    return b"".join([LENGTH.pack(len(header)), header, *(body for _place, body in answers)])


def serve(given: BinaryIO, out: int, *, seconds: float, turn: float) -> None:
    """Reads frames until there are no more, or until one took so much memory that a new process is better."""
    while head := given.read(LENGTH.size):
        wanted, sizes = json.loads(given.read(LENGTH.unpack(head)[0]))
        answers = [(wanted[place], given.read(size)) for place, size in sizes]
        signal.setitimer(signal.ITIMER_VIRTUAL, turn + seconds + DEATH_AFTER)
        took_too_much = False
        for told in _read_all(answers, seconds=seconds, turn=turn):
            took_too_much = took_too_much or any(one and one[2] == TOOK_TOO_MUCH.detail for one in told)
            _say(out, told)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        if took_too_much:
            return


def _read_all(answers: Sequence[tuple[_Wanted, bytes]], *, seconds: float, turn: float) -> Iterator[list[Told | None]]:
    """What was read, as soon as it has taken a while."""
    told: list[Told | None] = []
    began = said = before = time.process_time()
    for (kind, metrics), body in answers:
        if before - began > turn or (told and told[-1] and told[-1][2] == TOOK_TOO_MUCH.detail):
            told.append(None)
            continue
        reading = _read(kind, metrics, body, seconds)
        after = time.process_time()
        told.append((reading.values, reading.error_class, reading.detail, after - before))
        before = after
        if after - said > SAY_EVERY:
            yield told
            told, said = [], after
    if told:
        yield told


def _read(kind: str, metrics: Sequence[Mapping[str, str]], body: bytes, seconds: float) -> Reading:
    try:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            return numbers_in(kind, body) if kind.startswith(ALL_OF) else read(kind, metrics, body)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except TooLong:
        return TOOK_TOO_LONG
    except MemoryError:
        return TOOK_TOO_MUCH
    except Exception:
        return FAILED


def _say(out: int, told: list[Told | None]) -> None:
    line = json.dumps(told).encode() + b"\n"
    while line:
        line = line[os.write(out, line) :]


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise TooLong


def _confine(memory: int, niceness: int) -> None:
    os.nice(niceness)
    # Somebody who ends a group of processes ends whoever started this one, and this one by its input.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, _too_long)
    for limit, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        # Not every system knows each of them.
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))


def main() -> None:
    """Serves whoever started it."""
    seconds, turn, memory, niceness = (float(argument) for argument in sys.argv[1:5])
    _confine(int(memory), int(niceness))
    with suppress(BrokenPipeError):
        serve(sys.stdin.buffer, 1, seconds=seconds, turn=turn)


if __name__ == "__main__":
    main()
