"""Looks in a process of its own, so that the subjects of the run go on answering meanwhile: one interpreter runs one
thread at a time, and a subject that answers late would be called ill."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import Any

import django

DONE = b"looked\n"


def look(plans: list[Any], seen: Any) -> tuple[list[str], dict[str, int]]:
    """The findings and the tally of the oracle."""
    done = subprocess.run(
        ["nice", sys.executable, "-m", "tests.chaos.look"],
        input=pickle.dumps((plans, seen)),
        stdout=subprocess.PIPE,
        env=os.environ,
        check=True,
    )
    found: tuple[list[str], dict[str, int]] = pickle.loads(done.stdout.split(DONE)[1])
    return found


def main() -> None:
    """Reads what the outside saw, and writes what the oracle says."""
    django.setup()
    # Models can be loaded only after the setup.
    from tests.chaos.oracle import findings, tally  # noqa: PLC0415

    plans, seen = pickle.load(sys.stdin.buffer)
    sys.stdout.buffer.write(DONE + pickle.dumps((findings(plans, seen), tally(plans, seen))))


if __name__ == "__main__":
    main()
