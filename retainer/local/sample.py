"""The sample AI system of the demo: a support assistant that is really polled and really gets worse.

It runs on the loopback address and measures itself at ``/health`` (JSON) and ``/metrics`` (Prometheus text). As with
many an AI system its own status stays "ok" while its answers get worse; that is what monitoring is for.
"""

from __future__ import annotations

import argparse
import json
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

# Seconds. The assistant gets worse two minutes into each cycle, for six minutes.
CYCLE = 20 * 60.0
WORSE_AFTER = 2 * 60.0
WORSE_FOR = 6 * 60.0

LATENCY_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
# The 95th percentile of a log-normal draw lies this far above its median.
P95_OVER_MEDIAN = 2.276
SPREAD = 0.5
LONGEST_LATENCY = 3.0


@dataclass(frozen=True)
class Quality:
    """How well the assistant works: ratios from 0 to 1, seconds."""

    auto_resolution: float
    p95_latency: float
    errors: float


WELL = Quality(auto_resolution=0.87, p95_latency=0.42, errors=0.01)
WORSE = Quality(auto_resolution=0.71, p95_latency=0.84, errors=0.03)


@dataclass
class Assistant:
    """The state of the system. ``clock`` gives seconds and never goes back."""

    clock: Callable[[], float] = time.monotonic
    chance: random.Random = field(default_factory=random.Random)
    cases_per_second: float = 0.07
    cases: dict[str, int] = field(default_factory=lambda: {"resolved": 0, "escalated": 0, "failed": 0})
    latency_sum: float = 0.0

    def __post_init__(self) -> None:
        self._started = self._counted_to = self.clock()
        self._buckets = dict.fromkeys(LATENCY_BUCKETS, 0)
        self._requests = 0
        self._held: tuple[bool, int] | None = None
        self._lock = threading.Lock()

    def is_worse(self) -> bool:
        """Whether the assistant is in its bad phase, by the schedule or because somebody said so in this cycle."""
        cycle, into = divmod(self.clock() - self._started, CYCLE)
        if self._held is not None and self._held[1] == int(cycle):
            return self._held[0]
        return WORSE_AFTER <= into < WORSE_AFTER + WORSE_FOR

    def hold(self, *, worse: bool) -> None:
        """Makes it worse or well until told otherwise, at the longest until the next cycle."""
        self._held = (worse, int((self.clock() - self._started) // CYCLE))

    def quality(self) -> Quality:
        """What holds now, without noise."""
        return WORSE if self.is_worse() else WELL

    def latency(self) -> float:
        """Draws how long one request takes, in seconds, and counts it."""
        median = self.quality().p95_latency / P95_OVER_MEDIAN
        with self._lock:
            drawn = min(median * self.chance.lognormvariate(0.0, SPREAD), LONGEST_LATENCY)
            self._requests += 1
            self.latency_sum += drawn
            for bound in LATENCY_BUCKETS:
                self._buckets[bound] += drawn <= bound
        return drawn

    def health(self) -> dict[str, object]:
        """What ``/health`` answers: ratios, milliseconds, and the cases of the last hour."""
        quality = self.quality()
        with self._lock:
            self._count_cases(quality)
            return {
                "status": "ok",
                "auto_resolution_rate": round(self._noisy(quality.auto_resolution, 0.008), 3),
                "p95_latency_ms": round(self._noisy(quality.p95_latency, 0.025) * 1000),
                "error_rate": round(max(0.0, self._noisy(quality.errors, 0.002)), 4),
                "cases": round(self._noisy(240, 9)),
                "confidence": round(self._noisy(quality.auto_resolution - 0.03, 0.01), 3),
                "model": "assistant-2",
            }

    def metrics(self) -> str:
        """What ``/metrics`` answers."""
        seen = self.health()
        with self._lock:
            cases = [(f'{{outcome="{name}"}}', count) for name, count in self.cases.items()]
            buckets = [(f'_bucket{{le="{bound}"}}', count) for bound, count in self._buckets.items()]
            buckets += [('_bucket{le="+Inf"}', self._requests), ("_count", self._requests)]
            total, spent = sum(self.cases.values()), round(self.latency_sum, 4)
        return "".join(
            [
                _family("assistant_auto_resolution_ratio", "gauge", [("", seen["auto_resolution_rate"])]),
                _family("assistant_p95_latency_seconds", "gauge", [("", int(str(seen["p95_latency_ms"])) / 1000)]),
                _family("assistant_error_ratio", "gauge", [("", seen["error_rate"])]),
                _family("assistant_confidence_ratio", "gauge", [("", seen["confidence"])]),
                _family("assistant_cases_total", "counter", cases),
                _family("assistant_cost_usd_total", "counter", [("", round(total * 0.013, 4))]),
                _family("assistant_request_duration_seconds", "histogram", [*buckets, ("_sum", spent)]),
                _family("assistant_model_info", "gauge", [('{model="assistant-2"}', 1)]),
            ]
        )

    def _count_cases(self, quality: Quality) -> None:
        """Adds the cases that came in since the last look."""
        now = self.clock()
        arrived = int((now - self._counted_to) * self.cases_per_second)
        # Only as far as whole cases go, so that no fraction is lost between two looks.
        self._counted_to += arrived / self.cases_per_second
        for _ in range(arrived):
            drawn = self.chance.random()
            solved = quality.auto_resolution
            kind = "resolved" if drawn < solved else "failed" if drawn < solved + quality.errors else "escalated"
            self.cases[kind] += 1

    def _noisy(self, value: float, deviation: float) -> float:
        # Noise has its limits here, so that a healthy assistant never looks sick.
        drawn = self.chance.gauss(0.0, deviation)
        return value + max(-2.5 * deviation, min(2.5 * deviation, drawn))


def steady(path: str, chance: random.Random) -> dict[str, float]:
    """What the demo's other systems answer: the levels named in the address, each with a little noise."""
    levels = parse_qsl(urlsplit(path).query)[:20]
    return {
        name: round(float(level) * (1 + max(-0.02, min(0.02, chance.gauss(0, 0.006)))), 4) for name, level in levels
    }


class Handler(BaseHTTPRequestHandler):
    """Answers for the server's assistant."""

    protocol_version = "HTTP/1.1"
    timeout = 75
    server: SampleServer

    def do_GET(self) -> None:
        """``/health``, ``/metrics``, and a word at ``/``."""
        assistant = self.server.assistant
        if self.path == "/health":
            time.sleep(assistant.latency())
            self._answer(200, json.dumps(assistant.health()), "application/json")
        elif self.path == "/metrics":
            self._answer(200, assistant.metrics(), "text/plain; version=0.0.4; charset=utf-8")
        elif self.path.startswith("/systems/"):
            self._answer(200, json.dumps(steady(self.path, assistant.chance)), "application/json")
        elif self.path == "/":
            time.sleep(assistant.latency())
            self._answer(200, "The sample assistant. See /health and /metrics.\n", "text/plain; charset=utf-8")
        else:
            self._answer(404, "Nothing here.\n", "text/plain; charset=utf-8")

    def do_POST(self) -> None:
        """``/degrade`` and ``/recover``, for this machine alone, and ``/answer``, which takes its time."""
        self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 65_536))
        assistant = self.server.assistant
        if self.path == "/answer":
            time.sleep(assistant.latency())
            solved = assistant.chance.random() < assistant.quality().auto_resolution
            self._answer(200, json.dumps({"resolved": solved}), "application/json")
        elif self.path not in ("/degrade", "/recover"):
            self._answer(404, "Nothing here.\n", "text/plain; charset=utf-8")
        elif not self._comes_from_this_machine():
            self._answer(403, "Only from this machine, and from no web page.\n", "text/plain; charset=utf-8")
        else:
            assistant.hold(worse=self.path == "/degrade")
            state = "degraded" if assistant.is_worse() else "well"
            self._answer(200, json.dumps({"state": state}), "application/json")

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing of the requests that went well; the poller makes two a minute, for ever."""

    def _comes_from_this_machine(self) -> bool:
        # A browser names the page that sends it, and no page has business here.
        return self.client_address[0] in ("127.0.0.1", "::1") and "Origin" not in self.headers

    def _answer(self, status: int, body: str, kind: str) -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class SampleServer(ThreadingHTTPServer):
    """The HTTP server around one assistant, on the loopback address; port 0 takes any."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, assistant: Assistant) -> None:
        self.assistant = assistant
        super().__init__(("127.0.0.1", port), Handler)


def _family(name: str, kind: str, samples: Sequence[tuple[str, object]]) -> str:
    return f"# TYPE {name} {kind}\n" + "".join(f"{name}{suffix} {value}\n" for suffix, value in samples)


def main() -> None:
    """Serves until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    SampleServer(parser.parse_args().port, Assistant()).serve_forever()


if __name__ == "__main__":
    main()
