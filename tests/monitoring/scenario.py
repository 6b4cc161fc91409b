"""What the tests of monitoring share: targets that really answer, and a house that watches them."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from core import clock
from core.models import NetAllowance, OutboxEvent
from incidents.models import Incident, IncidentEntry
from monitoring.checks import services
from monitoring.models import Alert, Check, Sample, Threshold
from monitoring.polling.prober import probe_round
from tests.cast import AgencyFixture

START = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
INTERVAL = 60

Answer = Callable[["Target"], tuple[int, bytes]]


class Target:
    """A server that answers what the test says, and remembers what it was asked."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.status, self.body, self.delay = 200, b"{}", 0.0
        self.headers: dict[str, str] = {}
        self.requests: list[dict[str, str]] = []
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer((host, 0), self._handler())
        self._server.daemon_threads = True
        self.host, self.port = host, int(self._server.server_address[1])
        self.url = f"http://{host}:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def says(self, **values: Any) -> None:
        """Answers with these values as JSON from now on."""
        self.status, self.body = 200, json.dumps(values).encode()

    def fails(self, status: int = 503) -> None:
        """Answers with this status from now on."""
        self.status, self.body = status, b"out of order"

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        target = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with target._lock:
                    target.requests.append({name.lower(): value for name, value in self.headers.items()})
                    target.at_once += 1
                    target.most_at_once = max(target.most_at_once, target.at_once)
                try:
                    time.sleep(target.delay)
                    self.send_response(target.status)
                    for name, value in target.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(target.body)))
                    self.end_headers()
                    self.wfile.write(target.body)
                except OSError:
                    # The prober has hung up, which is what a timeout looks like from here.
                    pass
                finally:
                    with target._lock:
                        target.at_once -= 1

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        return Handler


class MonitoringScenario:
    """One house with a check of its system. Every round happens at a moment that the test names."""

    def __init__(self, house: AgencyFixture) -> None:
        self.house = house
        self.moment = START

    @contextmanager
    def at(self, moment: datetime | None = None) -> Iterator[None]:
        """The house's scope at that moment, or at the lab's own."""
        with clock.at(moment or self.moment), self.house.scope():
            yield

    def watch(self, target: Target, **more: Any) -> uuid.UUID:
        """A check of the target, which this house may reach; by default it reads ``rate``."""
        self._allow(target)
        values: dict[str, Any] = {
            "system_id": self.house.system.id,
            "name": f"Answers {target.host} {target.port}",
            "kind": "http_json",
            "url": f"{target.url}/health",
            "interval_seconds": INTERVAL,
            "timeout_ms": 2000,
        } | more
        if values["kind"] == "http_json":
            values.setdefault("metrics", [{"name": "rate", "path": "rate", "unit": "ratio"}])
        with self.at():
            return services.create_check(**values).id

    def _allow(self, target: Target) -> None:
        with self.at():
            if not NetAllowance.objects.filter(host=target.host, port=target.port).exists():
                self.house.allow(target.host, target.port)

    def limit(self, check_id: uuid.UUID, **more: Any) -> uuid.UUID:
        """At least 0.77 of ``rate``, clearing at 0.80, unless the test says something else."""
        values: dict[str, Any] = {"metric": "rate", "comparison": "below", "limit": 0.77, "clear_limit": 0.80} | more
        with self.at():
            return services.set_threshold(check_id=check_id, **values).id

    def round(self, times: int = 1, *, seconds: float = INTERVAL) -> None:
        """Lets time pass and the prober run, so many times."""
        for _time in range(times):
            with clock.at(self.moment):
                probe_round(seconds=5, size=20)
            self.moment += timedelta(seconds=seconds)

    def check(self, check_id: uuid.UUID) -> Check:
        """The row as it stands."""
        with self.at():
            return Check.objects.get(id=check_id)

    def threshold(self, threshold_id: uuid.UUID) -> Threshold:
        """The row as it stands."""
        with self.at():
            return Threshold.objects.get(id=threshold_id)

    def alerts(self) -> list[Alert]:
        """Every alert of the house, oldest first."""
        with self.at():
            return list(Alert.objects.order_by("number"))

    def incidents(self) -> list[Incident]:
        """Every incident of the house, oldest first."""
        with self.at():
            return list(Incident.objects.order_by("number"))

    def entries(self) -> list[tuple[str, str]]:
        """The timelines of the house's incidents: kind and text, in order."""
        with self.at():
            return list(IncidentEntry.objects.order_by("at", "id").values_list("kind", "body"))

    def lines(self, kind: str) -> list[IncidentEntry]:
        """The entries of that kind, in order."""
        with self.at():
            return list(IncidentEntry.objects.filter(kind=kind).order_by("at", "id"))

    def samples(self, check_id: uuid.UUID, metric: str = "rate") -> list[tuple[datetime, float]]:
        """The stored values, oldest first."""
        with self.at():
            rows = Sample.objects.filter(check_id=check_id, metric=metric).order_by("slot")
            return list(rows.values_list("slot", "value"))

    def told(self, prefix: str = "monitoring.alert.") -> list[str]:
        """The names of the news that others got, in order."""
        with self.at():
            rows = OutboxEvent.objects.filter(name__startswith=prefix).order_by("created_at", "id")
            return list(rows.values_list("name", flat=True))
