"""Starts the commands of the first run as real processes, and counts what they leave behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from retainer.local import kernel
from retainer.local.environment import SERVER_VARIABLES
from retainer.local.paths import PROJECT


def environment() -> dict[str, str]:
    """Ours without the servers that this test run itself uses."""
    return {name: value for name, value in os.environ.items() if name not in SERVER_VARIABLES}


@contextmanager
def running(*argv: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process in a group of its own, ended for certain afterwards."""
    process = subprocess.Popen(
        [sys.executable, *argv],
        cwd=PROJECT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        for pid in [*kernel.descendants(process.pid), process.pid]:
            if process.returncode is None or pid != process.pid:
                kernel.send(pid, 9)
        process.communicate()


def wait_until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Waits until something holds, and fails when it does not in time.

    Long, because a machine that is busy with browsers takes its time to end a dozen processes.
    """
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.05)


def none_alive(pids: list[int]) -> bool:
    """Whether all of these processes ended."""
    return not any(kernel.is_alive(pid) for pid in pids)


def segments() -> set[str]:
    """The System V shared memory segments of this machine."""
    return {line.split()[1] for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]}


def scratch_directories() -> set[Path]:
    """The directories that test runs of this user make, and PostgreSQL's own shared memory."""
    places = [*Path("/dev/shm").glob(f"retainer-{os.geteuid()}-*"), *Path("/tmp").glob(f"retainer-{os.geteuid()}-*")]
    return {*places, *Path("/dev/shm").glob("PostgreSQL.*")}
