"""The web process of a run: the product's own, which dies at a named point as the workers do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from retainer.wsgi import application as product
from tests.chaos.crash import AFTER_THE_COMMIT, WEB_POINTS, die_here, watch

FORMS = ("/incidents/new/", "/api/v1/incidents/")

watch(WEB_POINTS)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answers, or dies when all is done and nobody has been told."""
    answer: Iterable[bytes] = product(environ, start_response)
    if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith(FORMS):
        die_here(AFTER_THE_COMMIT)
    return answer
