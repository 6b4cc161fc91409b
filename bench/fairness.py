"""What a tenant at its limit costs another: the p99 of its pushes and of its webhooks' delay, with and without."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench import stack, web
from bench.harness import Figure, percentile, side_by_side
from core.access.roles import TokenScope
from core.clock import now
from core.ids import uuid7
from core.tokens import create_token
from monitoring.checks.services import create_check
from retainer.notifications.services import create_endpoint, queue_webhooks
from tests.cast import AgencyFixture, build_house

PAIRS = 7
SECONDS = 8.0
PUSHES_A_SECOND = 30
MESSAGES_A_SECOND = 8
BACKLOG = 5000
# What the settings have where nobody says otherwise.
LIMITS = {
    "API_RATE_PER_MINUTE": "600",
    "AGENCY_CALLS_PER_MINUTE": "3000",
    "AGENCY_SAMPLES_PER_MINUTE": "30000",
    "AGENCY_WEBHOOKS_PER_MINUTE": "3000",
}
# Of calls with a hundred values each five a second are allowed; the rest is refused.
FLOOD = 6.0


def run(house: AgencyFixture, _place: Path) -> list[Figure]:
    """Each as the round of the median ratio of alternating pairs."""
    quiet = build_house("quiet")
    return [*_pushes(house, quiet), _deliveries(house, quiet)]


def _figure(name: str, beside: float, alone: float) -> Figure:
    ratio = beside / alone
    return Figure(name, beside * 1000, "ms", "alone", alone * 1000, "moved by less than a tenth", ratio < 1.1)


# --- pushes ----------------------------------------------------------------------------------------------------------


def _pushes(busy: AgencyFixture, quiet: AgencyFixture) -> list[Figure]:
    """With the same beside itself, because on a machine that others use a p99 moves by as much without any cause."""
    flood = _senders(busy, 6)
    own = _senders(quiet, 6)
    with web.serving("retainer.wsgi", workers=2, **LIMITS) as server:  # type: ignore[arg-type]
        _sent(server, own)

        def alone() -> float:
            return _sent(server, own)

        def beside() -> float:
            with _flooded(server, flood):
                time.sleep(1)
                return _sent(server, own)

        moved = _figure("p99 of a push beside a tenant at its limit", *side_by_side(beside, alone, PAIRS))
        ours, again = side_by_side(alone, alone, PAIRS)
    noise = Figure("p99 of a push alone, measured twice", ours * 1000, "ms", "again", again * 1000)
    return [moved, noise]


def _senders(house: AgencyFixture, number: int) -> list[tuple[str, str]]:
    """Tokens with a check each, because a token's own rate would be the first that is used up."""
    with house.scope():
        return [
            (create_token(name=f"bench {place}", scopes=list(TokenScope.values))[1], _check(house, place))
            for place in range(number)
        ]


def _check(house: AgencyFixture, place: int) -> str:
    metrics = [{"name": "queue"}]
    name = f"Sent {place}"
    made = create_check(system_id=house.system.id, name=name, kind="push", metrics=metrics, interval_seconds=3600)
    return str(made.id)


@contextmanager
def _flooded(server: web.Server, senders: list[tuple[str, str]]) -> Iterator[None]:
    argv = [sys.executable, "-m", "bench.flood", str(server.port), str(FLOOD)]
    given = {"tokens": [token for token, _check in senders], "checks": [check for _token, check in senders]}
    started = subprocess.Popen(argv, cwd=stack.ROOT, stdin=subprocess.PIPE)
    assert started.stdin is not None
    started.stdin.write(json.dumps(given).encode())
    started.stdin.close()
    try:
        yield
    finally:
        started.kill()
        started.wait()


def _sent(server: web.Server, senders: list[tuple[str, str]]) -> float:
    """Ten values a call, evenly spread, on a kept connection."""
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    took, due = [], time.monotonic()
    for number in range(int(SECONDS * PUSHES_A_SECOND)):
        token, check = senders[number % len(senders)]
        took.append(_push(link, token, check))
        due += 1 / PUSHES_A_SECOND
        time.sleep(max(0.0, due - time.monotonic()))
    link.close()
    return percentile(took, 0.99)


