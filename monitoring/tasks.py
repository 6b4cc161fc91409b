"""The loops of monitoring."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings

from core.clock import now
from core.heartbeat import beat
from core.models import Heartbeat
from core.tasks import system_task
from core.tenancy.scope import sweeper_scope
from monitoring.alerts.unsolved import take_up_unsolved
from monitoring.checks import services
from monitoring.polling.prober import probe_on
from monitoring.samples import store
from monitoring.samples.partitions import drop_partitions

AHEAD_DAYS = 7
# Late results of the last minutes may still come in, so each round goes back this far.
OVERLAP = timedelta(minutes=15)


@system_task(queue="poll")
def probe_due() -> None:
    """Asks whatever is due."""
    probe_on()
    beat("poll")


@system_task(queue="sweep")
def mark_stale() -> None:
    """Calls what has not been answered for long unknown."""
    services.mark_stale()


@system_task(queue="sweep")
def take_up() -> None:
    """Opens again what was called solved and goes on."""
    take_up_unsolved()


@system_task(queue="default")
def keep_partitions() -> None:
    """Makes the days to come and drops those past retention."""
    today = now().date()
    with sweeper_scope():
        store.make_days(today + timedelta(days=ahead) for ahead in range(-1, AHEAD_DAYS + 1))
        drop_partitions(before=today - timedelta(days=settings.SAMPLE_RETENTION_DAYS))


@system_task(queue="default")
def roll_up() -> None:
    """Recomputes the buckets since the last round, the open ones included."""
    last = Heartbeat.objects.filter(name="roll up").first()
    since = min(last.at if last else now() - timedelta(days=1), now()) - OVERLAP
    with sweeper_scope():
        for seconds in store.RESOLUTIONS:
            start = datetime.fromtimestamp(int(since.timestamp()) // seconds * seconds, UTC)
            store.roll_up(seconds=seconds, start=start, end=now())
    beat("roll up")
