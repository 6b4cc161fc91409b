"""A web application in which one address never ends, for the test of what becomes of its process."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

from core.web.in_flight import InFlight

in_flight = InFlight(1.0, grace=20.0)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """``/`` says which process answers, ``/slow`` takes a moment, ``/stuck`` all the time there is."""
    path = environ["PATH_INFO"]
    with in_flight.answering(path):
        while path == "/stuck":
            pass
        if path == "/slow":
            time.sleep(0.9)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
