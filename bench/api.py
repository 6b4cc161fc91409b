"""The API against a bare Django view that runs the same SQL and writes the same data, each behind its own gunicorn."""

from __future__ import annotations

from pathlib import Path

from bench import replay, web
from bench.harness import Figure, side_by_side
from core.tokens import create_token
from tests.cast import AgencyFixture
from tests.rows import broken

CALLS = 200


def run(house: AgencyFixture, place: Path) -> list[Figure]:
    """A list of fifty incidents, and one of them."""
    with house.scope():
        rows = broken(house, 60)
        _row, token = create_token(name="bench", scopes=["read"])
    headers = {"Authorization": f"Bearer {token}"}
    with web.serving("retainer.wsgi") as server:
        return [
            _compare(server, headers, "list of 50", "/api/v1/incidents/", 0.25, place),
            _compare(server, headers, "detail", f"/api/v1/incidents/{rows[0].id}/", 0.4, place),
        ]


def _compare(server: web.Server, headers: dict[str, str], name: str, address: str, least: float, place: Path) -> Figure:
    with replay.serving(address, headers, place) as bare:
        ours, theirs = side_by_side(lambda: _rate(server, address, headers), lambda: _rate(bare, "/", headers), 7)
    share = ours / theirs
    return Figure(f"API {name}", ours, "a second", "bare view, same SQL", theirs, f"at least {least}", share >= least)


def _rate(server: web.Server, address: str, headers: dict[str, str]) -> float:
    return CALLS / sum(web.times(server, address, headers, CALLS))
