"""The engine as a calculator, where everything that a caller may send is as large as it may be."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.test import Client

from bench.harness import Figure, median, seconds_of
from core.tokens import create_token
from slas.clocks.simulation import MOST_EVENTS
from slas.engine import MOST_DATES, MOST_WINDOWS, WEEKDAYS
from tests.cast import AgencyFixture

WHERE = "/api/v1/clocks/simulate/"
MOST_SECONDS, MOST_MIB = 0.3, 50.0


def run(house: AgencyFixture, _place: Path) -> list[Figure]:
    """Time and memory of the dearest bodies; the memory is what Python had allocated at its highest."""
    with house.scope():
        token = create_token(name="Calculator", scopes=["read"])[1]
    slowest, largest = 0.0, 0.0
    for body in (at_the_caps(), far()):
        ask = _asking(token, json.dumps(body))
        ask()
        slowest = max(slowest, median(lambda ask=ask: seconds_of(ask)))  # type: ignore[misc]
        largest = max(largest, _peak(ask))
    return [
        Figure("simulate at its caps", slowest * 1000, "ms", bound="under 300 ms", holds=slowest < MOST_SECONDS),
        Figure("memory of it", largest, "MiB", bound="under 50 MB", holds=largest < MOST_MIB),
    ]


def _asking(token: str, sent: str) -> Callable[[], object]:
    client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {token}"})

    def ask() -> object:
        answer = client.post(WHERE, sent, content_type="application/json")
        if answer.status_code != 200:
            raise SystemExit(f"The calculation was refused: {answer.content[:500]!r}")
        return answer

    return ask


def _peak(ask: Callable[[], object]) -> float:
    tracemalloc.start()
    ask()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def at_the_caps() -> dict[str, Any]:
    """Every window, date and event, as many stretches as are told, and a deadline about four years away."""
    hours = [[f"{2 * n:02d}:00", f"{2 * n:02d}:01"] for n in range(MOST_WINDOWS)]
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(MOST_DATES)]
    calendar = {
        "zone": "Africa/Casablanca",
        "weekly": dict.fromkeys(WEEKDAYS, hours),
        "dates": {day.isoformat(): hours for day in days},
    }
    kinds = ("pause", "resume")
    events = [
        {"at": f"2026-01-01T{n // 60:02d}:{n % 60:02d}:00Z", "kind": kinds[n % 2], "party": "client"}
        for n in range(MOST_EVENTS)
    ]
    return {
        "calendar": calendar,
        "target_seconds": 4 * 365 * MOST_WINDOWS * 60,
        "start": "2026-01-01T00:00:00Z",
        "warn": [{"percent": 10 * n} for n in range(1, 11)],
        "events": events,
        "now": "2026-05-05T00:00:00Z",
    }


def far() -> dict[str, Any]:
    """The most windows and a deadline that is looked for as far as it may lie."""
    return {**at_the_caps(), "events": [], "target_seconds": int(4.9 * 365 * MOST_WINDOWS * 60)}
