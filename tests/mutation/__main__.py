"""``make mutate``: changes the SLA engine one place at a time, and counts the changes that no test notices.

The engine needs nothing but the standard library, so it runs in a folder of its own with its tests, without Django and
without a database. 1 where fewer than 90 of 100 changes are noticed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / ".run" / "mutation"
MUTMUT = PLACE / "env" / "bin" / "mutmut"
SETTINGS = """[tool.mutmut]
source_paths = ["slas/engine"]
also_copy = ["slas", "tests"]
pytest_add_cli_args = ["-x", "-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = ["tests/slas/engine"]
# A change that loops for ever is given up after a few times what its tests take, instead of after an hour.
timeout_multiplier = 2

# Of its own, so that pytest does not find the settings of the house above it.
[tool.pytest.ini_options]
addopts = "--import-mode=importlib"
"""
LEAST = 0.9
# What counts as noticed: a failing test, a crash, or a change that never comes to an end.
NOTICED = ("killed", "timeout", "segfault", "caught by type check")


def main() -> int:
    """Runs every mutant and prints the share that was noticed, and where the others are."""
    work = _laid_out()
    env = {**os.environ, "RETAINER_TEST_FAST": "1"}
    subprocess.run([str(MUTMUT), "run", "--max-children", "2"], cwd=work, env=env, check=False)
    found = subprocess.run(
        [str(MUTMUT), "results", "--all", "true"], cwd=work, capture_output=True, text=True, check=True
    )
    states = dict(re.findall(r"^\s*(\S+): (.+)$", found.stdout, re.MULTILINE))
    counts = Counter(states.values())
    noticed = sum(counts[state] for state in NOTICED)
    places = Counter(name.partition("__mutmut")[0] for name, state in states.items() if state not in NOTICED)
    for place, number in places.most_common():
        print(f"{number:4} {place}")
    share = noticed / max(1, len(states))
    print(f"{noticed} of {len(states)} changes were noticed: {share:.1%}")
    return int(share < LEAST or not states)


def _laid_out() -> Path:
    """The engine and its tests, and nothing else of the house."""
    work = PLACE / "work"
    shutil.rmtree(work, ignore_errors=True)
    for package in ("slas", "tests", "tests/slas"):
        (work / package).mkdir(parents=True, exist_ok=True)
        (work / package / "__init__.py").touch()
    shutil.copytree(ROOT / "slas" / "engine", work / "slas" / "engine")
    shutil.copytree(ROOT / "tests" / "slas" / "engine", work / "tests" / "slas" / "engine")
    (work / "pyproject.toml").write_text(SETTINGS)
    return work


if __name__ == "__main__":
    sys.exit(main())
