"""The first command on somebody's machine: a broken uv on the path, and a package index that does not answer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from retainer.local.paths import PROJECT

pytestmark = pytest.mark.slow

SHIM = "#!/bin/sh\necho 'pyenv: uv: command not found' >&2\nexit 127\n"
UNKNOWN = f"no-such-package==1 --hash=sha256:{'0' * 64}\n"


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A checkout with our Makefile that needs no package, on a machine with a uv that does not run."""
    shutil.copy(PROJECT / "Makefile", tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "local.txt").write_text("# Nothing.\n")
    shim = tmp_path / "shims" / "uv"
    shim.parent.mkdir()
    shim.write_text(SHIM)
    shim.chmod(0o755)
    return tmp_path


def make(folder: Path, *targets: str) -> subprocess.CompletedProcess[str]:
    """Runs make there as a person would. pip asks no index and has something to grumble about."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PIP_", "UV_"))}
    env |= {
        "PATH": f"{folder / 'shims'}:{os.environ['PATH']}",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(folder / "not-there"),
    }
    return subprocess.run(
        ["make", f"PYTHON={sys.executable}", *targets],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_uv_that_is_found_and_does_not_run_is_not_used(scratch: Path) -> None:
    ran = make(scratch, ".venv/.local")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "Installing what the demo needs…\n", "")
    assert (scratch / ".venv" / "bin" / "python").exists()


def test_a_uv_that_runs_is_used(scratch: Path) -> None:
    said = scratch / "said"
    (scratch / "shims" / "uv").write_text(f'#!/bin/sh\necho "$1" >> {said}\nmkdir -p .venv\n')
    assert make(scratch, ".venv/.local").returncode == 0
    assert said.read_text().split() == ["--version", "venv", "pip"]


def test_what_pip_says_is_in_a_log_that_is_named_when_it_fails(scratch: Path) -> None:
    (scratch / "requirements" / "local.txt").write_text(UNKNOWN)
    ran = make(scratch, ".venv/.local")
    assert ran.returncode != 0
    assert "no-such-package" in ran.stdout
    assert "All of it is in .run/install.log." in ran.stdout
    assert "no-such-package" in (scratch / ".run" / "install.log").read_text()
    assert not (scratch / ".venv" / ".local").exists()


def test_a_machine_without_the_venv_package_is_told_what_to_install(scratch: Path) -> None:
    python = scratch / "shims" / "python-without-venv"
    python.write_text(f'#!/bin/sh\n[ "$1" = -m ] && exit 1\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    ran = make(scratch, f"PYTHON={python}", ".venv/.local")
    assert ran.returncode != 0
    assert "Install its venv package" in ran.stdout
