"""Home, client, system and incident at the demo's size, and again with 2,000 checks and ten million samples more."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import replay, stack, web
from bench.harness import ROUNDS, Figure, percentile, say, side_by_side
from clients import services as clients
from core.clock import now
from core.models import Agency, User
from core.selectors import agency, memberships_of
from core.tenancy import Actor, tenant_scope
from core.tenancy.scope import sweeper_scope
from incidents import selectors as incidents
from monitoring.checks.services import create_check, set_threshold
from monitoring.samples import store
from tests.cast import AgencyFixture

CHECKS = 2_000
CLIENTS = 50
SYSTEMS_OF_A_CLIENT = 5
SAMPLES = 10_000_000
CALLS = 150
# So many times what the page's statements need in a view that does nothing else.
MOST_TIMES = 8


def run(_house: AgencyFixture, place: Path) -> list[Figure]:
    """Each page's time at both sizes, its statements, and the slowest of twenty at the larger one.

    Minutes lie between the two sizes, so that each is taken in turns with a page that knows no tenant.
    """
    own, addresses, cookie = _demo(place)
    headers = {"Cookie": cookie}
    with web.serving("retainer.wsgi") as server:
        before = {name: _beside(server, address, headers) for name, address in addresses.items()}
        asked = {name: _statements(address, headers) for name, address in addresses.items()}
        _grow(own)
        after = {name: _beside(server, address, headers) for name, address in addresses.items()}
        slowest = {name: _slowest(server, address, headers, place) for name, address in addresses.items()}
        asked_after = {name: _statements(address, headers) for name, address in addresses.items()}
    return [one for name in addresses for one in _figures(name, before, after, slowest, asked, asked_after)]


# Seconds of a page, and of the page that knows no tenant.
Pair = tuple[float, float]


def _figures(
    name: str,
    before: dict[str, Pair],
    after: dict[str, Pair],
    slowest: dict[str, Pair],
    asked: dict[str, int],
    asked_after: dict[str, int],
) -> list[Figure]:
    large, speed_then = (seconds * 1000 for seconds in after[name])
    # What the small one would have taken at the speed that the machine had later.
    small = before[name][0] * speed_then / before[name][1]
    p95, bare = slowest[name]
    bigger, ours, same = f"page {name} with 10 million samples", asked_after[name], asked_after[name] == asked[name]
    return [
        Figure(bigger, large, "ms", "demo size", small, "at most 1.5", large / small <= 1.5),
        Figure(
            f"{bigger}, p95",
            *(p95, "ms", "bare view, same SQL", bare),
            *(f"at most {MOST_TIMES}", p95 / bare <= MOST_TIMES),
            *("under 100 ms", p95 < 100),
        ),
        Figure(f"{bigger}, statements", ours, "", "demo size", asked[name], "the same", same),
    ]


def _demo(place: Path) -> tuple[Agency, dict[str, str], str]:
    """The demo's agency, four of its pages, and its owner's session."""
    target = place / "demo.json"
    env = {**os.environ, "DEMO_FILE": str(target), "SAMPLE_SYSTEM_URL": "http://127.0.0.1:9"}
    subprocess.run([sys.executable, "manage.py", "seed_demo"], cwd=stack.ROOT, env=env, check=True, capture_output=True)
    owner = User.objects.get(email=json.loads(target.read_text())["logins"][0]["email"])
    browser = Client(HTTP_HOST="127.0.0.1")
    browser.force_login(owner)
    (found,) = memberships_of(owner.id)
    with tenant_scope(found.agency_id):
        own, incident = agency(), incidents.incidents().select_related("client", "system")[0]
        root, place_of = f"/a/{own.slug}/", f"{incident.client.slug}/{incident.system.slug}/"
        pages = {
            "home": root,
            "client": f"{root}clients/{incident.client.slug}/",
            "system": f"{root}systems/{place_of}",
            "incident": f"{root}incidents/{incident.number}/",
        }
    return own, pages, f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def _beside(server: web.Server, address: str, headers: dict[str, str]) -> Pair:
    """The median time of the page and of the sign-in page, in the round whose ratio is the median."""

    def middle(where: str, whose: dict[str, str]) -> float:
        return statistics.median(web.times(server, where, whose, CALLS // ROUNDS))

    return side_by_side(lambda: middle(address, headers), lambda: middle("/accounts/login/", {}))


def _slowest(server: web.Server, address: str, headers: dict[str, str], place: Path) -> tuple[float, float]:
    """The time in ms that 95 of 100 answers keep to: ours, and that of a bare view with our statements."""

    def p95(of: web.Server, where: str) -> float:
        return percentile(web.times(of, where, headers, CALLS), 0.95) * 1000

    with replay.serving(address, headers, place) as bare:
        return side_by_side(lambda: p95(server, address), lambda: p95(bare, "/"))


def _statements(address: str, headers: dict[str, str]) -> int:
    # Once in some minutes a session is written anew, whatever page is asked for.
    Client().get(address, HTTP_HOST="127.0.0.1", headers=headers)
    with CaptureQueriesContext(connection) as captured:
        answer = Client().get(address, HTTP_HOST="127.0.0.1", headers=headers)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}.")
    return len(captured)


def _grow(own: Agency) -> None:
    """Clients, systems, checks with a limit each, and their samples of the last days, rolled up."""
    say(f"  Adding {CHECKS:,} checks and {SAMPLES:,} samples…")
    with tenant_scope(own.id, actor=Actor("system")):
        systems = [
            clients.create_system(client_id=client.id, name=f"System {number}", criticality="medium")
            for client in [clients.create_client(name=f"Client {one}", time_zone="UTC") for one in range(CLIENTS)]
            for number in range(SYSTEMS_OF_A_CLIENT)
        ]
        for number in range(CHECKS):
            check = create_check(
                system_id=systems[number % len(systems)].id,
                name=f"Check {number}",
                kind="push",
                metrics=[{"name": "rate", "unit": "ratio"}],
                interval_seconds=86_400,
            )
            set_threshold(check_id=check.id, metric="rate", comparison="below", limit=0.5)
    _measure(own)
    _roll_up()
    stack.maintain("monitoring_sample", "monitoring_rollup", "monitoring_check", "core_outboxevent", "core_auditevent")


def _measure(own: Agency) -> None:
    each = SAMPLES // CHECKS
    started = now() - timedelta(minutes=each)
    with sweeper_scope():
        store.make_days((started + timedelta(days=day)).date() for day in range(each // 1440 + 2))
    with stack.owner() as cursor:
        cursor.execute(
            "SELECT id FROM monitoring_check WHERE agency_id = %s AND kind = 'push' ORDER BY id", [str(own.id)]
        )
        # One check after the other, in the order of the table's key, which costs a fourth of any other.
        for (check_id,) in cursor.fetchall():
            cursor.execute(
                "INSERT INTO monitoring_sample (agency_id, client_id, check_id, metric, slot, value)"
                " SELECT agency_id, client_id, id, 'rate', %s + minute * interval '1 minute', 0.8 + random() / 10"
                " FROM monitoring_check, generate_series(1, %s) AS minute WHERE id = %s",
                [started, each, check_id],
            )
        cursor.execute(
            "UPDATE monitoring_check SET health = 'healthy', last_finished_at = now(), last_ok_at = now(),"
            " last_slot = now(), last_values = '{\"rate\": 0.85}' WHERE agency_id = %s AND kind = 'push'",
            [str(own.id)],
        )


def _roll_up() -> None:
    end = now()
    start = (end - timedelta(minutes=SAMPLES // CHECKS)).replace(hour=0, minute=0, second=0, microsecond=0)
    with sweeper_scope():
        for seconds in store.RESOLUTIONS:
            store.roll_up(seconds=seconds, start=start, end=end)
