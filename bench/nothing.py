"""What answering costs a web server where nobody asks anything of it: 204, always."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def application(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """The answer of an open page that still stands."""
    start_response("204 No Content", [("Cache-Control", "no-store, private")])
    return []
