"""``make chaos``: runs the real stack for a while, hurts it at random moments, and says what was lost or doubled.

Run on servers of its own that are started again when they die:
``python -m retainer.local bench -- python -m tests.chaos --seconds 1800``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

# Before anything of ours is loaded, because the clock looks for it once.
PLACE = Path(tempfile.mkdtemp(prefix="chaos-"))
(PLACE / "shift-here").write_text("0")
os.environ["CLOCK_SHIFT_FILE"] = str(PLACE / "shift-here")
os.environ.setdefault("LOG_LEVEL", "ERROR")
# What is over an agency's share waits, which is no fault; here it would hide one.
for share in ("AGENCY_MAILS_PER_HOUR", "AGENCY_WEBHOOKS_PER_MINUTE", "AGENCY_SAMPLES_PER_MINUTE"):
    os.environ.setdefault(share, "100000000")

# Each of these reads the environment when it is loaded, and models can be loaded only after the setup.
import django  # noqa: E402

django.setup()

from tests.cast import build_house  # noqa: E402
from tests.chaos.books import Book  # noqa: E402
from tests.chaos.facts import witness  # noqa: E402
from tests.chaos.faults import FORTY_DAYS, Choice, Scene, suffer  # noqa: E402
from tests.chaos.furniture import HURRY, IN_OFFICE_HOURS, Furnished, furnish  # noqa: E402
from tests.chaos.hurts import Hurt, Hurts  # noqa: E402
from tests.chaos.load import Load  # noqa: E402
from tests.chaos.look import look  # noqa: E402
from tests.chaos.oracle import Seen  # noqa: E402
from tests.chaos.receivers import Receivers  # noqa: E402
from tests.chaos.report import grouped  # noqa: E402
from tests.chaos.settling import settle  # noqa: E402
from tests.chaos.stack import ROOT, Clocks, Stack  # noqa: E402
from tests.chaos.targets import Targets  # noqa: E402
from tests.chaos.watch import Watch  # noqa: E402
from tests.receivers import free_port  # noqa: E402

HOUSES = (("north", HURRY), ("south", IN_OFFICE_HOURS))


class Run:
    """One run: its parts, and what happened to them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.dice, self.began = options, random.Random(options.seed), time.monotonic()
        self.book, self.receivers, port = Book(), Receivers(), free_port()
        self.targets = Targets(self.book)
        self.targets.start()
        self.receivers.start()
        clocks = Clocks(PLACE)
        self.houses = [self._house(name, terms) for name, terms in HOUSES]
        env = {**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{self.receivers.smtp_port}", "LOG_LEVEL": "WARNING"}
        self.scene = Scene(Stack(PLACE, clocks, env, port), self.receivers, options.longest)
        self.port, self.hurts, self.tally = port, list[Hurt](), dict[str, int]()

    def _house(self, name: str, terms: object) -> Furnished:
        house, checks = build_house(name), self.options.checks // len(HOUSES)
        return furnish(house, self.targets, self.receivers.hook_port, checks=checks, terms=terms)  # type: ignore[arg-type]

    def play(self) -> int:
        """0 where nothing was found."""
        found: list[str] = []
        for name in ("web", "worker-1", "worker-2", "beat"):
            self.scene.stack.start(name)
        watch = Watch(self.port)
        if not watch.wait_for(200, 60):
            found.append("the pipeline did not become healthy at the start")
        clocks = self.scene.stack.clocks
        load = Load(self.houses, self.targets, self.book, self.port, self.dice, lambda: str(clocks.shift()))
        self._say("began")
        self._hurt()
        self._say("hurt enough")
        load.stop()
        self._say("without load")
        # Whatever waits for its next try after a refusal, and every promise that is still open, is due now.
        self.hurts += suffer([FORTY_DAYS], self.scene, self.dice)
        # All that was put off for forty days is told first; how long that takes is the machine's affair.
        if not watch.wait_for(200, 300):
            found.append("the pipeline did not become healthy again after the faults")
        self._say("healthy again")
        found += settle(load, lambda: self._look(load), self._leap)
        self._say("settled")
        # Without its beat the pipeline stands still, and must say so.
        self.scene.stack.kill("beat")
        if not watch.wait_for(503, 60):
            found.append("beat is dead and the pipeline calls itself healthy")
        self._say("over")
        return _report(found, self._counts(load, watch))

    def _say(self, words: str) -> None:
        print(f"{time.monotonic() - self.began:.0f} s: {words}", flush=True)

    def _hurt(self) -> None:
        """One fault or two after another, every kind at least once where there is time, until the time is over."""
        choice, until = Choice(self.dice), time.monotonic() + self.options.seconds
        while time.monotonic() < until:
            time.sleep(self.dice.uniform(0.5, 3.0 if self.options.seconds < 300 else 12.0))
            faults = choice.next()
            names, began = " and ".join(fault.name for fault in faults), time.monotonic()
            self.hurts += suffer(faults, self.scene, self.dice)
            print(f"  {names} ({time.monotonic() - began:.1f} s)", flush=True)

    def _leap(self) -> None:
        self.hurts += suffer([FORTY_DAYS], self.scene, self.dice)

    def _seen(self, load: Load) -> Seen:
        post, opened = self.receivers.post(), load.diary.rows()
        return Seen(self.book.pages(), opened, post, time.time(), Hurts(self.hurts))

    def _look(self, load: Load) -> list[str]:
        found, self.tally = look([one.plan for one in self.houses], self._seen(load))
        return found

    def _counts(self, load: Load, watch: Watch) -> dict[str, object]:
        seen = self._seen(load)
        arrived = len(seen.post.mails) + len(seen.post.calls)
        return {
            "faults": Counter(hurt.name for hurt in self.hurts),
            "incidents wanted by somebody": Counter(row.opened for row in seen.opened),
            **self.tally,
            "messages": arrived,
            "copies beyond the first": sum(seen.post.copies.values()) - arrived,
            "started again": self.scene.stack.started_again,
            "health said": Counter(status for _at, status in watch.seen),
        }


def main() -> int:
    """0 where nothing was found."""
    options = _options()
    print(f"seed {options.seed}, {options.seconds} s, {options.checks} checks, logs in {PLACE}", flush=True)
    owner = {**os.environ, "RETAINER_DB_ROLE": "owner"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=owner, check=True)
    witness.stand_by()
    run = Run(options)
    try:
        return run.play()
    finally:
        run.scene.stack.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--checks", type=int, default=300)
    parser.add_argument("--longest", type=float, default=30, help="how long one fault may last, in seconds")
    return parser.parse_args()


def _report(found: list[str], counts: dict[str, object]) -> int:
    print(json.dumps(counts), flush=True)
    (PLACE / "findings").write_text("\n".join(found))
    print("\n".join(grouped(found)), flush=True)
    said = f"{len(found)} findings, all of them in {PLACE / 'findings'}"
    print(said if found else "nothing lost, nothing twice", flush=True)
    return int(bool(found))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
