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
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

# Before anything of ours is loaded, because the clock looks for it once.
PLACE = Path(tempfile.mkdtemp(prefix="chaos-"))
SHIFT = PLACE / "shift"
SHIFT.write_text("0")
os.environ["CLOCK_SHIFT_FILE"] = str(SHIFT)
os.environ.setdefault("LOG_LEVEL", "ERROR")

# Each of these reads the environment when it is loaded, and models can be loaded only after the setup.
import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402

from tests.cast import House, build_house  # noqa: E402
from tests.chaos.faults import FAULTS, Hurt, Scene, jump_forty_days, suffer  # noqa: E402
from tests.chaos.load import Load, furnish  # noqa: E402
from tests.chaos.oracle import INTERVAL, LEASE, findings  # noqa: E402
from tests.chaos.receivers import Receivers  # noqa: E402
from tests.chaos.stack import ROOT, Stack  # noqa: E402
from tests.chaos.targets import Targets  # noqa: E402
from tests.receivers import free_port  # noqa: E402


class Watch:
    """Asks ``/healthz/pipeline`` every second and keeps when it said what."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/healthz/pipeline"
        self.seen: list[tuple[float, int]] = []
        self._over = threading.Event()
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while not self._over.wait(1):
            self.seen.append((time.monotonic(), self.status()))

    def status(self) -> int:
        """200, 503, or 0 where nobody answers."""
        try:
            with urllib.request.urlopen(self.url, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def wait_for(self, status: int, seconds: float) -> bool:
        """Whether it says so in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.status() == status:
                return True
            time.sleep(0.5)
        return False


def main() -> int:
    """0 where nothing was found."""
    options = _options()
    print(f"seed {options.seed}, {options.seconds} s, {options.checks} checks, logs in {PLACE}", flush=True)
    dice = random.Random(options.seed)
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v", "0"],
        cwd=ROOT,
        env={**os.environ, "RETAINER_DB_ROLE": "owner"},
        check=True,
    )
    targets, receivers, port = Targets(), Receivers(), free_port()
    targets.start()
    receivers.start()
    house = build_house("north")
    furnish(house, targets.port, receivers.hook_port, options.checks)
    env = {**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{receivers.smtp_port}", "LOG_LEVEL": "WARNING"}
    stack = Stack(PLACE, env, port)
    try:
        for name in ("web", "worker-1", "worker-2", "beat"):
            stack.start(name)
        return _play(options, dice, Scene(stack, receivers, SHIFT, options.longest), targets, Watch(port), house)
    finally:
        stack.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--checks", type=int, default=300)
    parser.add_argument("--longest", type=float, default=30, help="how long one fault may last, in seconds")
    return parser.parse_args()


def _play(
    options: argparse.Namespace, dice: random.Random, scene: Scene, targets: Targets, watch: Watch, house: House
) -> int:
    found: list[str] = []
    if not watch.wait_for(200, 60):
        found.append("the pipeline did not become healthy at the start")
    load = Load(house, targets, options.checks, random.Random(options.seed))
    hurts = _hurt(options, dice, scene)
    load.stop()
    # Whatever waits for its next try after a refusal, and every promise that is still open, is due now.
    hurts.append(suffer(jump_forty_days, scene))
    calm = time.monotonic()
    if not watch.wait_for(200, 60):
        found.append("the pipeline did not become healthy again after the faults")
    found += _settled(options, targets, scene, hurts, calm)
    # Without its beat the pipeline stands still, and must say so.
    scene.stack.kill("beat")
    if not watch.wait_for(503, 60):
        found.append("beat is dead and the pipeline calls itself healthy")
    print(json.dumps(_counts(load, hurts, scene, watch)), flush=True)
    for sentence in found:
        print(f"FOUND: {sentence}", flush=True)
    print("nothing lost, nothing twice" if not found else f"{len(found)} findings", flush=True)
    return int(bool(found))


def _hurt(options: argparse.Namespace, dice: random.Random, scene: Scene) -> list[Hurt]:
    """One fault after another, every kind at least once where there is time, until the time is over."""
    hurts: list[Hurt] = []
    until = time.monotonic() + options.seconds
    waiting: list[int] = []
    while time.monotonic() < until:
        time.sleep(dice.uniform(0.5, 3.0 if options.seconds < 300 else 12.0))
        if not waiting:
            waiting = dice.sample(range(len(FAULTS)), len(FAULTS))
        fault = FAULTS[waiting.pop()]
        hurts.append(suffer(fault, scene))
        print(f"  {fault.__name__} ({hurts[-1].until - hurts[-1].since:.1f} s)", flush=True)
    return hurts


def _settled(options: argparse.Namespace, targets: Targets, scene: Scene, hurts: list[Hurt], calm: float) -> list[str]:
    """The findings once they stay the same: what is still under way is given time, and no more than it needs."""
    for number in range(options.checks):
        (targets.make_ill if number % 2 else targets.make_well)(number)
    time.sleep(LEASE + INTERVAL * 4)
    found = _once_they_stay(targets, scene, hurts)
    if found:
        # Who was refused once more after the faults may wait for hours until the next try. Whatever is still due after
        # that, or is not due and was not sent either, is a finding.
        hurts.append(suffer(jump_forty_days, scene))
        time.sleep(LEASE + INTERVAL * 4)
        found = _once_they_stay(targets, scene, hurts)
    return found


def _once_they_stay(targets: Targets, scene: Scene, hurts: list[Hurt]) -> list[str]:
    deadline = time.monotonic() + 60
    while True:
        connection.close()
        found = findings(targets, scene.receivers, hurts, time.monotonic())
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(2)


def _counts(load: Load, hurts: list[Hurt], scene: Scene, watch: Watch) -> dict[str, object]:
    receivers = scene.receivers
    again = sum(receivers.mails.values()) + sum(receivers.copies.values()) - len(receivers.mails) - len(receivers.calls)
    return {
        "faults": Counter(hurt.name for hurt in hurts),
        "incidents": load.opened,
        "messages": len(receivers.mails) + len(receivers.calls),
        "copies beyond the first": again,
        "started again": scene.stack.started_again,
        "health said": Counter(status for _at, status in watch.seen),
    }


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
