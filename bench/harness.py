"""What every benchmark shares: rounds, medians, figures, the table and the file."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``ratio`` is ours over the peer's; ``bound`` is what it is held against, in words.

    ``aim`` is what it should be on the machine of ``docs/benchmarks.md``: another may be slower, so no run fails by it.
    """

    name: str
    value: float
    unit: str
    peer: str = ""
    peer_value: float | None = None
    bound: str = ""
    holds: bool | None = None
    aim: str = ""
    met: bool | None = None

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's, where there is a peer."""
        return self.value / self.peer_value if self.peer_value else None


def median(measure: Callable[[], float], rounds: int = ROUNDS) -> float:
    """The median of several measurements."""
    return statistics.median(measure() for _round in range(rounds))


def side_by_side(ours: Callable[[], float], peer: Callable[[], float], rounds: int = ROUNDS) -> tuple[float, float]:
    """The round whose ratio is the median, measured in turns, so that a slow minute of the machine meets both alike."""
    pairs = sorted(((ours(), peer()) for _round in range(rounds)), key=lambda pair: pair[0] / pair[1])
    return pairs[len(pairs) // 2]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed; ``share`` lies between 0 and 1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def seconds_of(work: Callable[[], object]) -> float:
    """How long it took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def say(text: str) -> None:
    """Progress, for whoever waits."""
    print(text, file=sys.stderr, flush=True)


def machine() -> str:
    """The machine in a line: processor, cores, memory, Python."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, {round(memory / 2**20)} GiB, Python {platform.python_version()}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text(errors="replace").splitlines()


def table(figures: Iterable[Figure]) -> str:
    """The figures as Markdown."""
    rows = ["| What | Measured | Beside | Ratio | Bound | Aim |", "|---|---:|---:|---:|---|---|"]
    for one in figures:
        peer = f"{one.peer}: {_number(one.peer_value)}" if one.peer_value is not None else one.peer
        ratio = f"{one.ratio:.2f}" if one.ratio is not None else ""
        held, aim = one.bound + _mark(one.holds), one.aim + _mark(one.met)
        rows.append(f"| {one.name} | {_number(one.value)} {one.unit} | {peer} | {ratio} | {held} | {aim} |")
    return "\n".join(rows)


def _mark(holds: bool | None) -> str:
    return "" if holds is None else " ✓" if holds else " ✗"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def write(figures: Sequence[Figure], path: Path) -> None:
    """The figures for programs; those of a part replace its old ones and leave the others."""
    path.parent.mkdir(exist_ok=True)
    kept = json.loads(path.read_text()) if path.exists() else []
    names = {one.name for one in figures}
    rows = [row for row in kept if row["name"] not in names] + [_row(one) for one in figures]
    path.write_text(json.dumps(rows, indent=2) + "\n")


def _row(figure: Figure) -> dict[str, object]:
    row = asdict(figure)
    wanted = ("name", "value", "unit", "peer", "peer_value")
    return {name: row[name] for name in wanted} | {"ratio": figure.ratio}
