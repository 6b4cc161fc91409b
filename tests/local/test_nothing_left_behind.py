"""However the servers of a test run end, no process, no shared memory and no directory stays."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from retainer.local import kernel
from tests.local.house import none_alive, running, scratch_directories, segments, wait_until

pytestmark = pytest.mark.slow

# The command under test: says where its data is, leaves a process behind in a session of its own, and waits.
COMMAND = """
import os, subprocess, sys, time
from urllib.parse import unquote
subprocess.Popen(["sleep", "600"], start_new_session=True)
open(sys.argv[1], "w").write(unquote(os.environ["DATABASE_URL"]).partition("host=")[2])
time.sleep(600)
"""


class House:
    """A running ``test`` command with everything below it."""

    def __init__(self, guardian: int, place: Path) -> None:
        self.guardian = guardian
        self.everybody = [guardian, *kernel.descendants(guardian)]
        self.supervisor = kernel.descendants(guardian)[0]
        self.place = place


@pytest.fixture
def before() -> set[str]:
    return segments()


@pytest.fixture
def house(tmp_path: Path, before: set[str]) -> Iterator[House]:
    told = tmp_path / "told"
    with running("-m", "retainer.local", "test", "--", sys.executable, "-c", COMMAND, str(told)) as process:
        wait_until(lambda: told.exists() and told.read_text() != "")
        yield House(process.pid, Path(told.read_text()).parent)


def _is_empty(house: House, before: set[str]) -> bool:
    # A directory of another run may come and go at the same time; ours is named by its socket.
    ours = [path for path in scratch_directories() if path == house.place]
    gone = none_alive([pid for pid in house.everybody if pid != house.guardian]) and not ours
    return gone and not segments() - before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_stop_leaves_nothing(house: House, before: set[str], number: signal.Signals) -> None:
    assert len(house.everybody) > 8
    os.kill(house.guardian, number)
    wait_until(lambda: _is_empty(house, before))


def test_killing_the_supervisor_leaves_nothing(house: House, before: set[str]) -> None:
    os.kill(house.supervisor, signal.SIGKILL)
    wait_until(lambda: _is_empty(house, before))


def test_killing_the_guardian_leaves_nothing(house: House, before: set[str]) -> None:
    os.kill(house.guardian, signal.SIGKILL)
    wait_until(lambda: _is_empty(house, before))


def test_killing_postgres_while_stopping_leaves_nothing(house: House, before: set[str]) -> None:
    postmaster = int((house.place / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    os.kill(house.guardian, signal.SIGTERM)
    wait_until(lambda: _is_empty(house, before))


def test_the_exit_code_of_the_command_passes_through(before: set[str]) -> None:
    with running("-m", "retainer.local", "test", "--", sys.executable, "-c", "raise SystemExit(7)") as process:
        process.communicate(timeout=60)
        assert process.returncode == 7
    assert not segments() - before
