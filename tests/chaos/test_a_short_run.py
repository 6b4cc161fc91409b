"""A short run of ``make chaos`` with a few of its faults, one of them two at once: X29-X32, X34, X35, M42, S38, S39.

The stack, its servers and its clock are this test's own, so that nothing else is hurt.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.local.house import environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]
ROOT = Path(__file__).resolve().parents[2]
SECONDS, SEED = "10", "11"


def test_nothing_is_lost_and_nothing_is_doubled_whatever_breaks() -> None:
    run = [sys.executable, "-m", "retainer.local", "test", "--", sys.executable, "-m", "tests.chaos"]
    done = subprocess.run(
        [*run, "--seconds", SECONDS, "--seed", SEED, "--checks", "40", "--longest", "4"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "nothing lost, nothing twice" in done.stdout
