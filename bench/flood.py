"""A sender that uses all that its agency may have and asks for more: ``python -m bench.flood port calls-a-second``.

Tokens and checks come as JSON on standard input. A process of its own, so that it takes no turn of whoever measures.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import cycle

BATCH = 100


def main() -> None:
    """Sends until it is ended."""
    port, rate = int(sys.argv[1]), float(sys.argv[2])
    given = json.load(sys.stdin)
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    due, at = time.monotonic(), datetime.now(UTC) - timedelta(days=3)
    for token, check in cycle(zip(given["tokens"], given["checks"], strict=True)):
        at += timedelta(milliseconds=BATCH)
        link.request("POST", f"/api/v1/checks/{check}/samples/", _body(at), _headers(token))
        link.getresponse().read()
        due += 1 / rate
        time.sleep(max(0.0, due - time.monotonic()))


def _body(first: datetime) -> str:
    slots = [(first + timedelta(milliseconds=place)).isoformat() for place in range(BATCH)]
    return json.dumps({"samples": [{"metric": "queue", "value": 1, "at": slot} for slot in slots]})


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


if __name__ == "__main__":
    main()
