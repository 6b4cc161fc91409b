"""A short run of ``make chaos`` with every fault once: X29-X32, X34, X35, M12, M18, M20, M21, M42, S38, S39.

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
SECONDS, SEED = "20", "7"


def test_nothing_is_lost_and_nothing_is_doubled_whatever_breaks() -> None:
    run = [sys.executable, "-m", "retainer.local", "test", "--", sys.executable, "-m", "tests.chaos"]
    done = subprocess.run(
        [*run, "--seconds", SECONDS, "--seed", SEED, "--checks", "40", "--longest", "5"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "nothing lost, nothing twice" in done.stdout
