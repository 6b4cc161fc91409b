"""A program that crashes is started again, later each time, and the screen says so."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from retainer.local import kernel
from tests.local.house import none_alive, running, wait_until

pytestmark = pytest.mark.slow

WATCH = """
import os, sys
from pathlib import Path
from retainer.local.supervisor import Program, Supervisor, guarded
place = Path(sys.argv[1])
body = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\\\n'); " + sys.argv[2]
def work():
    with Supervisor(log=place / "log", say=lambda line: print(line, flush=True)) as supervisor:
        argv = [sys.executable, "-c", body, str(place / "starts")]
        more = {"ready_seconds": 2, **eval(sys.argv[3])}
        supervisor.start(Program(name="fragile", argv=argv, env=os.environ, cwd=place, **more))
        print("watching", flush=True)
        supervisor.watch()
    return 0
raise SystemExit(guarded(work))
"""


def _starts(place: Path) -> list[int]:
    path = place / "starts"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def test_a_killed_program_comes_back_and_takes_its_children_with_it(tmp_path: Path) -> None:
    body = "import subprocess; subprocess.Popen(['sleep', '600']); time.sleep(600)"
    with running("-c", WATCH, str(tmp_path), body, "{}"):
        wait_until(lambda: len(_starts(tmp_path)) == 1 and len(kernel.descendants(_starts(tmp_path)[0])) == 1)
        first = _starts(tmp_path)[0]
        below = kernel.descendants(first)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: len(_starts(tmp_path)) == 2)
        assert none_alive([first, *below])


def test_a_program_that_keeps_crashing_is_started_less_and_less_often(tmp_path: Path) -> None:
    with running("-c", WATCH, str(tmp_path), "sys.exit(3)", "{}") as process:
        wait_until(lambda: len(_starts(tmp_path)) == 3)
        os.kill(process.pid, signal.SIGTERM)
        said, _ = process.communicate(timeout=20)
    assert "fragile stopped unexpectedly (code 3)." in said
    assert "fragile.log" in said
    assert [line.split()[-2] for line in said.splitlines() if "again in" in line][:2] == ["1", "2"]


def test_a_program_that_does_not_start_ends_the_command_with_its_last_words(tmp_path: Path) -> None:
    body = "print('no such database', file=sys.stderr); sys.exit(4)"
    with running("-c", WATCH, str(tmp_path), body, "{'ready': lambda: False}") as process:
        said, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "fragile did not start (code 4)." in said
    assert "no such database" in said


def test_a_program_that_ignores_the_signal_is_killed_after_its_grace(tmp_path: Path) -> None:
    body = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    with running("-c", WATCH, str(tmp_path), body, "{'grace_seconds': 0.5}") as process:
        log = tmp_path / "log" / "fragile.log"
        wait_until(lambda: log.exists() and "deaf" in log.read_text())
        os.kill(process.pid, signal.SIGTERM)
        process.communicate(timeout=10)
    assert none_alive(_starts(tmp_path))
