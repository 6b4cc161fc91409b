"""``python -m bench [part …]``: runs the benchmarks and prints the table."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

import django

os.environ.setdefault("LOG_LEVEL", "ERROR")
# Speed is measured, not patience.
for limit in ("API_RATE", "AGENCY_CALLS", "AGENCY_SAMPLES", "AGENCY_WEBHOOKS"):
    os.environ.setdefault(f"{limit}_PER_MINUTE", "100000000")
django.setup()

# Models can be loaded only now.
from bench import (  # noqa: E402
    api,
    engine,
    fairness,
    harness,
    hostile,
    live,
    memory,
    moves,
    pages,
    poller,
    push,
    simulate,
    stack,
    sweep,
    web_flood,
)
from tests.cast import AgencyFixture, build_house  # noqa: E402

Part = Callable[[AgencyFixture, Path], list[harness.Figure]]
PARTS: dict[str, Part] = {
    "poller": poller.run,
    "hostile": hostile.run,
    "flood": hostile.flood,
    "sweep": sweep.run,
    "moves": moves.run,
    "engine": engine.run,
    "simulate": simulate.run,
    "api": api.run,
    "push": push.run,
    "live": live.run,
    "pages": pages.run,
    "memory": memory.run,
    "fairness": fairness.run,
    "web": web_flood.run,
}


def main() -> int:
    """Every part that was asked for, each on an agency of its own; 1 where a bound does not hold."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all of them where none is named")
    wanted = parser.parse_args().parts or list(PARTS)
    place = stack.ROOT / ".run" / "bench"
    place.mkdir(parents=True, exist_ok=True)
    stack.migrate()
    figures: list[harness.Figure] = []
    for name in wanted:
        harness.say(f"Measuring {name}…")
        figures += PARTS[name](build_house(name), place)
    harness.write(figures, stack.ROOT / ".run" / "bench.json")
    print(f"\n{harness.machine()}\n\n{harness.table(figures)}")
    return int(any(one.holds is False for one in figures))


if __name__ == "__main__":
    sys.exit(main())