def _push(link: http.client.HTTPConnection, token: str, check: str) -> float:
    body = json.dumps({"samples": [{"metric": "queue", "value": 1}]})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    started = time.perf_counter()
    link.request("POST", f"/api/v1/checks/{check}/samples/", body, headers)
    answer = link.getresponse()
    said = answer.read()
    if answer.status != 200:
        raise SystemExit(f"A push was not taken: {answer.status} {said[:300]!r}")
    return time.perf_counter() - started


# --- webhooks --------------------------------------------------------------------------------------------------------


class _Receiver:
    """Answers after a while; notes when which message came."""

    def __init__(self, seconds: float) -> None:
        self.came: dict[str, float] = {}
        receiver = self

        class Keep(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.came.setdefault(self.headers["webhook-id"], time.monotonic())
                self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(seconds)
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Keep)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def listen(self, house: AgencyFixture) -> uuid.UUID:
        """Makes it a receiver of the house."""
        port = self.server.server_port
        house.allow("127.0.0.1", port)
        with house.scope():
            return create_endpoint(name=f"Port {port}", url=f"http://127.0.0.1:{port}/")[0].id


def _deliveries(busy: AgencyFixture, quiet: AgencyFixture) -> Figure:
    slow, quick = _Receiver(1.0), _Receiver(0.0)
    endpoint = slow.listen(busy)
    quick.listen(quiet)
    with stack.worker("deliver", 1, **LIMITS), stack.beat():

        def beside() -> float:
            _fill(busy, endpoint)
            time.sleep(2)
            return _delay(quiet, quick)

        def alone() -> float:
            _empty(busy)
            time.sleep(2)
            return _delay(quiet, quick)

        pair = side_by_side(beside, alone, PAIRS)
    if not slow.came:
        raise SystemExit("Nothing was sent to the slow receiver.")
    return _figure(f"p99 delay of a webhook beside {BACKLOG:,} due to a slow receiver", *pair)


def _fill(house: AgencyFixture, endpoint: uuid.UUID) -> None:
    with stack.owner() as cursor:
        cursor.execute(
            "INSERT INTO notifications_delivery (id, agency_id, created_at, event_id, event_name, channel, receiver,"
            " lane, subject, body, html, payload, next_due_at, attempts, last_error)"
            f" SELECT {stack.UUID7}, %(agency)s, %(at)s, {stack.UUID7}, 'bench.sent', 'webhook', %(to)s, %(to)s,"
            " '', '', '', '{}', %(at)s, 0, '' FROM generate_series(1, %(number)s)",
            {
                "agency": str(house.agency.id),
                "at": now() - timedelta(hours=1),
                "to": str(endpoint),
                "number": BACKLOG,
            },
        )


def _empty(house: AgencyFixture) -> None:
    with stack.owner() as cursor:
        cursor.execute(
            "UPDATE notifications_delivery SET next_due_at = NULL, lease_id = NULL WHERE agency_id = %s",
            [str(house.agency.id)],
        )


def _delay(house: AgencyFixture, receiver: _Receiver) -> float:
    """From the commit to the receiver's first byte."""
    receiver.came.clear()
    queued: dict[uuid.UUID, float] = {}
    for _message in range(int(SECONDS * MESSAGES_A_SECOND)):
        event = uuid7()
        with house.scope():
            queue_webhooks(event_id=event, event_name="bench.sent", payload={"event": str(event)}, client_id=None)
        queued[event] = time.monotonic()
        time.sleep(1 / MESSAGES_A_SECOND)
    stack.wait_until(lambda: len(receiver.came) >= len(queued), 60)
    # Messages of one agency go out in the order in which they fell due.
    pairs = zip(sorted(queued.values()), sorted(receiver.came.values()), strict=True)
    return percentile([came - told for told, came in pairs], 0.99)
