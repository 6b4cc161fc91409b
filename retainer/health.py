"""What machines ask about us: alive, ready, how old the pipeline's last rounds are, and the figures for Prometheus."""

from __future__ import annotations

import hmac
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from core.access.views import public
from core.heartbeat import ages
from retainer import canary

# A loop that has not finished a round for this long is a broken promise to our clients.
MOST_AGE = {
    "sweep": timedelta(seconds=30),
    "publish": timedelta(seconds=60),
    "reminders": timedelta(minutes=10),
    "retainers": timedelta(minutes=10),
    "approvals": timedelta(minutes=10),
    "moves": timedelta(seconds=120),
    "poll": timedelta(seconds=60),
    "relay": timedelta(seconds=30),
    "deliver": timedelta(seconds=120),
    "mail": timedelta(seconds=120),
    "audit": timedelta(minutes=15),
    "seal": timedelta(minutes=15),
    "accounts": timedelta(minutes=15),
    canary.HEARD: canary.SILENT_AFTER,
}


@public
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """This web node can serve: its database answers and has every migration."""
    try:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    if missing:
        return JsonResponse({"database": "ok", "missing_migrations": missing}, status=503)
    return JsonResponse({"database": "ok", "missing_migrations": 0})


@public
def pipeline(request: HttpRequest) -> HttpResponse:
    """How many seconds ago each loop last finished a round; 503 where one is late or was never seen."""
    try:
        seen = ages()
    except DatabaseError:
        return JsonResponse({"healthy": False, "loops": {}}, status=503)
    loops = {
        name: {
            "age_seconds": round(seen[name].total_seconds(), 1) if name in seen else None,
            "most_seconds": most.total_seconds(),
            "healthy": name in seen and seen[name] <= most,
        }
        for name, most in MOST_AGE.items()
    }
    healthy = all(loop["healthy"] for loop in loops.values())
    return JsonResponse({"healthy": healthy, "loops": loops}, status=200 if healthy else 503)


@public
def metrics(request: HttpRequest) -> HttpResponse:
    """The same ages in the Prometheus text format, behind METRICS_TOKEN; 404 where no token is set."""
    if not settings.METRICS_TOKEN:
        return HttpResponse(status=404)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(status=401)
    registry = CollectorRegistry()
    age = Gauge("retainer_loop_age_seconds", "Since the loop last finished a round.", ["loop"], registry=registry)
    for name, since in ages().items():
        age.labels(name).set(since.total_seconds())
    return HttpResponse(generate_latest(registry), content_type="text/plain; version=0.0.4")
